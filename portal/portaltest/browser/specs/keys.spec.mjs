// API keys and how the API is used, at every size and look; a key that was made in
// the browser opens the API.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { inspect, launch, looks, sizes, visit } from "../lib/browser.mjs";
import { Home } from "../lib/program.mjs";
import { enter } from "../lib/walk.mjs";

describe("API keys", () => {
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

  const ask = (path, token, options = {}) =>
    fetch(portico.url + "/api/v1" + path, { ...options, headers: { authorization: `Bearer ${token}`, ...options.headers } });

  for (const size of Object.keys(sizes)) {
    for (const look of looks) {
      test(`made, used and revoked, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        const name = `Books ${size} ${look}`;
        await enter(page, "Amara Osei");
        await page.goto("/admin/api-keys");
        await inspect(page, "keys");
        await page.getByRole("link", { name: "New API key" }).first().click();
        await page.getByLabel("Name", { exact: true }).fill(name);
        await page.getByRole("button", { name: "Make the key" }).click();
        await page.locator(".po-error", { hasText: "Choose at least one" }).waitFor();
        await inspect(page, "keys-refused", /status of 422/);
        for (const scope of ["accounts:read", "tickets:read", "actions:write"]) await page.getByLabel(scope).check();
        await page.getByRole("button", { name: "Make the key" }).click();
        const token = await page.getByLabel("Key", { exact: true }).inputValue();
        assert.match(token, /^portico_[0-9A-Za-z]{49}$/);
        await inspect(page, "keys-made", /status of 422/);

        const accounts = await (await ask("/accounts", token)).json();
        const account = accounts.accounts.find((a) => a.name.startsWith("Nordwind")).id;
        const tickets = await (await ask(`/accounts/${account}/tickets?open=true`, token)).json();
        assert.ok(tickets.tickets[0].source && tickets.tickets[0].source_id && tickets.tickets[0].read_at);
        const reply = { method: "POST", headers: { "content-type": "application/json", "idempotency-key": name },
          body: JSON.stringify({ kind: "ticket.reply", ticket: tickets.tickets[0].id, text: "The shop has shipped it." }) };
        const [one, two] = [await ask(`/accounts/${account}/actions`, token, reply), await ask(`/accounts/${account}/actions`, token, reply)];
        assert.equal(one.status, 202);
        assert.deepEqual(await two.json(), await one.json());
        assert.equal((await ask(`/accounts/${account}/assets`, token)).status, 403);

        await page.getByRole("link", { name: "Back to the keys" }).click();
        const row = page.locator("tr", { hasText: name });
        await row.getByText("just now").waitFor();
        await inspect(page, "keys-listed", /status of 422/);
        await row.getByRole("link", { name: "Revoke" }).click();
        await inspect(page, "keys-revoke", /status of 422/);
        await page.getByRole("button", { name: "Revoke the key" }).click();
        await page.locator(".po-toast", { hasText: "opens nothing" }).waitFor();
        assert.equal((await ask("/accounts", token)).status, 401);
        await page.goto("/admin/api");
        await inspect(page, "api", /status of 422/);
      }));
    }
  }
});
