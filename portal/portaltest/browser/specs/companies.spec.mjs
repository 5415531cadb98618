// Companies of connected systems that look like accounts are matched at once; a client
// that was created twice becomes one account, and is parted again.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { inspect, launch, looks, sizes, visit } from "../lib/browser.mjs";
import { Practice } from "../lib/practice.mjs";
import { Home } from "../lib/program.mjs";
import { enter } from "../lib/walk.mjs";

const refused = /status of (409|422)/;
const pulled = 60_000; // ms; the machine may be busy

describe("companies and accounts", () => {
  let portico, browser, system;
  before(async () => {
    portico = await Home.make();
    system = await Practice.open(portico.folder);
    await portico.serve("--demo");
    browser = await launch();
    await visit(browser, portico.url, "desktop", "light", async (page) => {
      await enter(page, "Amara Osei");
      await system.connect(page, "Practice manager");
      for (const box of await page.locator("main tbody").getByRole("checkbox").all()) await box.uncheck();
      await page.getByRole("button", { name: "Connect and pull" }).click();
      await page.waitForURL("**?done=connected");
    });
  });
  after(async () => {
    await browser?.close();
    await portico?.end();
    await system?.close();
  });

  for (const size of Object.keys(sizes)) {
    for (const look of looks) {
      test(`parted and made one again, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        await enter(page, "Amara Osei");
        // What waits looks like accounts, and is matched only when somebody ticks it.
        await page.goto("/admin/companies");
        const until = Date.now() + pulled;
        const first = size === Object.keys(sizes)[0] && look === looks[0];
        if (first) {
          while (await page.getByRole("checkbox").count() === 0 && Date.now() < until) await page.reload();
          await inspect(page, "companies", refused);
          await page.getByRole("button", { name: "Match what is ticked" }).click();
          await page.getByText("Tick at least one.").waitFor();
          await inspect(page, "companies-none", refused);
          await page.getByRole("link", { name: "Tick all of this page" }).click();
          await page.getByRole("button", { name: "Match what is ticked" }).click();
          await page.getByText(/compan(y is|ies are) matched/).waitFor();
        }
        await inspect(page, "companies-matched", refused);

        // Nordwind is two companies, one of which goes its own way.
        const name = `Parted ${size} ${look}`;
        await page.goto("/admin/companies/accounts?q=nordwind");
        await page.getByRole("link", { name: "Split Nordwind Logistik" }).click();
        await page.getByRole("checkbox", { name: /in Practice manager/ }).check();
        await page.getByLabel("Where do they go?").fill(name);
        await page.getByRole("button", { name: "Show what would move" }).click();
        await page.locator("#preview", { hasText: "is a new account" }).waitFor();
        await inspect(page, "split", refused);
        await page.getByLabel("Type Nordwind Logistik to confirm").fill("Nordwind");
        await page.getByRole("button", { name: "Split the account" }).click();
        await page.locator(".po-error", { hasText: "Type the name as it stands here" }).waitFor();
        await inspect(page, "split-mistyped", refused);
        await page.getByLabel("Type Nordwind Logistik to confirm").fill("Nordwind Logistik");
        await page.getByRole("button", { name: "Split the account" }).click();
        await page.getByText(`${name} is an account of its own now.`).waitFor();
        await inspect(page, "accounts-parted", refused);

        // It was a mistake: one client again.
        await page.goto("/admin/companies/accounts?q=" + encodeURIComponent(name));
        await page.getByRole("link", { name: `Merge ${name}` }).click();
        const old = `/a/${new URL(page.url()).searchParams.get("from")}/`;
        await page.getByLabel(`Which account stays, instead of ${name}?`).fill("Nordwind Logistik");
        await page.getByRole("button", { name: "Show what would move" }).click();
        await page.locator("#preview", { hasText: "Contracts" }).or(page.locator("#preview", { hasText: "contracts" })).first().waitFor();
        await inspect(page, "merge", refused);
        await page.getByLabel(`Type ${name} to confirm`).fill(name);
        await page.getByRole("button", { name: "Merge the accounts" }).click();
        await page.getByText("Everything is in Nordwind Logistik now.").waitFor();
        assert.equal(await page.getByText(name).count(), 0, "the account is still there");
        await inspect(page, "accounts-merged", refused);
        await page.goto(old); // leads to where everything is
        await page.getByRole("heading", { level: 1 }).waitFor();
        assert.notEqual(new URL(page.url()).pathname, old);
      }));
    }
  }
});
