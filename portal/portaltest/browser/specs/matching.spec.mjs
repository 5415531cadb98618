// Two systems hold the same contracts of a client: an administrator says which of them
// is believed, and the client sees each contract once, with both sources.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { inspect, launch, looks, sizes, visit } from "../lib/browser.mjs";
import { Practice } from "../lib/practice.mjs";
import { Home } from "../lib/program.mjs";
import { enter } from "../lib/walk.mjs";

const pulled = 60_000; // ms; the machine may be busy

describe("the same in two systems", () => {
  let portico, browser;
  const systems = [];
  before(async () => {
    portico = await Home.make();
    systems.push(await Practice.open(portico.folder), await Practice.open(portico.folder));
    await portico.serve("--demo");
    browser = await launch();
    await visit(browser, portico.url, "desktop", "light", async (page) => {
      await enter(page, "Amara Osei");
      for (const [i, name] of ["Practice manager", "Old practice"].entries()) {
        await systems[i].connect(page, name);
        await page.getByRole("button", { name: "Connect and pull" }).click();
        await page.waitForURL("**?done=connected");
      }
      await contracts(page, 2);
    });
  });
  after(async () => {
    await browser?.close();
    await portico?.end();
    for (const system of systems) await system.close();
  });

  // contracts goes to the client's contracts and waits until one of them is there so
  // many times.
  async function contracts(page, times) {
    const account = await enter(page, "Ines Albrecht");
    const until = Date.now() + pulled;
    let seen;
    do {
      await page.goto(account + "contracts");
      seen = await page.getByRole("link", { name: "On-call service" }).count();
    } while (seen !== times && Date.now() < until);
    assert.equal(seen, times, "contracts of one name");
  }

  for (const size of Object.keys(sizes)) {
    for (const look of looks) {
      test(`one of two is believed, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        await contracts(page, 2);
        await enter(page, "Amara Osei");
        await page.goto("/admin/matching");
        const believe = (name) => page.getByRole("link", { name: `Believe ${name}` });
        const row = page.locator("main tbody tr", { hasText: "Contracts" }).filter({ has: believe("Practice manager") }).filter({ has: believe("Old practice") });
        await row.getByRole("link", { name: "Believe Practice manager" }).waitFor();
        await inspect(page, "matching");
        await row.getByRole("link", { name: "Believe Practice manager" }).click();
        await page.getByText("3 are shown once, and wait for you").waitFor();
        await inspect(page, "matching-preview");
        await page.getByRole("button", { name: "Believe Practice manager" }).click();
        await page.waitForURL("**?done=named");
        await inspect(page, "matching-named");
        await page.getByRole("button", { name: "Attach all 3" }).click();
        await page.waitForURL("**?done=attached");
        await page.getByRole("link", { name: "Attached" }).click();
        assert.equal(await page.getByRole("checkbox").count(), 3);
        await inspect(page, "matching-attached");
        const rule = page.url();

        // The client sees one, and where it stands besides.
        await contracts(page, 1);
        await page.getByRole("link", { name: "On-call service" }).click();
        const fresh = page.locator(".po-fresh", { hasText: "also in Old practice" }).first();
        await fresh.locator("summary").click();
        await fresh.getByText("Also in", { exact: true }).waitFor();
        await inspect(page, "contract-both-sources");

        // Taken back again: detached, and both side by side.
        await enter(page, "Amara Osei");
        await page.goto(rule);
        for (const box of await page.getByRole("checkbox").all()) await box.check();
        await page.getByRole("button", { name: "Detach what is ticked" }).click();
        await page.waitForURL("**?done=unsaid");
        await page.getByRole("link", { name: /^To confirm/ }).click();
        await page.getByRole("button", { name: "Attach what is ticked" }).click();
        await page.getByText("Tick what belongs together first.").waitFor();
        await inspect(page, "matching-nothing-ticked", /status of 422/);
        await page.getByRole("button", { name: "Show both side by side again" }).click();
        await page.waitForURL("**?done=ended");
        await contracts(page, 2);
      }));
    }
  }
});
