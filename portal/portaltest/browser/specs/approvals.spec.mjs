// What a client is asked is decided in the portal, once, on exactly what was seen.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { forget, inspect, launch, looks, sizes, sound, visit } from "../lib/browser.mjs";
import { Home } from "../lib/program.mjs";
import { enter, lookInto } from "../lib/walk.mjs";

const scanners = "14 replacement hand scanners";

// settled waits until the message about a decision has come to an end, so that
// the page stays as it is.
async function settled(page) {
  await page.locator(".po-progress[data-state=confirmed]").waitFor({ timeout: 10_000 });
}

// mailed is the address in the newest mail to somebody about a question. The
// demonstration keeps its mails as files.
async function mailed(portico, to, title) {
  const folder = join(portico.folder, "data/demo/mails");
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 200))) {
    const files = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith("-approval.eml") || /-approval-[a-z0-9]+\.eml$/.test(name)).sort().reverse();
    for (const name of files) {
      const text = (await readFile(join(folder, name), "utf8")).replaceAll("=\r\n", "").replaceAll("=3D", "=");
      const address = text.match(/http:\/\/[^\s"]+\/decide\?t=[\w-]+/);
      if (address && text.includes(to) && text.includes(title)) return address[0];
    }
  }
  throw new Error(`no mail to ${to} about ${title}`);
}

