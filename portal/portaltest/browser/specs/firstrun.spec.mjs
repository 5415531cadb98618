// A fresh install opens on a page that only who started the program can pass.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { inspect, launch, looks, sizes, sound, visit } from "../lib/browser.mjs";
import { Home } from "../lib/program.mjs";

const password = "correct horse battery staple";

// tokenOf waits for the token that the console shows.
async function tokenOf(portico) {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const tokens = portico.log.match(/^ {4}((?:[A-Z2-9]{5}-){5}[A-Z2-9]{5})$/gm);
    if (tokens) return tokens.at(-1).trim();
  }
  throw new Error(`no token on the console:\n${portico.log}`);
}

describe("first run", () => {
  let portico, browser;
  before(async () => {
    portico = await Home.make();
    await portico.serve();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await portico?.end();
  });

  async function open(page, token) {
    await page.goto("/staff");
    await page.getByRole("heading", { name: "Set up Portico" }).waitFor();
    await page.getByLabel("Token from the console").fill(token);
    await page.getByRole("button", { name: "Begin" }).click();
  }

  for (const size of Object.keys(sizes)) {
    for (const look of looks) {
      test(`the pages before anybody can sign in, ${size} ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        await open(page, "wrong");
        await page.getByRole("alert").waitFor();
        await inspect(page, "setup-wrong", /status of 403/);
        await open(page, await tokenOf(portico));
        await page.getByRole("heading", { name: "Name and logo" }).waitFor();
        await inspect(page, "setup-look", /status of 403/);
        const svg = "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
        await page.getByLabel("Name", { exact: true }).fill("Halden & Söhne");
        await page.getByLabel("Logo", { exact: true }).setInputFiles({ name: "logo.png", mimeType: "image/png", buffer: Buffer.from(svg) });
        await page.getByRole("button", { name: "Next" }).click();
        await page.locator("#logo-error", { hasText: "SVG" }).waitFor();
        assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Halden & Söhne");
        await inspect(page, "setup-refused", /status of 4\d\d/);
        await page.goto("/setup/administrator");
        await inspect(page, "setup-administrator", /status of 4\d\d/);
      }));
    }
  }

  test("a restart prints another token, one of two browsers wins, and the other is told", () =>
    visit(browser, portico.url, "desktop", "light", (page) => visit(browser, portico.url, "phone", "light", async (other) => {
      const old = await tokenOf(portico);
      await portico.stop();
      portico.log = "";
      await portico.serve();
      const token = await tokenOf(portico);
      assert.notEqual(token, old);
      await open(page, old);
      await page.getByText("This is not the token that the console shows").waitFor();
      await open(page, token);
      await open(other, token.toLowerCase().replaceAll("-", " "));
      await other.goto("/setup/administrator");
      await page.getByLabel("Name", { exact: true }).fill("Halden IT");
      await page.getByLabel("Brand colour").fill("#b3d334");
      await page.getByRole("button", { name: "Next" }).click();
      for (const [browser, mail] of [[page, "mara@halden.example"], [other, "tom@halden.example"]]) {
        await browser.getByLabel("Name", { exact: true }).fill("Mara Lindqvist");
        await browser.getByLabel("Mail address").fill(mail);
        await browser.getByLabel("Password", { exact: true }).fill(password);
        await browser.getByLabel("Password, again").fill(password);
        await browser.getByRole("button", { name: "Finish and sign in" }).click();
      }
      await page.getByRole("heading", { name: "Halden IT is yours" }).waitFor();
      await inspect(page, "welcome", /status of 403/);
      await other.getByRole("heading", { name: "This Portico is set up" }).waitFor();
      await inspect(other, "setup-over", /status of 409/);
      await other.getByRole("link", { name: "Sign in" }).click();
      await other.getByRole("heading", { name: "Sign in to Halden IT" }).waitFor();
      await other.goto("/setup");
      await other.getByRole("heading", { name: "This Portico is set up" }).waitFor();
      sound(other, /status of 4(09|10)/);
      portico.log = "";
      await portico.stop();
      await portico.serve();
      assert.doesNotMatch(portico.log, /Nobody can sign in/);
    })));
});
