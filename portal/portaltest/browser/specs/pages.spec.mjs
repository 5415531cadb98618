// Every page at every size and look: a picture, axe, no sideways scrolling, no word
// in the console, nothing that the content policy had to stop.
import { after, before, describe, test } from "node:test";
import { inspect, launch, looks, sizes, visit } from "../lib/browser.mjs";
import { Home } from "../lib/program.mjs";
import { enter, openTicket } from "../lib/walk.mjs";

describe("pages", () => {
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
      test(`doors, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        for (const [name, path] of [["signin", "/signin"], ["forgot", "/forgot"], ["demo", "/demo"]]) {
          await page.goto(path);
          await inspect(page, name);
        }
        await page.goto("/nothing/here");
        // The browser itself writes the status of the page to the console.
        await inspect(page, "missing", /status of 404/);
      }));

      test(`a member's pages, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        const account = await enter(page);
        await inspect(page, "home");
        await page.goto(account + "tickets");
        await inspect(page, "tickets");
        await openTicket(page, account);
        await inspect(page, "ticket");
        await page.goto(account + "tickets/new");
        await inspect(page, "request");
        await page.goto(account + "assets");
        await inspect(page, "assets");
        await page.locator(`main a[href^='${account}assets/']`).first().click();
        await page.waitForURL(`**${account}assets/*`);
        await inspect(page, "asset");
        await page.goto(account + "notifications");
        await inspect(page, "notifications");
        await page.getByLabel("Everything").check();
        await page.getByRole("button", { name: "Save" }).click();
        await page.waitForURL("**/notifications?done=1");
        await inspect(page, "notifications-saved");
        await page.goto(account + "tickets?q=no-such-words-anywhere");
        await inspect(page, "tickets-none");
      }));

      test(`what a narrow role sees, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        const account = await enter(page, "Petra Lindqvist");
        await inspect(page, "home-finance");
        await page.goto(account + "tickets");
        await inspect(page, "tickets-hidden", /status of 404/);
      }));

      test(`the staff's list, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        await enter(page, "Amara Osei");
        await inspect(page, "staff");
      }));
    }
  }
});
