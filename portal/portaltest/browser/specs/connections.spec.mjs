// A system is connected wholly in the browser, watched, and a wrong match repaired.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { inspect, launch, looks, sizes, visit } from "../lib/browser.mjs";
import { Home } from "../lib/program.mjs";
import { enter } from "../lib/walk.mjs";

const refused = /status of (409|422)/;
const pulled = 60_000; // ms; the machine may be busy

describe("connections", () => {
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

  // first goes to the connection that the demonstration begins with.
  async function first(page) {
    await enter(page, "Amara Osei");
    await page.goto("/admin/connections");
    await page.getByRole("link", { name: "Request Tracker", exact: true }).click();
    await page.getByRole("heading", { name: "Streams" }).waitFor();
    return new URL(page.url()).pathname;
  }

  for (const size of Object.keys(sizes)) {
    for (const look of looks) {
      test(`connected in the browser, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        const name = `Desk ${size} ${look}`;
        await first(page);
        const address = await page.locator("#facts .po-raw").innerText();
        await page.goto("/admin/connections");
        await inspect(page, "connections");
        await page.getByRole("link", { name: "Add a connection" }).click();
        await page.getByLabel("Search systems").fill("tracker");
        await page.getByRole("button", { name: "Show" }).click();
        await inspect(page, "connections-gallery");
        await page.getByRole("link", { name: "Request Tracker" }).click();
        await inspect(page, "connections-form");

        // A wrong credential, on an address that nobody has confirmed yet.
        await page.getByLabel("Name", { exact: true }).fill(name);
        await page.getByLabel("Address of Request Tracker").fill(address);
        await page.getByLabel("User of the token").fill("portal-service");
        await page.getByLabel("Token", { exact: true }).fill("1-1-wrong");
        await page.getByRole("button", { name: "Check" }).click();
        await page.locator("[data-part=private]").waitFor();
        await inspect(page, "connections-private", refused);
        await page.locator("#allow_private").check();
        await page.getByRole("button", { name: "Check" }).click();
        await page.locator("[data-part=report]", { hasText: "does not accept the token" }).waitFor();
        assert.equal(await page.getByLabel("Token", { exact: true }).inputValue(), "");
        assert.ok(!(await page.content()).includes("1-1-wrong"), "the credential came back");
        await inspect(page, "connections-refused", refused);

        // The right one; what is held of the other address goes along.
        await page.getByLabel("Token", { exact: true }).fill("1-1-demo");
        await page.getByRole("button", { name: "Check" }).click();
        await page.locator("[data-part=signed-in]").waitFor();
        assert.ok(!(await page.content()).includes("1-1-demo"), "the credential came back");
        await inspect(page, "connections-checked", refused);
        await page.getByRole("button", { name: "Look at what would come" }).click();
        await page.locator(".po-beside").first().waitFor();
        await inspect(page, "connections-preview", refused);
        const beside = await page.context().newPage();
        await beside.goto("/admin/connections");
        assert.equal(await beside.getByRole("link", { name }).count(), 0, "a draft was saved");
        await beside.close();

        // Nothing is matched but what is ticked: one new account.
        const row = page.locator("main tbody tr", { hasText: "Vale & Harbour Architects" });
        await row.getByRole("checkbox").check();
        await row.getByLabel("Account of Vale & Harbour Architects").fill("Nobody knows");
        await page.getByRole("button", { name: "Connect and pull" }).click();
        await page.locator(".po-error", { hasText: "No account is called that" }).waitFor();
        await inspect(page, "connections-unclear", refused);
        await page.getByLabel("Account of Vale & Harbour Architects").fill("Vale & Harbour Architects");
        await page.getByRole("button", { name: "Connect and pull" }).click();
        await page.waitForURL("**?done=connected");
        await page.locator("tr[data-stream=tickets] .po-status", { hasText: "Up to date" }).waitFor({ timeout: pulled });
        await page.locator("[data-part=unmatched]", { hasText: /\d+ compan(y is|ies are) not matched/ }).waitFor({ timeout: pulled });
        await inspect(page, "connections-pulled", refused);

        // And removed again, by who types its name.
        await page.getByRole("link", { name: "Settings", exact: true }).click();
        await page.getByRole("link", { name: "Look at what would go" }).click();
        await page.getByRole("heading", { name: `Remove ${name}?` }).waitFor();
        await inspect(page, "connection-remove", refused);
        await page.getByLabel("Type its name to remove it").fill("Desk");
        await page.getByRole("button", { name: "Remove it for good" }).click();
        await page.locator(".po-note", { hasText: "This is not the name" }).waitFor();
        await inspect(page, "connection-remove-refused", refused);
        await page.getByLabel("Type its name to remove it").fill(name);
        await page.getByRole("button", { name: "Remove it for good" }).click();
        await page.waitForURL("**/admin/connections?done=removing");
        await inspect(page, "connections-leaving", refused);
        await page.locator("[data-part=leaving]", { hasText: name }).waitFor({ state: "detached", timeout: pulled });
        assert.equal(await page.getByRole("link", { name }).count(), 0, "it is still listed");
      }));

      test(`looked after, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        const path = await first(page);
        await inspect(page, "connection");
        for (const [part, name] of [["companies", "companies"], ["companies?show=matched", "matched"], ["runs", "runs"], ["settings", "settings"], ["statuses", "statuses"]]) {
          await page.goto(`${path}/${part}`);
          await inspect(page, `connection-${name}`);
        }
        // A status is corrected, for every record that has it.
        await page.getByRole("link", { name: "Change what stalled means" }).click();
        const label = page.getByLabel("Clients read");
        await label.fill(`Your turn ${size} ${look}`);
        await inspect(page, "connection-status");
        await page.getByRole("button", { name: "Save" }).click();
        await page.waitForURL("**/statuses?done=status");
        await page.locator("main tbody", { hasText: `Your turn ${size} ${look}` }).waitFor();

        // A new address asks for the credential again, and nothing is saved.
        await page.goto(`${path}/settings`);
        await page.getByLabel("Address of Request Tracker").fill("http://169.254.169.254");
        await page.getByRole("button", { name: "Check and save" }).click();
        await page.locator(".po-error", { hasText: "not sent elsewhere" }).waitFor();
        await inspect(page, "connection-settings-moved", refused);
        await page.getByLabel("Token", { exact: true }).fill("1-1-demo");
        await page.getByRole("button", { name: "Check and save" }).click();
        await page.locator("[data-part=report]", { hasText: "never connected to" }).waitFor();
        assert.equal(await page.locator("#allow_private").count(), await page.locator("[data-part=private]").count());

        // How often a stream is read, and the hours in which nothing is.
        await page.goto(path);
        await page.locator("#streams").getByRole("link", { name: "Schedule" }).click();
        const minutes = page.getByLabel("Assets", { exact: true });
        await minutes.fill("1441");
        await page.getByRole("button", { name: "Save schedule" }).click();
        await page.locator(".po-error", { hasText: "Once a day" }).waitFor();
        await inspect(page, "connection-schedule-refused", refused);
        await minutes.fill("240");
        await page.getByLabel("From", { exact: true }).fill("00:00");
        await page.getByLabel("Until", { exact: true }).fill("23:59");
        await page.getByRole("button", { name: "Save schedule" }).click();
        await page.waitForURL("**/schedule?done=timetable");
        assert.equal(await minutes.inputValue(), "240");
        await inspect(page, "connection-schedule", refused);
        for (const label of ["Assets", "From", "Until"]) await page.getByLabel(label, { exact: true }).fill("");
        await page.getByRole("button", { name: "Save schedule" }).click();
        await page.waitForURL("**/schedule?done=timetable");
        assert.equal(await minutes.inputValue(), "");

        // Paused and resumed; a stream read whole again.
        await page.goto(path);
        await page.getByRole("button", { name: "Pause" }).click();
        await page.getByRole("button", { name: "Resume" }).waitFor();
        await inspect(page, "connection-paused", refused);
        await page.getByRole("button", { name: "Resume" }).click();
        await page.getByLabel("Stream", { exact: true }).selectOption("assets");
        await page.getByRole("button", { name: "Read it again" }).click();
        await page.waitForURL("**?done=rereading");
        await page.goto(`${path}/runs`);
        for (let i = 0; (await page.locator("main tbody tr", { hasText: "read whole" }).count()) === 0; i++) {
          assert.ok(i < 60, "the stream was not read again");
          await page.waitForTimeout(500);
          await page.reload();
        }
      }));
    }
  }

  test("a wrong match is repaired in one step", () => visit(browser, portico.url, "desktop", "light", async (page) => {
    const path = await first(page);
    await page.goto(`${path}/companies?show=matched`);
    const row = page.locator("main tbody tr", { hasText: "Brightwater Dental Group" });
    await row.getByText("This is wrong").click();
    await inspect(page, "connection-unmatch");
    await row.getByRole("button", { name: "Hide it now" }).click();
    await page.locator("[data-part=hidden]").waitFor();
    await inspect(page, "connection-repair");
    await page.getByRole("link", { name: "Match it to the right account" }).click();
    await page.locator("main tbody tr", { hasText: "Brightwater Dental Group" }).getByRole("checkbox").check();
    await page.getByRole("button", { name: "Match what is ticked" }).click();
    await page.waitForURL("**/companies?done=matched");
  }));

  test("everything works without a script", async () => {
    const context = await browser.newContext({ baseURL: portico.url, javaScriptEnabled: false });
    const page = await context.newPage();
    try {
      await enter(page, "Amara Osei");
      await page.goto("/admin/connections");
      await page.getByRole("link", { name: "Request Tracker", exact: true }).click();
      await page.getByRole("button", { name: "Read now" }).click();
      await page.waitForURL("**?done=pulling");
      assert.equal(await page.getByRole("heading", { name: "Streams" }).count(), 1);
    } finally {
      await context.close();
    }
  });
});
