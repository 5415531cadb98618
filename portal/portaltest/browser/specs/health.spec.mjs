// How this Portico does, and what the connected systems answer.
import { after, before, describe, test } from "node:test";
import { inspect, launch, looks, sizes, visit } from "../lib/browser.mjs";
import { Home } from "../lib/program.mjs";
import { enter } from "../lib/walk.mjs";

describe("health", () => {
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
      test(`health, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        await enter(page, "Amara Osei");
        await page.goto("/admin/health");
        await page.locator("[data-part=problem]", { hasText: "Set the mail server" }).waitFor();
        await inspect(page, "health");
        await page.getByRole("button", { name: "Ask the connected systems" }).click();
        await page.locator("[data-part=checked]", { hasText: "Signed in as Client portal" }).waitFor();
        await inspect(page, "health-asked");
      }));
    }
  }
});
