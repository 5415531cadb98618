// What did not get through: listed, tried again with other words, given up. No
// action of the demonstration fails by itself, so one is marked in the database.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { forget, inspect, launch, looks, sizes, visit } from "../lib/browser.mjs";
import { Home } from "../lib/program.mjs";
import { confirmed, enter, openTicket } from "../lib/walk.mjs";

describe("what did not get through", () => {
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

  // hold makes the newest action one that waits for staff.
  const hold = () => JSON.parse(execFileSync("sqlite3", ["-json", "-cmd", ".timeout 5000", join(portico.folder, "data/demo/portico.db"),
    "UPDATE actions SET state = 'dead', ended_at = NULL, reason = 'The help desk does not take it.' WHERE seq = (SELECT max(seq) FROM actions) RETURNING id, ref"]))[0];

  // It takes most of a minute until a source is asked again: two of four are enough.
  for (const size of Object.keys(sizes)) {
    for (const look of looks.filter((look) => (look === "dark") === (size === "phone"))) {
      test(`a reply, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        const account = await enter(page);
        const ticket = await openTicket(page, account);
        await page.locator("textarea[name=text]").fill(`It still smokes, ${size} ${look}.`);
        await page.getByRole("button", { name: "Send reply" }).click();
        await confirmed(page, 60_000);
        const held = hold();
        await forget(page);
        await enter(page, "Amara Osei");
        await page.goto("/admin/actions");
        await page.locator(`[data-action=${held.ref}]`).waitFor();
        await inspect(page, "letters");
        await page.locator(`[data-action=${held.ref}] a`).click();
        await page.getByText("Send other words").click();
        await page.getByText("Give it up").first().click();
        await inspect(page, "letters-one");
        await page.getByLabel("Words to send").fill("It still smokes. Please call Ines.");
        await page.getByRole("button", { name: "Change and try again" }).click();
        await page.locator(".po-toast", { hasText: "The words are changed" }).waitFor();
        // It had arrived: it is found by its reference, and nothing is sent twice.
        for (let i = 0; i < 120 && !(await page.locator(".po-facts").innerText()).includes("Confirmed"); i++) {
          await page.waitForTimeout(500);
          await page.reload();
        }
        await inspect(page, "letters-found");
        await page.goto(ticket);
        assert.equal(await page.getByText("Please call Ines").count(), 0, "it was sent twice");
        hold();
        await page.goto(`/admin/actions/${held.id}`);
        await page.getByText("Give it up").first().click();
        await page.getByLabel("Why, in words for the client").fill("We have settled this by phone.");
        await page.getByRole("button", { name: "Give it up" }).click();
        await page.locator(".po-toast", { hasText: "given up" }).waitFor();
        await forget(page);
        await enter(page);
        await page.goto(`${account}actions/${held.id}`);
        await page.getByText("We have settled this by phone.").waitFor();
        await inspect(page, "letters-client");
      }));
    }
  }
});
