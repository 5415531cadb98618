// A custom field is hidden until an administrator shows it, and again from the moment
// on when one hides it.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { inspect, launch, looks, sizes, visit } from "../lib/browser.mjs";
import { Home } from "../lib/program.mjs";
import { enter } from "../lib/walk.mjs";

describe("custom fields", () => {
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

  // decide opens the field and says who is shown it.
  const decide = async (page, connection, who, name) => {
    await page.goto(connection + "/fields");
    await page.getByRole("link", { name: "Change who is shown Severity" }).click();
    await page.locator("[data-part=samples]", { hasText: /S[23]/ }).waitFor();
    await page.getByLabel("Shown to").selectOption(who);
    await page.getByLabel("Name as people here read it").fill(name);
    await page.getByLabel("Place among the shown fields").fill("1");
    await inspect(page, "fields-edit");
    await page.getByRole("button", { name: "Save" }).click();
    await page.waitForURL("**/fields?done=field");
  };

  for (const size of Object.keys(sizes)) {
    for (const look of looks) {
      test(`shown and hidden, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        await enter(page, "Amara Osei");
        await page.goto("/admin/connections");
        await page.getByRole("link", { name: "Request Tracker", exact: true }).click();
        const connection = new URL(page.url()).pathname;
        await page.getByRole("link", { name: "Fields", exact: true }).click();
        await page.getByRole("button", { name: "Ask Request Tracker for its fields" }).click();
        await page.waitForURL("**/fields?done=asked");
        await page.locator("main tbody tr", { hasText: "Severity" }).getByText("Nobody").waitFor();
        await inspect(page, "fields");

        await decide(page, connection, "clients", `Urgency, ${size} ${look}`);
        await page.locator("main tbody tr", { hasText: "Severity" }).getByText("Clients and staff").waitFor();
        await inspect(page, "fields-shown");

        // Clients read it on the page of a request.
        await page.goto("/staff");
        await page.locator("main").getByRole("link", { name: "Nordwind Logistik" }).click();
        await page.getByRole("button", { name: "Look as Ines Albrecht" }).click();
        await page.waitForURL("**/a/*/");
        const home = new URL(page.url()).pathname;
        await page.goto(home + "tickets?view=all");
        await page.locator(`main tbody a[href^='${home}tickets/']`).first().click();
        await page.locator("#details dt", { hasText: `Urgency, ${size} ${look}` }).waitFor();
        await inspect(page, "fields-ticket");
        const ticket = page.url();
        await page.getByRole("button", { name: "Stop looking" }).click();
        await page.waitForURL("**/staff/accounts/*");

        // Staff alone, then nobody.
        await decide(page, connection, "staff", "");
        await page.goto(ticket);
        await page.locator("#details dt", { hasText: "Severity" }).getByText("staff only").waitFor();
        await inspect(page, "fields-ticket-staff");
        await decide(page, connection, "hidden", "");
        await page.goto(ticket);
        assert.equal(await page.locator("#details [data-part=custom]").count(), 0);
      }));
    }
  }
});
