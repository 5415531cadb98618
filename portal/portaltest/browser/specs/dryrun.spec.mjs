// What an action would send, looked at before anything is let out.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { inspect, launch, looks, sizes, visit } from "../lib/browser.mjs";
import { Home } from "../lib/program.mjs";
import { enter } from "../lib/walk.mjs";

describe("dry run", () => {
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
      test(`the exact request, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        await enter(page, "Amara Osei");
        await page.goto("/admin/connections");
        await page.getByRole("link", { name: "Request Tracker", exact: true }).click();
        await page.getByRole("link", { name: "Dry run" }).click();
        await page.getByLabel("Record", { exact: true }).waitFor();
        await inspect(page, "dryrun");
        const words = `Nobody reads this, ${size} ${look}`;
        await page.getByLabel("Text", { exact: true }).fill(words);
        await page.getByRole("button", { name: "Show what would be sent" }).click();
        await page.locator("[data-part=send]", { hasText: "/correspond" }).waitFor();
        const shown = await page.locator("[data-part=send]").innerText();
        assert.ok(shown.startsWith("POST ") && shown.includes(words), shown);
        assert.match(shown, /Authorization: •+/);
        assert.ok(!(await page.content()).includes("1-1-demo"), "the credential is shown");
        await inspect(page, "dryrun-result");

        await page.getByLabel("Or another one").fill("999999");
        await page.getByRole("button", { name: "Show what would be sent" }).click();
        await page.locator("#other-error").waitFor();
        await inspect(page, "dryrun-missing", /status of 4\d\d/);
      }));
    }
  }
});
