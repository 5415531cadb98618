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
    }
  }
});
