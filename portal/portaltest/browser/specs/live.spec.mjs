// What changes while a page is open appears in it, for those whom it concerns, and
// nothing that somebody is at is lost.
import assert from "node:assert/strict";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { inspect, launch, sound, visit } from "../lib/browser.mjs";
import { Home } from "../lib/program.mjs";
import { confirmed, enter } from "../lib/walk.mjs";

const promised = 10_000; // ms from a colleague's click until an open page shows it

// overhear keeps what the event streams of a page say.
async function overhear(page) {
  await page.addInitScript(() => {
    window.heard = [];
    window.streams = [];
    const Plain = window.EventSource;
    window.EventSource = class extends Plain {
      constructor(address) {
        super(address);
        window.streams.push(this);
        for (const name of ["hello", "change", "end"]) this.addEventListener(name, (e) => window.heard.push(`${name} ${e.data}`));
      }
    };
  });
}

const heard = (page) => page.evaluate(() => window.heard);
const listening = (page) => page.waitForFunction(() => window.heard.some((text) => text.startsWith("hello")));

// own goes to a request that the person asked for and returns its address.
async function own(page, account) {
  await page.goto(account + "tickets");
  const link = page.locator(`main tbody a[href^='${account}tickets/']`).first();
  const address = await link.getAttribute("href");
  await page.goto(address);
  return address;
}

async function reply(page, address, words) {
  await page.goto(address);
  await page.getByRole("textbox", { name: /^Write to/ }).fill(words);
  await page.getByRole("button", { name: "Send reply" }).click();
  await confirmed(page, promised);
}

