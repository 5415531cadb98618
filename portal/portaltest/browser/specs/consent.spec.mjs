// A system that asks people whether Portico may: what to do before, the way there and
// back, every way in which that fails, and signing in again when it has ended.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { inspect, launch, looks, sizes, visit } from "../lib/browser.mjs";
import { Home } from "../lib/program.mjs";
import { Vendor, client } from "../lib/vendor.mjs";
import { enter } from "../lib/walk.mjs";

const refused = /status of (4\d\d|503)/;
const pulled = 60_000; // ms; the machine may be busy

// A Portico for each size, because one person may check only so often.
for (const size of Object.keys(sizes)) describe(`consent, ${size}`, () => {
  let portico, vendor, browser;
  before(async () => {
    portico = await Home.make();
    vendor = await Vendor.open(portico.folder, `${portico.url}/admin/connections/consent`);
    await portico.serve("--demo");
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await portico?.end();
    await vendor?.close();
  });

  // begin fills in the form, lets the address be used, and stands before the way out.
  async function begin(page, name) {
    await page.goto("/admin/connections/new/agreed");
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByLabel("Address", { exact: true }).fill(vendor.url);
    await page.getByLabel("Client ID").fill(client.id);
    await page.getByLabel("Client secret").fill(client.secret);
    await page.getByRole("button", { name: "Connect" }).click();
    await page.locator("[data-part=private]").waitFor();
    await page.locator("#allow_private").check();
    await page.getByRole("button", { name: "Connect" }).click();
    await page.locator("[data-part=leave]").waitFor();
  }

  // decide goes to the vendor, answers there, and comes back.
  async function decide(page, answer = "Allow") {
    await page.getByRole("link", { name: "Go to Agreed Desk" }).click();
    await page.getByRole("button", { name: answer }).click();
    await page.waitForURL(`${portico.url}/**`);
  }

  async function failed(page, picture, title) {
    await page.locator("[data-part=failed]").waitFor();
    await page.getByRole("heading", { name: title }).waitFor();
    await page.getByText("Nothing was saved.").waitFor();
    await inspect(page, picture, refused);
  }

  for (const look of looks) {
    test(`there and back, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
      vendor.reset();
      const name = `Agreed ${size} ${look}`;
      await enter(page, "Amara Osei");
      await page.goto("/admin/connections/new/agreed");
      await page.locator("[data-part=before]").waitFor();
      await inspect(page, "consent-before");
      await begin(page, name);
      await inspect(page, "consent-leave", refused);
      vendor.tenants = [...vendor.tenants, { tenantId: "t-2", tenantName: "Halden Homes" }];
      await decide(page);
      await page.locator("[data-part=choose]").waitFor();
      await inspect(page, "consent-choose", refused);
      await page.getByLabel("Halden Works").check();
      await page.getByRole("button", { name: "Go on" }).click();
      await page.locator("[data-part=signed-in]").waitFor();
      await inspect(page, "consent-checked", refused);
      await page.getByRole("button", { name: "Look at what would come" }).click();
      await page.getByRole("button", { name: "Connect and pull" }).click();
      await page.waitForURL("**?done=connected");
      await page.locator("[data-part=sign-in]").waitFor();
      await inspect(page, "consent-connected", refused);

      // The vendor ends it; the next pull finds out, and somebody signs in again.
      const path = new URL(page.url()).pathname;
      vendor.revoke();
      await page.getByRole("button", { name: "Read now" }).click();
      for (const until = Date.now() + pulled; (await page.locator("[data-part=sign-in-ended]").count()) === 0; await page.waitForTimeout(500)) {
        assert.ok(Date.now() < until, "nobody noticed that the sign-in ended");
        await page.goto(path);
      }
      await inspect(page, "consent-ended", refused);
      await page.getByRole("button", { name: "Sign in again" }).click();
      vendor.realm = "777";
      await decide(page);
      await failed(page, "consent-wrong", "That was another company");
      vendor.realm = "9130";
      await page.getByRole("button", { name: "Sign in once more" }).click();
      await decide(page);
      await page.waitForURL("**?done=consented", { timeout: pulled, waitUntil: "commit" });
      await page.locator("[data-part=sign-in]").waitFor();
      await inspect(page, "consent-again", refused);
    }));

    test(`every way to fail, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
      vendor.reset();
      await enter(page, "Amara Osei");
      const name = `Failing ${size} ${look}`;
      await begin(page, name);
      await decide(page, "Deny");
      await failed(page, "consent-denied", "It was not allowed");
      // Nothing is typed twice, and the credential does not come back.
      assert.equal(await page.getByLabel("Address", { exact: true }).inputValue(), vendor.url);
      assert.ok(!(await page.content()).includes(client.secret), "the credential came back");
      await page.getByRole("button", { name: "Connect" }).click();
      await page.locator("[data-part=leave]").waitFor();
      vendor.secret = "another";
      await decide(page);
      await failed(page, "consent-refused", "The application is not accepted");
      const used = page.url();
      vendor.reset();
      await page.goto(used);
      await failed(page, "consent-used", "This sign-in was used already");
      await page.goto("/admin/connections/consent?state=guessed&code=x");
      await failed(page, "consent-unknown", "This sign-in is not known here");

      await begin(page, name);
      vendor.down = true;
      await decide(page);
      await failed(page, "consent-away", "The system did not answer");
      vendor.reset();
      await begin(page, name);
      vendor.realm = "../x";
      await decide(page);
      await failed(page, "consent-unusable", "The sign-in cannot be used");
      await page.goto("/admin/connections");
      assert.equal(await page.getByRole("link", { name }).count(), 0, "a failed sign-in left a connection");
    }));
  }

  test("who is no administrator is not let near it", () => visit(browser, portico.url, size, "light", async (page) => {
    await enter(page, "Ines Albrecht");
    const response = await page.goto("/admin/connections/consent?state=guessed&code=x");
    assert.ok(response.status() === 403 || response.status() === 404, `answered ${response.status()}`);
  }));
});
