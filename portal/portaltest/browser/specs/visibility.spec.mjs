// What clients do not see, and why, at every size and look.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { inspect, launch, looks, sizes, visit } from "../lib/browser.mjs";
import { Home } from "../lib/program.mjs";
import { enter } from "../lib/walk.mjs";

describe("visibility", () => {
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
      test(`rules and why, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        await enter(page, "Amara Osei");
        await page.goto("/admin/visibility");
        await inspect(page, "admin-visibility");
        await page.getByLabel("What is hidden").selectOption("ticket.status");
        await page.getByLabel("Value").fill("stalled");
        await page.getByRole("button", { name: "Preview…" }).click();
        await page.getByText(/Hides \d+ records of \d+ accounts\./).waitFor();
        await inspect(page, "admin-visibility-preview");
        await page.getByRole("button", { name: "Hide from clients" }).click();
        await page.waitForURL("**/admin/visibility?done=made");
        await inspect(page, "admin-visibility-made");
        await page.getByLabel("Mail address of a person").fill("ines.albrecht@nordwind.example");
        await page.getByLabel("Record", { exact: true }).fill("1");
        await page.getByRole("button", { name: "Explain" }).click();
        await page.getByRole("heading", { name: "Ines Albrecht does not see it" }).waitFor();
        await page.getByText("A rule hides it: status = stalled.").waitFor();
        await inspect(page, "admin-visibility-why");
        // Staff still find it, marked, and open it.
        await page.goto("/staff/queue?q=nordwind&turn=client&kind=ticket");
        await page.getByText("hidden from clients").first().waitFor();
        await page.getByRole("link", { name: "VPN for the Gdańsk depot" }).click();
        await page.getByRole("heading", { name: "Hidden from clients" }).waitFor();
        await inspect(page, "staff-hidden-ticket");
        await page.goto("/staff");
        await page.locator("main").getByRole("link", { name: "Nordwind Logistik" }).click();
        await page.getByText("hidden from clients by a visibility rule").waitFor();
        await page.getByRole("button", { name: "Look as Ines Albrecht" }).click();
        await page.waitForURL("**/a/*/");
        const home = new URL(page.url()).pathname;
        await page.goto(home + "tickets?view=all");
        assert.equal(await page.getByText("VPN for the Gdańsk depot").count(), 0);
        await page.getByRole("button", { name: "Stop looking" }).click();
        await page.waitForURL("**/staff/accounts/*");
        await page.goto("/admin/visibility");
        await page.getByRole("link", { name: "Take the rule away" }).first().click();
        await page.getByText(/Shows \d+ records of \d+ accounts\./).waitFor();
        await page.getByRole("button", { name: "Take the rule away" }).click();
        await page.waitForURL("**/admin/visibility?done=removed");
      }));
    }
  }
});
