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

      test(`account and look, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        await enter(page, "Amara Osei");
        await page.goto("/staff");
        await page.locator("main").getByRole("link", { name: "Nordwind Logistik" }).click();
        await page.waitForURL("**/staff/accounts/*");
        await page.getByRole("heading", { name: "Nordwind Logistik", level: 1 }).waitFor();
        await inspect(page, "staff-account");
        const about = new URL(page.url()).pathname;
        await page.getByRole("button", { name: "Look as Jonas Weber" }).click();
        await page.waitForURL("**/a/*/");
        const home = new URL(page.url()).pathname;
        await page.getByText("You look as Jonas Weber.").waitFor();
        await inspect(page, "staff-look");
        await page.goto(home + "tickets");
        await page.getByText("You see your own requests.").waitFor();
        assert.equal(await page.locator("main tbody tr").count() > 0, true);
        assert.equal(await page.getByRole("link", { name: "New request" }).count(), 0);
        await inspect(page, "staff-look-tickets");
        // The page is live, and what is another account's is not there.
        await page.goto("/staff/queue");
        await page.getByText("You look as Jonas Weber.").waitFor();
        await page.goto(about);
        await page.getByText("You look as Jonas Weber.").waitFor();
        await inspect(page, "staff-look-missing", /status of 404/);
        // What is sent all the same is refused in words.
        await page.goto(home);
        await page.evaluate((path) => {
          const form = document.createElement("form");
          form.method = "post";
          form.action = path;
          document.body.append(form);
          form.submit();
        }, home + "tickets");
        await page.getByText("nothing can be sent or changed").first().waitFor();
        await inspect(page, "staff-look-refused", /status of 40[34]/);
        await page.getByRole("button", { name: "Stop looking" }).click();
        await page.waitForURL("**" + about);
        assert.equal(await page.locator(".po-look").count(), 0);
        await page.getByRole("heading", { name: "Nordwind Logistik", level: 1 }).waitFor();
      }));
    }
  }
});
