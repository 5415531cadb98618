// What staff see across accounts, at every size and look.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { inspect, launch, looks, sizes, visit } from "../lib/browser.mjs";
import { Home } from "../lib/program.mjs";
import { enter } from "../lib/walk.mjs";

describe("staff", () => {
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
      test(`queue, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        await enter(page, "Amara Osei");
        await page.waitForURL("**/staff/queue");
        await page.getByRole("heading", { name: "Queue", level: 1 }).waitFor();
        await inspect(page, "staff-queue");
        await page.getByRole("link", { name: /^Mine/ }).click();
        await page.waitForURL("**/staff/queue?view=mine");
        await inspect(page, "staff-queue-mine");
        await page.goto("/staff/queue?q=nordwind&turn=client");
        assert.ok(await page.locator(".po-queue tbody tr:not(.po-group)").count() > 0);
        await page.goto("/staff/queue?view=late&age=30");
        await inspect(page, "staff-queue-none");
        // Chosen approvals are previewed; whoever was reminded today is not again.
        await page.goto("/staff/queue?view=approvals");
        await page.getByLabel("Choose 14 replacement hand scanners").check();
        await inspect(page, "staff-queue-chosen");
        await page.getByRole("button", { name: "Preview reminders…" }).click();
        await page.waitForURL("**/staff/queue/nudge?pick=*");
        await page.getByText("Jonas Weber").waitFor();
        await inspect(page, "staff-nudge");
        const send = page.getByRole("button", { name: "Send 1 reminder" });
        if (await send.count()) {
          await send.click();
          await page.getByText("The reminder of 1 question is on its way.").waitFor();
          await inspect(page, "staff-nudged");
        } else {
          await page.getByText("Nothing, was reminded today").waitFor();
        }
      }));
    }
  }
});
