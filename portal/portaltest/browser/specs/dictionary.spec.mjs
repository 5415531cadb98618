// What was decided about a connection is taken along as a file, and looked at before
// it changes anything; a single record is read anew.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { inspect, launch, looks, sizes, visit } from "../lib/browser.mjs";
import { Home } from "../lib/program.mjs";
import { enter } from "../lib/walk.mjs";

describe("dictionary", () => {
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
      test(`out and in again, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        await enter(page, "Amara Osei");
        await page.goto("/admin/connections");
        await page.getByRole("link", { name: "Request Tracker", exact: true }).click();
        await page.getByRole("link", { name: "Statuses" }).click();
        const coming = page.waitForEvent("download");
        await page.getByRole("link", { name: "Download the dictionary" }).click();
        const file = JSON.parse(await readFile(await (await coming).path(), "utf8"));
        assert.ok(file.statuses.length > 2 && !JSON.stringify(file).includes("127.0.0.1"), "the file says how the system is reached");

        await page.getByText("Bring one from another connection").click();
        await page.getByLabel("File", { exact: true }).setInputFiles({ name: "wrong.json", mimeType: "application/json", buffer: Buffer.from("{}") });
        await page.getByRole("button", { name: "Look at what changes" }).click();
        await page.locator("[data-part=refused]").waitFor();
        await inspect(page, "dictionary-refused", /status of 422/);

        const label = `Ours, ${size} ${look}`;
        file.statuses[0].label = label;
        file.statuses.push({ ...file.statuses[0], raw: "escalated" });
        await page.getByLabel("File", { exact: true }).setInputFiles({ name: "dictionary.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(file)) });
        await page.getByRole("button", { name: "Look at what changes" }).click();
        await page.locator("[data-part=unknown]", { hasText: "escalated" }).waitFor();
        await inspect(page, "dictionary-look", /status of 422/);
        await page.getByRole("button", { name: /^Change \d+ status/ }).click();
        await page.waitForURL("**/statuses?done=dictionary");
        await page.locator("main tbody", { hasText: label }).waitFor();
        await inspect(page, "dictionary-taken", /status of 422/);
      }));

      test(`everything that was decided, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        await enter(page, "Amara Osei");
        await page.goto("/admin/connections");
        await page.getByRole("link", { name: "Request Tracker", exact: true }).click();
        await page.getByRole("link", { name: "As a file" }).click();
        const coming = page.waitForEvent("download");
        await page.getByRole("link", { name: "Download", exact: true }).click();
        const file = JSON.parse(await readFile(await (await coming).path(), "utf8"));
        assert.ok(file.companies.length > 1 && file.statuses.length > 2 && file.settings.url, "the file is not whole");
        assert.ok(!/token|secret/i.test(JSON.stringify(file)), "a credential is in the file");
        await inspect(page, "mapping");

        const bring = async (content) => {
          await page.getByLabel("File", { exact: true }).setInputFiles({ name: "desk.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(content)) });
          await page.getByRole("button", { name: "Look at what changes" }).click();
        };
        await bring({ ...file, version: 9 });
        await page.locator("[data-part=refused]", { hasText: "newer Portico" }).waitFor();
        await inspect(page, "mapping-refused", /status of 422/);

        const label = `Brought, ${size} ${look}`;
        file.statuses[0].label = label;
        file.settings.url = "http://elsewhere.example";
        file.companies.push({ ...file.companies[0], key: "somebody else" });
        await bring(file);
        await page.locator("tr[data-outcome=changed]", { hasText: label }).waitFor();
        assert.equal(await page.locator("tr[data-outcome=left]").count(), 2);
        await inspect(page, "mapping-look", /status of 422/);
        await page.getByRole("button", { name: "Make this change" }).click();
        await page.waitForURL("**/mapping?done=mapping");
        await page.getByText("Everything was changed as shown.").waitFor();
        await page.getByRole("link", { name: "Statuses" }).click();
        await page.locator("main tbody", { hasText: label }).waitFor();
        await inspect(page, "mapping-taken", /status of 422/);
      }));

      test(`one record read anew, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        await enter(page, "Amara Osei");
        await page.goto("/admin/connections");
        await page.getByRole("link", { name: "Request Tracker", exact: true }).click();
        await page.getByRole("link", { name: "One record" }).click();
        const read = async (id) => {
          await page.getByLabel("What", { exact: true }).selectOption({ label: "Request" });
          await page.getByLabel("Its id in Request Tracker").fill(id);
          await page.getByRole("button", { name: "Read it now" }).click();
        };
        await read("999999");
        await page.locator("[data-part=result]", { hasText: "does not hand it over" }).waitFor();
        await inspect(page, "reread-missing");
        await read("1");
        await page.locator("[data-part=result]", { hasText: /Read, and/ }).waitFor();
        await inspect(page, "reread");
      }));
    }
  }
});