describe("approvals", () => {
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
      test(`what waits and what was decided, ${size} ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        const account = await enter(page);
        await page.locator(".po-card").getByRole("link", { name: `Decide: ${scanners}` }).waitFor();
        await inspect(page, "approvals-home");
        await page.goto(account + "approvals");
        await inspect(page, "approvals");
        await page.getByRole("link", { name: scanners, exact: true }).click();
        await page.getByRole("button", { name: "Approve" }).waitFor();
        await page.getByText("Rugged hand scanner").waitFor();
        await inspect(page, "approval");
        await page.getByText("Decline or change…").click();
        await page.getByRole("button", { name: "Decline", exact: true }).click();
        await page.getByText("Say why, so that it can be put right.").waitFor();
        await inspect(page, "approval-reason", /422/);
        await page.goto(account + "approvals");
        await page.getByRole("link", { name: "Night window for the core switches", exact: true }).click();
        await settled(page);
        await inspect(page, "approval-decided", /422/);
      }));
    }
  }

  for (const size of Object.keys(sizes)) {
    for (const look of looks) {
      test(`a mailed link shows one question and decides nothing by itself, ${size} ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        const address = await mailed(portico, "jonas.weber@nordwind.example", scanners);
        const token = new URL(address).searchParams.get("t");
        const addresses = [];
        page.on("request", (request) => addresses.push([request.url(), request.headers().referer ?? ""]));
        for (let n = 0; n < 2; n++) { // a scanner before, with scripts, that clicks nothing
          await page.goto(address);
          await page.getByRole("button", { name: "Approve" }).waitFor();
        }
        await page.getByText("This link is Jonas Weber’s, for Nordwind Logistik.").waitFor();
        assert.ok(!page.url().includes(token), "the token stays in the address");
        assert.deepEqual(addresses.filter(([url, referer]) => referer.includes(token) || url.includes(token) && url !== address), [], "the token travels on");
        assert.equal(await page.locator(".po-nav").count(), 0, "the link leads elsewhere");
        await inspect(page, "approval-link");
      }));
    }
  }

  test("staff ask on a request, publish a new version, and record a decision by phone", () => visit(browser, portico.url, "desktop", "light", async (page) => {
    await enter(page, "Amara Osei");
    const account = await lookInto(page, "Nordwind Logistik");
    await page.goto(account + "tickets");
    await page.locator("main").getByRole("link", { name: "VPN for the Gdańsk depot" }).click();
    await page.getByRole("link", { name: "Ask for a decision" }).click();
    await inspect(page, "approval-ask");
    await page.getByLabel("What is to be decided").fill("Full VPN profile for Gdańsk");
    await page.getByLabel("The question in words").fill("The same profile as Hamburg.");
    await page.getByLabel("Any owner of the account").check();
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "Full VPN profile for Gdańsk" }).waitFor();
    await inspect(page, "approval-staff");
    const address = new URL(page.url()).pathname;

    await visit(browser, portico.url, "phone", "light", async (client) => {
      await enter(client);
      await client.goto(address);
      await client.getByText("Decline or change…").click();
      await client.getByLabel("Why, or what should change").fill("Please without the printers.");

      await page.getByText("Publish a new version").click();
      await page.getByLabel("The question in words").fill("The smaller profile, as in Bremen.");
      await page.getByLabel("What changed").fill("Bremen's profile is enough.");
      await page.getByRole("button", { name: "Publish" }).click();
      await page.getByText("version 2", { exact: false }).first().waitFor();

      await client.getByRole("button", { name: "Ask for changes" }).click();
      await client.getByRole("heading", { name: "This changed while you were reading" }).waitFor();
      assert.equal(await client.getByLabel("Why, or what should change").inputValue(), "Please without the printers.", "what was typed is lost");
      await inspect(client, "approval-stale", /409/);
    });

    await page.getByText("Record a decision by phone").click();
    await page.getByLabel("Who decided").selectOption({ label: "Ines Albrecht" });
    await page.getByLabel("How you know that it was them").fill("Called back on the number in the contract.");
    await page.getByRole("button", { name: "Record it" }).click();
    await page.getByText("by Ines Albrecht by phone, written down by Amara Osei").waitFor();
    await settled(page);
    await inspect(page, "approval-phone");
    sound(page);
  }));

  test("a link from a mail decides on a phone, once, and tells who comes later", () => visit(browser, portico.url, "phone", "light", async (page) => {
    await enter(page, "Amara Osei");
    await page.goto((await lookInto(page, "Nordwind Logistik")) + "approvals/new");
    await page.getByLabel("What is to be decided").fill("Router for Gdańsk");
    await page.getByLabel("The question in words").fill("The one of Bremen, 640 euro?");
    await page.getByLabel("Jonas Weber").check();
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "Router for Gdańsk" }).waitFor();
    await forget(page);

    const address = await mailed(portico, "jonas.weber@nordwind.example", "Router for Gd");
    await page.goto(address);
    await page.getByRole("button", { name: "Approve" }).click();
    await page.getByText("by Jonas Weber, with the link from the mail").waitFor();
    await inspect(page, "approval-link-decided");
    await page.goto(address);
    await page.getByText("by Jonas Weber, with the link from the mail").waitFor();
    assert.equal(await page.getByRole("button", { name: "Approve" }).count(), 0);
    await page.goto("/decide?t=made-up");
    await page.getByRole("heading", { name: "This link does not work any more" }).waitFor();
    await inspect(page, "approval-link-none", /410/);
  }));

  test("one of two who decide at once wins, and the other is told and loses no word", () => visit(browser, portico.url, "desktop", "light", (owner) =>
    visit(browser, portico.url, "phone", "dark", async (colleague) => {
      const account = await enter(owner);
      await enter(colleague, "Jonas Weber");
      for (const page of [owner, colleague]) {
        await page.goto(account + "approvals");
        await page.getByRole("link", { name: scanners, exact: true }).click();
        await page.getByRole("button", { name: "Approve" }).waitFor();
      }
      await colleague.getByText("Decline or change…").click();
      await colleague.getByLabel("Why, or what should change").fill("Ten are enough.");
      await owner.getByRole("button", { name: "Approve" }).click();
      await settled(owner);
      await inspect(owner, "approval-approved");
      await colleague.getByRole("button", { name: "Decline", exact: true }).click();
      await colleague.getByRole("heading", { name: "This was decided before you" }).waitFor();
      await colleague.getByText("Ines Albrecht has decided this already.").waitFor();
      await colleague.getByText("Ten are enough.").waitFor();
      await inspect(colleague, "approval-late", /409/);
    })));
});
