// The demonstration's tour can be walked, and says what has become of each step.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { inspect, launch, looks, sizes, sound, visit } from "../lib/browser.mjs";
import { Home } from "../lib/program.mjs";

const heading = "Five minutes with Halden IT";

// follow presses what opens a tab of its own, and returns that page.
async function follow(page, button) {
  const [opened] = await Promise.all([page.context().waitForEvent("page"), button.click()]);
  await opened.waitForLoadState();
  return opened;
}

describe("tour", () => {
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
      test(`the steps and the mails, ${size} ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        await page.goto("/demo");
        await inspect(page, "demo");
        await page.getByRole("link", { name: "Take the five-minute tour" }).click();
        await page.getByRole("heading", { level: 1, name: heading }).waitFor();
        await inspect(page, "tour");
        await page.getByRole("button", { name: "Verify the log" }).click();
        await page.getByText(/entries, whole and signed/).waitFor();
        assert.match(await page.locator("blockquote").innerText(), /\S/, "the changed copy is called good");
        await inspect(page, "tour-proof");
        await page.goto("/demo/mails");
        await inspect(page, "mails");
        await page.locator(".po-list a").first().click();
        await page.getByRole("link", { name: /\/decide\?t=/ }).waitFor();
        await inspect(page, "mail");
        sound(page);
      }));
    }
  }

  test("the help desk is stopped, a reply waits, and arrives once", () => visit(browser, portico.url, "phone", "light", async (page) => {
    await page.goto("/demo/tour");
    await page.getByRole("button", { name: "Stop the help desk" }).click();
    await page.getByText("The help desk is stopped").waitFor();
    const jonas = await follow(page, page.locator("#outage").getByRole("button", { name: "Be Jonas Weber" }));
    await jonas.getByRole("textbox", { name: /^Write to/ }).fill("The small profile is enough for Gdańsk.");
    await jonas.getByRole("button", { name: "Send reply" }).click();
    await jonas.waitForURL(/#progress-|\/actions\//);
    await page.getByText("1 thing is on its way").waitFor();
    await inspect(page, "tour-outage");
    await page.getByRole("button", { name: "Start it again" }).click();
    await page.getByText("The help desk runs").waitFor();
    await page.getByText("Nothing is on its way").waitFor({ timeout: 120_000 });
    await jonas.locator(".po-progress[data-state=confirmed]").first().waitFor({ timeout: 30_000 });
  }));

  test("a wrong match is made and repaired, and everything is made new", () => visit(browser, portico.url, "desktop", "light", async (page) => {
    await page.goto("/demo/tour");
    await page.getByRole("button", { name: "Match it to the wrong client" }).click();
    await page.getByText("Harbour Lane Interiors stands with Vale & Harbour Architects").waitFor();
    const owen = await follow(page, page.getByRole("button", { name: "Be Owen Vale" }));
    await owen.getByRole("link", { name: "Our discount of 12 percent" }).first().waitFor();
    const amara = await follow(page, page.getByRole("button", { name: "Repair it as Amara Osei" }));
    await amara.goto(new URL(amara.url()).pathname + "?show=matched");
    const row = amara.locator("main tbody tr", { hasText: "Harbour Lane Interiors" });
    await row.getByText("This is wrong").click();
    await row.getByRole("button", { name: "Hide it now" }).click();
    await amara.locator("[data-part=hidden]").waitFor();
    await page.goto("/demo/tour");
    await page.getByText("Harbour Lane Interiors is shown to nobody").waitFor();
    await page.getByRole("button", { name: "Match it to the wrong client" }).click();
    await page.getByRole("button", { name: "Make everything new" }).click();
    await page.getByRole("heading", { level: 1, name: "A new demonstration is being made" }).waitFor();
    await page.getByRole("heading", { level: 1, name: heading }).waitFor({ timeout: 60_000 });
    await page.getByText("Harbour Lane Interiors is shown to nobody").waitFor();
    await amara.goto("/staff");
    assert.match(new URL(amara.url()).pathname, /signin/, "the old session is still good");
  }));
});
