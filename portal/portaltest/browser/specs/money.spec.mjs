// What the demonstration's fake Stripe and calendar bring: offers that are decided,
// invoices and the statement, and a window that is acknowledged, each through to the
// source and back.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { inspect, launch, looks, sizes, sound, visit } from "../lib/browser.mjs";
import { Home } from "../lib/program.mjs";
import { confirmed, enter } from "../lib/walk.mjs";

const within = 60_000; // ms for an action to go to the source and be read back

describe("money and dates", () => {
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
      test(`quotes, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        const account = await enter(page, "Carla Reyes");
        await page.goto(account + "quotes?view=accepted");
        await inspect(page, "quotes-none");
        await page.goto(account + "quotes");
        await inspect(page, "quotes");
        await page.getByRole("link", { name: "QT-2026-119" }).click();
        await page.getByRole("button", { name: "Accept $1,556.00" }).waitFor();
        await inspect(page, "quote");
        await page.getByText("Decline…").click();
        await page.getByRole("button", { name: "Decline", exact: true }).click();
        await page.locator("#text-error").waitFor();
        await inspect(page, "quote-why", /status of 422/);
      }));

      test(`invoices and the statement, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        const account = await enter(page, "Petra Lindqvist");
        await page.goto(account + "invoices");
        await inspect(page, "invoices");
        await page.getByRole("link", { name: "INV-10471" }).click();
        await page.getByRole("heading", { level: 1, name: "Invoice INV-10471" }).waitFor();
        await inspect(page, "invoice");
        await page.goto(account + "invoices");
        await page.getByRole("link", { name: "Statement of account" }).click();
        await page.getByRole("heading", { name: "Open in USD" }).waitFor();
        await inspect(page, "statement");
      }));

      test(`contracts and the calendar, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        const account = await enter(page, "Owen Vale");
        await page.goto(account + "contracts");
        await inspect(page, "contracts-demo");
        await page.goto(account + "calendar");
        await inspect(page, "calendar-demo");
        await page.getByRole("link", { name: "File shares move to the new NAS" }).click();
        await page.getByRole("button", { name: "Acknowledge" }).waitFor();
        await inspect(page, "event-demo");
      }));
    }
  }

  test("a quote is accepted, and not offered again", () => visit(browser, portico.url, "phone", "light", async (page) => {
    const account = await enter(page, "Ines Albrecht");
    await page.getByRole("link", { name: "Decide: Longer warranty for server HAM-SRV-01" }).click();
    const quote = page.url();
    await page.getByRole("button", { name: "Accept €1,059.10" }).click();
    await page.waitForURL(/#progress-/);
    assert.equal(await page.getByRole("button", { name: /^Accept/ }).count(), 0, "it is offered again");
    await confirmed(page, within);
    await page.goto(quote);
    await page.locator("#decision").getByText("Accepted", { exact: true }).waitFor();
    await inspect(page, "quote-accepted");
    await page.goto(account);
    assert.equal(await page.getByText("Longer warranty").count(), 0, "it still waits");
  }));

  test("a quote is declined with a reason, and a page that is open offers it no more", () => visit(browser, portico.url, "desktop", "dark", async (page) => {
    const account = await enter(page, "Petra Lindqvist");
    await page.goto(account + "quotes");
    await page.getByRole("link", { name: "QT-2026-121" }).click();
    const quote = page.url();
    const late = await page.context().newPage();
    await late.goto(quote);
    await page.getByText("Decline…").click();
    await page.getByLabel("Why").fill("The line that we have is enough.");
    await page.getByRole("button", { name: "Decline", exact: true }).click();
    await confirmed(page, within);
    await late.getByRole("button", { name: /^Accept/ }).waitFor({ state: "detached" });
    await late.locator("#decision").getByText("Declined").first().waitFor();
    await late.close();
    sound(page);
  }));

  test("an event is acknowledged, and the calendar knows", () => visit(browser, portico.url, "phone", "dark", async (page) => {
    const account = await enter(page, "Jonas Weber");
    await page.goto(account + "calendar");
    await page.getByRole("link", { name: "Core switches in Hamburg: firmware" }).first().click();
    const event = page.url();
    await page.getByLabel("A note (optional)").fill("The gates are opened by hand.");
    await page.getByRole("button", { name: "Acknowledge" }).click();
    await confirmed(page, within);
    await page.goto(event);
    await page.locator("#facts").getByText("Acknowledged", { exact: true }).waitFor();
    await inspect(page, "event-acknowledged");
  }));
});