describe("live", () => {
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

  const as = (name, steps) => visit(browser, portico.url, "desktop", "light", async (page) => {
    await overhear(page);
    await steps(page, await enter(page, name));
    sound(page);
  });

  test("a colleague's reply appears without a reload, and what is being typed stays", () =>
    as("Jonas Weber", (jonas, account) => as("Ines Albrecht", (ines) => as("Carla Reyes", async (carla) => {
      const address = await own(jonas, account);
      await listening(carla);
      await listening(jonas);
      await jonas.evaluate(() => { window.stays = true; });
      const box = jonas.getByRole("textbox", { name: /^Write to/ });
      await box.fill("I am still at it");
      await box.evaluate((el) => el.setSelectionRange(5, 10));
      const source = jonas.locator("#facts .po-fresh");
      await source.evaluate((el) => { el.open = true; });
      const top = await box.evaluate((el) => el.getBoundingClientRect().top);

      await reply(ines, address, "Ines was here.");
      const entry = jonas.locator("#history li[data-new]", { hasText: "Ines was here." });
      await entry.waitFor({ timeout: promised });
      assert.equal(await jonas.locator("#history").getByText("Ines was here.").count(), 1);
      assert.equal(await box.inputValue(), "I am still at it");
      const at = await box.evaluate((el) => [document.activeElement === el, el.selectionStart, el.selectionEnd, el.getBoundingClientRect().top]);
      assert.deepEqual(at.slice(0, 3), [true, 5, 10], "the caret moved");
      assert.ok(Math.abs(at[3] - top) < 2, `the box moved by ${at[3] - top}px`);
      assert.ok(await source.evaluate((el) => el.open), "what was open is shut");
      assert.ok(await jonas.evaluate(() => window.stays), "the page was loaded again");
      await jonas.locator("#live-said", { hasText: "something new" }).waitFor({ timeout: 2_000 });
      await inspect(jonas, "live-ticket");

      const told = await heard(jonas);
      const id = address.split("/").at(-1);
      assert.ok(told.includes("change {}") && !told.some((text) => text.includes(id)), `who sees only their own requests was told ${told}`);
      assert.deepEqual((await heard(carla)).filter((text) => !text.startsWith("hello")), [], "another company heard of it");
    }))));

  test("lists, counts and the first page follow", () =>
    as("Jonas Weber", (jonas, account) => as("Ines Albrecht", async (ines) => {
      await ines.goto(account + "tickets");
      await listening(ines);
      await jonas.goto(account + "tickets/new");
      await jonas.getByLabel("Subject").fill("A chair for the new colleague");
      await jonas.getByLabel("What is it about?").fill("She starts on Monday.");
      await jonas.getByRole("button", { name: "Send request" }).click();
      await confirmed(jonas, promised);
      await ines.locator("#rows").getByRole("link", { name: "A chair for the new colleague" }).waitFor({ timeout: promised });
      assert.equal(await ines.locator("#rows table").count(), 1);
      const told = await heard(ines);
      assert.ok(told.some((text) => /^change \{"kind":"ticket","ids":\["[0-9a-f-]{36}"/.test(text)), String(told));
    })));

  test("what the reader is at is left until they leave it", () =>
    as("Ines Albrecht", (ines, account) => as("Jonas Weber", async (jonas) => {
      const address = await own(jonas, account);
      await ines.goto(account + "tickets");
      await listening(ines);
      const link = ines.locator(`#rows a[href='${address}']`);
      const before = await ines.locator(".po-pager span").first().innerText();
      await link.focus();
      await jonas.getByRole("button", { name: "Close request" }).click();
      await confirmed(jonas, promised);
      await ines.locator(".po-pager span").filter({ hasNotText: before }).first().waitFor({ timeout: promised });
      assert.ok(await link.evaluate((el) => el === document.activeElement), "the focus was taken away");
      await ines.keyboard.press("Tab");
      await link.waitFor({ state: "detached", timeout: promised });
    })));

  test("tabs share one stream; the next one takes over", () => as("Ines Albrecht", async (first, account) => {
    await listening(first);
    const tabs = [];
    for (let n = 0; n < 8; n++) {
      const tab = await first.context().newPage();
      await overhear(tab);
      await tab.goto(account);
      tabs.push(tab);
    }
    const streams = (await Promise.all([first, ...tabs].map(heard))).filter((list) => list.length > 0);
    assert.equal(streams.length, 1, "more than one tab listens");
    await first.goto("about:blank");
    await Promise.any(tabs.map(listening));
    await first.goto(account);
  }));

  test("nobody listens while nobody looks", () => as("Ines Albrecht", async (page) => {
    await listening(page);
    const look = (hidden) => page.evaluate((value) => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => value });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
    await look(true);
    await page.waitForFunction(() => window.streams.every((s) => s.readyState === EventSource.CLOSED));
    await look(false);
    await page.waitForFunction(() => window.heard.filter((text) => text.startsWith("hello")).length === 2);
  }));

  test("who has signed out hears nothing more", () => as("Ines Albrecht", async (page, account) => {
    await listening(page);
    const other = await page.context().newPage();
    await other.goto(account);
    await other.locator("form[action='/signout']").first().evaluate((form) => form.requestSubmit());
    await other.waitForURL(/signin/);
    await page.waitForFunction(() => window.heard.includes("end {}") && window.streams.every((s) => s.readyState === EventSource.CLOSED));
  }));

  test("what changes in the source appears", () =>
    as("Ines Albrecht", (ines, account) => as("Amara Osei", async (amara) => {
      const address = await own(ines, account);
      await listening(ines);
      // Only staff are shown where the record lives.
      await amara.goto(address);
      await amara.locator("#facts summary").click();
      const source = new URL(await amara.getByRole("link", { name: "Open in Request Tracker" }).getAttribute("href"));
      const answer = await fetch(`${source.origin}/REST/2.0/ticket/${source.searchParams.get("id")}/correspond`, {
        method: "POST", headers: { Authorization: "token 1-1-demo", "Content-Type": "application/json" },
        body: JSON.stringify({ Content: "Written in the help desk.", ContentType: "text/plain" }),
      });
      assert.equal(answer.status, 201);
      // Another process pulls, so that nobody waits for the schedule. Outside the
      // demonstration a key may not lie among the data.
      const data = join(portico.folder, "data", "demo");
      const key = join(portico.folder, "demo.key");
      await copyFile(join(data, "keys", "portico.key"), key);
      await portico.run(["connector", "pull", "Request Tracker"], { PORTICO_DATA: data, PORTICO_KEY_FILE: key });
      await ines.locator("#history li[data-new]", { hasText: "Written in the help desk." }).waitFor({ timeout: promised });
    })));

  test("without a stream the page asks by itself", () =>
    visit(browser, portico.url, "desktop", "light", async (jonas) => {
      await jonas.route("**/events", (route) => route.abort());
      const account = await enter(jonas, "Jonas Weber");
      const address = await own(jonas, account);
      await jonas.clock.install();
      await jonas.goto(address);
      await as("Ines Albrecht", (ines) => reply(ines, address, "Nobody rings for this."));
      assert.equal(await jonas.locator("#history").getByText("Nobody rings for this.").count(), 0);
      await jonas.clock.runFor(60_000);
      await jonas.locator("#history li", { hasText: "Nobody rings for this." }).waitFor({ timeout: promised });
      sound(jonas, /\/events/);
    }));

  test("a restart waits for no open page", () => as("Ines Albrecht", async (page) => {
    await listening(page);
    const begun = Date.now();
    await portico.stop();
    assert.ok(Date.now() - begun < 10_000, "the program waited for an open page");
    page.trouble.length = 0; // the portal is away
  }));
});
