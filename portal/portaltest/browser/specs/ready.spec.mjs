// What an administrator goes through before people are invited.
import { after, before, describe, test } from "node:test";
import { forget, inspect, launch, looks, sizes, visit } from "../lib/browser.mjs";
import { Home } from "../lib/program.mjs";
import { enter } from "../lib/walk.mjs";

describe("ready to invite", () => {
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
      test(`ready and launch, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        await enter(page, "Amara Osei");
        await page.goto("/admin/ready");
        await inspect(page, "ready");
        await page.getByRole("button", { name: "Close to its people Brightwater Dental" }).click();
        await page.waitForURL("**/admin/ready?done=hidden**");
        await inspect(page, "ready-hidden");
        await page.getByRole("button", { name: "Show to staff Brightwater Dental" }).click();
        await page.waitForURL("**/admin/ready?done=preview**");
        // Who is invited now is mailed by the opening.
        const row = page.getByRole("row", { name: /Brightwater Dental/ });
        await row.getByRole("link").first().click();
        await page.getByRole("link", { name: "Invite people" }).click();
        await page.getByLabel("Mail address").fill(`noah.${size}.${look}@brightwater.example`);
        await page.getByLabel("Finance").check();
        await page.getByRole("button", { name: "Prepare the invitation" }).click();
        await page.waitForURL("**/people?done=prepared");
        await inspect(page, "people-prepared");
        await page.goto("/admin/ready");
        await page.getByRole("button", { name: "Open, and mail 1 person Brightwater Dental" }).click();
        await page.waitForURL("**/admin/ready?done=invited**");
        await inspect(page, "ready-invited");
      }));

      test(`legal texts, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        await enter(page, "Amara Osei");
        await page.goto("/admin/legal");
        await page.getByLabel("Terms").fill("javascript:alert(1)");
        await page.getByRole("button", { name: "Save changes" }).click();
        await page.locator("#terms-error").waitFor();
        await page.getByLabel("Terms").fill("https://halden.example/terms");
        await page.getByLabel("Privacy").fill("https://halden.example/privacy");
        await inspect(page, "legal", /status of 422/);
        await page.getByRole("button", { name: "Save changes" }).click();
        await page.waitForURL("**/admin/legal?done=saved");
        await page.locator(".po-foot").getByText("Privacy").waitFor();
        await inspect(page, "legal-saved", /status of 422/);
        await forget(page);
        await page.goto("/signin");
        await page.locator(".po-foot").getByText("Terms").waitFor();
        await inspect(page, "signin-foot", /status of 422/);
      }));
    }
  }
});
