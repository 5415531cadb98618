// What a system that is no help desk brings: a calendar and contracts, as the client
// and the staff see them.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { inspect, launch, looks, sizes, visit } from "../lib/browser.mjs";
import { Practice } from "../lib/practice.mjs";
import { Home } from "../lib/program.mjs";
import { enter, lookInto } from "../lib/walk.mjs";

const pulled = 60_000; // ms; the machine may be busy

describe("work that is no request", () => {
  let portico, browser, practice;
  before(async () => {
    portico = await Home.make();
    practice = await Practice.open(portico.folder);
    await portico.serve("--demo");
    browser = await launch();
    await visit(browser, portico.url, "desktop", "light", async (page) => {
      await enter(page, "Amara Osei");
      await practice.connect(page);
      await inspect(page, "work-preview", /status of (409|422)/);
      await page.getByRole("button", { name: "Connect and pull" }).click();
      await page.waitForURL("**?done=connected");
    });
  });
  after(async () => {
    await browser?.close();
    await portico?.end();
    await practice?.close();
  });

  // arrive signs in and waits until something of a kind has come.
  async function arrive(page, path, text, name) {
    const account = await enter(page, name);
    const until = Date.now() + pulled;
    do {
      await page.goto(account + path);
    } while ((await page.getByText(text).count()) === 0 && Date.now() < until);
    return account;
  }

  for (const size of Object.keys(sizes)) {
    for (const look of looks) {
      test(`the calendar, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        const account = await arrive(page, "calendar", "Firewall replacement in Gdynia");
        await inspect(page, "calendar");
        await page.getByRole("link", { name: "Month", exact: true }).click();
        await page.locator("table.po-month").waitFor();
        await inspect(page, "calendar-month");
        await page.getByRole("link", { name: "Later" }).click();
        await page.getByRole("link", { name: "Today" }).click();
        await page.goto(account + "calendar");
        await page.getByRole("link", { name: "Firewall replacement in Gdynia" }).click();
        await page.getByText("No internet for about ten minutes.").waitFor();
        await inspect(page, "event");
        // The day to give notice leads to its contract.
        await page.goto(account + "calendar");
        await page.getByRole("link", { name: "Last day to give notice: On-call service" }).click();
        await page.waitForURL(`**${account}contracts/*`);
      }));

      test(`the calendar in one's own program, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        const account = await arrive(page, "calendar", "Firewall replacement in Gdynia");
        await page.getByRole("link", { name: "Subscribe", exact: true }).click();
        await page.waitForURL("**/calendar/subscribe");
        await inspect(page, "feed-none");
        await page.getByRole("button", { name: "Make an address" }).click();
        await page.getByText("This is your address.").waitFor();
        await inspect(page, "feed");
        const address = () => page.getByLabel("Your secret address").inputValue();
        // A calendar program has no session.
        const read = async (url) => { const answer = await fetch(url); return [answer.status, await answer.text()]; };
        const first = await address();
        const [status, text] = await read(first);
        assert.equal(status, 200);
        assert.match(text, /^BEGIN:VCALENDAR\r\n/);
        assert.match(text.replaceAll("\r\n ", ""), /SUMMARY:Firewall replacement in Gdynia\r\n/);
        assert.ok(!text.includes("Not of Nordwind"));
        await page.getByRole("button", { name: "Make another address" }).click();
        await page.getByText("This is your address.").waitFor();
        assert.notEqual(await address(), first);
        assert.equal((await read(first))[0], 404);
        await page.getByRole("button", { name: "Switch off" }).click();
        await page.getByText("The subscription is switched off.").waitFor();
        await page.goto(account + "calendar");
      }));

      test(`contracts, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        const account = await arrive(page, "contracts", "On-call service");
        assert.equal(await page.getByText("Not of Nordwind").count(), 0, "another company's contract is shown");
        await inspect(page, "contracts");
        await page.getByRole("link", { name: "Ended" }).click();
        await page.getByRole("link", { name: "Telephone system" }).waitFor();
        await page.goto(account + "contracts");
        await page.getByRole("link", { name: "On-call service" }).click();
        await page.getByText("Reaction within four hours").waitFor();
        await inspect(page, "contract");
      }));

      test(`projects and documents, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        const account = await arrive(page, "projects", "Move to the new office in Bremen");
        await inspect(page, "projects");
        await page.getByRole("link", { name: "Move to the new office in Bremen" }).click();
        await page.getByRole("link", { name: "Floor plan Bremen.pdf" }).waitFor();
        await inspect(page, "project");
        await page.goto(account + "documents");
        await inspect(page, "documents");
        await page.getByRole("link", { name: "Projects", exact: true }).last().click();
        await page.getByRole("heading", { name: "Projects", level: 1 }).waitFor();
        await inspect(page, "documents-folder");
        // Whatever a file says it is, it is saved.
        const coming = page.waitForEvent("download");
        await page.getByRole("link", { name: "<script>alert(1)</script>.html" }).click();
        const saved = await coming;
        assert.equal(await readFile(await saved.path(), "utf8"), "bytes of d3");
      }));

      test(`one picture of everything, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        const account = await arrive(page, "contracts", "On-call service");
        await page.goto(account);
        await page.locator("#home-dates", { hasText: "Firewall replacement in Gdynia" }).waitFor();
        await page.locator("#home-dates", { hasText: "Last day to give notice: On-call service" }).waitFor();
        await inspect(page, "home-work");
      }));
    }
  }

  test("who sees only their own requests sees no contract", () => visit(browser, portico.url, "desktop", "light", async (page) => {
    const account = await enter(page, "Jonas Weber");
    await page.goto(account + "contracts");
    await page.locator("h1").waitFor();
    assert.equal(await page.getByText("On-call service").count(), 0);
  }));

  test("staff find the same pages", () => visit(browser, portico.url, "desktop", "light", async (page) => {
    await enter(page, "Amara Osei");
    const account = await lookInto(page, "Nordwind Logistik");
    await page.goto(account);
    await page.locator("#nav").getByRole("link", { name: "Contracts" }).click();
    await page.getByRole("link", { name: "On-call service" }).waitFor();
  }));
});
