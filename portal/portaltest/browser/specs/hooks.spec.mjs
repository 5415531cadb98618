// A system says by itself what changed: where it sends to, the secret that shows whose
// a message is, and what came of it.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { inspect, launch, looks, sizes, visit } from "../lib/browser.mjs";
import { Home } from "../lib/program.mjs";
import { enter } from "../lib/walk.mjs";

const secret = "whsec_of-the-browser-spec";

// send posts a message as Stripe signs it, and returns the status of the answer.
async function send(address, key, id) {
  const at = Math.floor(Date.now() / 1000);
  const body = JSON.stringify({ id, object: "event", type: "invoice.updated", data: { object: { id: "in_1", object: "invoice" } } });
  const signature = createHmac("sha256", key).update(`${at}.${body}`).digest("hex");
  const headers = { "Content-Type": "application/json", "Stripe-Signature": `t=${at},v1=${signature}` };
  return (await fetch(address, { method: "POST", headers, body })).status;
}

describe("webhooks of a system", () => {
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
      test(`a secret, a message and a forged one, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        await enter(page, "Amara Osei");
        await page.goto("/admin/connections");
        await page.getByRole("link", { name: "Stripe", exact: true }).click();
        await page.locator("main").getByRole("link", { name: "Webhooks" }).click();
        const address = await page.getByLabel("Address that it sends to").inputValue();
        const part = page.locator("[data-secret=signing]");
        await part.getByText("until it is, every message is refused").waitFor();
        await inspect(page, "hooks");
        assert.ok(await send(address, secret, `early ${size} ${look}`) >= 400, "a message counts that nothing proves");

        await part.getByLabel("Signing secret").fill(secret);
        await part.getByRole("button", { name: "Save" }).click();
        await part.getByRole("button", { name: "Replace" }).waitFor();
        assert.ok(!(await page.content()).includes(secret), "the secret is shown");
        assert.equal(await send(address, secret, `evt ${size} ${look}`), 200);
        assert.ok(await send(address, "whsec_of-somebody-else", `forged ${size} ${look}`) >= 400, "a forged message counts");
        for (let i = 0; i < 60 && !(await page.locator("[data-part=heard]").innerText()).includes("Last refused"); i++) {
          await page.waitForTimeout(500);
          await page.reload();
        }
        await page.locator("[data-part=heard]", { hasText: "Last refused" }).waitFor();
        await inspect(page, "hooks-heard");

        await part.getByRole("button", { name: "Remove" }).click();
        await part.getByText("until it is, every message is refused").waitFor();
      }));
    }
  }
});
