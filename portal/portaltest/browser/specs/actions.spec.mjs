// What a client does takes effect in the other system, and the page says so.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { inspect, launch, sizes, sound, visit } from "../lib/browser.mjs";
import { Home } from "../lib/program.mjs";
import { confirmed, enter, openTicket } from "../lib/walk.mjs";

const promised = 5_000; // ms from the click until the page reads "confirmed"

describe("actions", () => {
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
    test(`a reply is confirmed and stands in the history once, ${size}`, () => visit(browser, portico.url, size, "light", async (page) => {
      const account = await enter(page);
      const ticket = await openTicket(page, account);
      const words = `Please call me before noon (${size}).`;
      await page.getByRole("textbox", { name: /^Write to/ }).fill(words);
      await page.getByRole("button", { name: "Send reply" }).click();
      await confirmed(page, promised);
      await inspect(page, "reply-confirmed");
      await page.goto(ticket);
      assert.equal(await page.locator(".po-tl").getByText(words).count(), 1);
      sound(page);
    }));

    test(`a new request is confirmed and can be opened, ${size}`, () => visit(browser, portico.url, size, "light", async (page) => {
      const account = await enter(page);
      const subject = `A screen for room 4 (${size})`;
      await page.goto(account + "tickets/new");
      await page.getByLabel("Subject").fill(subject);
      await page.getByLabel("What is it about?").fill("The old one flickers since Monday.");
      await page.getByRole("button", { name: "Send request" }).click();
      await confirmed(page, promised);
      await inspect(page, "request-confirmed");
      await page.goto(account + "tickets");
      await page.locator("main").getByRole("link", { name: subject }).click();
      await page.getByRole("heading", { level: 1, name: subject }).waitFor();
      await inspect(page, "request-opened");
    }));

    test(`a request is closed and opened again, ${size}`, () => visit(browser, portico.url, size, "light", async (page) => {
      const account = await enter(page);
      const ticket = await openTicket(page, account);
      await page.getByRole("button", { name: "Close request" }).click();
      await confirmed(page, promised);
      await page.goto(ticket);
      await inspect(page, "ticket-closed");
      await page.getByRole("button", { name: "Reopen request" }).click();
      await confirmed(page, promised);
      await page.goto(ticket);
      await page.getByRole("button", { name: "Close request" }).waitFor();
      sound(page);
    }));
  }

  test("a session that ends while somebody types costs no word, and a form that was sent is not sent for others", () =>
    visit(browser, portico.url, "desktop", "light", async (page) => {
      const ticket = await openTicket(page, await enter(page));
      const box = page.getByRole("textbox", { name: /^Write to/ });
      const send = () => page.getByRole("button", { name: "Send reply" }).click();
      await box.fill("Words that outlive a session");
      await page.context().clearCookies();
      await send();
      await page.waitForURL(/\/signin\?next=/);
      assert.equal(new URL(page.url()).searchParams.get("next"), ticket, "the sign-in does not lead back to the form");

      await enter(page);
      await page.goto(ticket);
      assert.equal(await box.inputValue(), "Words that outlive a session");
      await page.getByText("We kept what you were writing.").waitFor();
      const key = await page.locator("#reply [name=key]").inputValue();
      await send();
      await confirmed(page, promised);
      await page.goto(ticket);
      assert.equal(await box.inputValue(), "", "what was recorded is still a draft");

      await page.locator("#reply [name=key]").evaluate((el, sent) => { el.value = sent; }, key); // as after going back
      await box.fill("Other words");
      await send();
      await page.getByText("This form was sent before, with other words or files.").waitFor();
      assert.equal(await box.inputValue(), "Other words");
      await send();
      await confirmed(page, promised);
    }));
});
