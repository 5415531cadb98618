// Webhook endpoints: made, tested, seen to fail, switched off and on, removed, at
// every size and look.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { inspect, launch, looks, sizes, visit } from "../lib/browser.mjs";
import { Home } from "../lib/program.mjs";
import { enter } from "../lib/walk.mjs";

describe("webhooks", () => {
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
      test(`an endpoint, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        const name = `Books ${size} ${look}`;
        const refused = /status of 422/;
        await enter(page, "Amara Osei");
        await page.goto("/admin/webhooks");
        await inspect(page, "webhooks");
        await page.getByRole("link", { name: "New endpoint" }).first().click();
        await page.getByLabel("Address").fill("https://169.254.169.254/latest/meta-data");
        await page.getByLabel("Name", { exact: true }).fill(name);
        await page.getByLabel("ticket.created").check();
        await page.getByRole("button", { name: "Add the endpoint" }).click();
        await page.locator("#url-error", { hasText: "never connected to" }).waitFor();
        assert.ok(await page.getByLabel("ticket.created").isChecked());
        await inspect(page, "webhooks-refused", refused);
        await page.getByLabel("Address").fill("https://books.invalid/hook");
        await page.getByRole("button", { name: "Add the endpoint" }).click();
        const secret = await page.getByLabel("Signing secret").inputValue();
        assert.match(secret, /^whsec_/);
        await inspect(page, "webhooks-made", refused);
        await page.getByRole("link", { name: "Go to the endpoint" }).click();
        await page.getByRole("button", { name: "Send a test message" }).click();
        await page.locator(".po-toast", { hasText: "on its way" }).waitFor();
        const item = page.locator(".po-delivery").first();
        for (let i = 0; i < 40 && !(await item.innerText()).includes("Next attempt"); i++) {
          await page.waitForTimeout(250);
          await page.reload();
        }
        await item.locator("summary").click();
        await item.getByText("Attempt 1").waitFor();
        await inspect(page, "webhooks-log", refused);
        await item.getByRole("button", { name: "Send again" }).click();
        await page.locator(".po-toast", { hasText: "On its way again" }).waitFor();
        await page.getByRole("link", { name: "Replace the secret" }).click();
        await inspect(page, "webhooks-rotate", refused);
        await page.getByRole("button", { name: "Replace the secret" }).click();
        assert.notEqual(await page.getByLabel("Signing secret").inputValue(), secret);
        await page.getByRole("link", { name: "Go to the endpoint" }).click();
        await page.getByRole("button", { name: "Switch off" }).click();
        await page.locator("[data-part=off]").waitFor();
        await inspect(page, "webhooks-off", refused);
        await page.getByRole("button", { name: "Switch it on" }).click();
        await page.locator(".po-toast", { hasText: "It is on" }).waitFor();
        await page.getByRole("link", { name: "Change" }).click();
        await inspect(page, "webhooks-edit", refused);
        await page.goto("/admin/webhooks");
        await inspect(page, "webhooks-listed", refused);
        await page.getByRole("link", { name }).click();
        await page.getByRole("link", { name: "Remove" }).click();
        await page.getByRole("button", { name: "Remove" }).click();
        await page.locator(".po-toast", { hasText: "removed" }).waitFor();
        assert.equal(await page.getByRole("link", { name }).count(), 0);
      }));
    }
  }
});
