// What administrators decide: mail and appearance, at every size and look.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { inspect, launch, looks, sizes, visit } from "../lib/browser.mjs";
import { Home } from "../lib/program.mjs";
import { enter } from "../lib/walk.mjs";

describe("settings", () => {
  let portico, browser;
  before(async () => {
    portico = await Home.make();
    await portico.serve("--demo");
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await portico?.end();
  });

  for (const size of Object.keys(sizes)) {
    for (const look of looks) {
      test(`mail, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        await enter(page, "Amara Osei");
        await page.goto("/admin/mail");
        await inspect(page, "admin-mail");
        await page.getByLabel("Mail server").fill("127.0.0.1");
        await page.getByLabel("Port").fill("1");
        await page.getByLabel("Encryption").selectOption("none");
        await page.getByLabel("User").fill("portal");
        await page.getByLabel("Password").fill("correct horse");
        await page.getByLabel("Address").fill("portal@halden.example");
        await page.getByRole("button", { name: "Send a test mail to myself" }).click();
        await page.locator("[data-part=test][role=alert]").waitFor();
        assert.equal(await page.getByLabel("Mail server").inputValue(), "127.0.0.1");
        assert.equal(await page.getByLabel("Password").inputValue(), "");
        assert.ok(!(await page.content()).includes("correct horse"), "the password came back");
        await inspect(page, "admin-mail-test");
      }));

      test(`branding, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        await enter(page, "Amara Osei");
        await page.goto("/admin/branding");
        await inspect(page, "admin-branding");
        // A pale colour is adapted, and said to be, while it is typed.
        await page.getByLabel("Brand colour").fill("#ffd400");
        await page.locator("#shades", { hasText: "Buttons and links wear the darker" }).waitFor();
        await page.getByLabel("Logo", { exact: true }).setInputFiles({ name: "logo.png", mimeType: "image/png", buffer: await drawn(page) });
        await page.getByRole("button", { name: "Preview" }).click();
        await page.locator(".po-sample img.po-logo").first().waitFor();
        assert.equal(await page.getByLabel("Brand colour").inputValue(), "#ffd400");
        await inspect(page, "admin-branding-preview");
        await page.getByRole("button", { name: "Save changes" }).click();
        await page.waitForURL("**/admin/branding?done=saved");
        await page.locator(".po-side .po-logo, .po-top .po-logo").first().waitFor({ state: "attached" });
        await inspect(page, "admin-branding-saved");
        await page.goto("/admin/mail");
        await inspect(page, "admin-mail-branded");
        // What is no picture is refused, and what was typed stays.
        await page.goto("/admin/branding");
        await page.getByLabel("Name", { exact: true }).fill("Halden & Sons");
        const svg = "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
        await page.getByLabel("Logo", { exact: true }).setInputFiles({ name: "logo.png", mimeType: "image/png", buffer: Buffer.from(svg) });
        await page.getByRole("button", { name: "Save changes" }).click();
        await page.locator("#logo-error", { hasText: "SVG" }).waitFor();
        assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Halden & Sons");
        await inspect(page, "admin-branding-refused", /status of 422/);
        // Back to what the other tests expect.
        await page.getByLabel("Name", { exact: true }).fill("Halden IT");
        await page.getByLabel("Brand colour").fill("#0f5c63");
        await page.getByLabel("Remove the logo").check();
        await page.getByRole("button", { name: "Save changes" }).click();
        await page.waitForURL("**/admin/branding?done=saved");
        assert.equal(await page.locator(".po-logo").count(), 0);
      }));
    }
  }
});

// drawn is a dark word on nothing, as logos are.
async function drawn(page) {
  const url = await page.evaluate(() => {
    const canvas = document.createElement("canvas");
    canvas.width = 420;
    canvas.height = 90;
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#14213d";
    pen.font = "700 76px sans-serif";
    pen.fillText("HALDEN it", 8, 70);
    return canvas.toDataURL("image/png");
  });
  return Buffer.from(url.slice(url.indexOf(",") + 1), "base64");
}
