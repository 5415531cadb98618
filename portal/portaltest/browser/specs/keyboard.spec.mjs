// Signing in with a password and without a mouse, into an account that the
// administrator's commands made; and what a fresh account looks like.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { inspect, launch, sizes, sound, visit } from "../lib/browser.mjs";
import { Home } from "../lib/program.mjs";

const mail = "ines@nordwind.example";
const password = "correct horse battery staple";

describe("keyboard", () => {
  let portico, browser;
  before(async () => {
    portico = await Home.make();
    await portico.run(["migrate"]);
    await portico.run(["account", "add", "Nordwind Logistik GmbH"]);
    await portico.run(["account", "launch", "Nordwind Logistik GmbH", "invited"]);
    await portico.run(["user", "add", mail, "--name", "Ines Albrecht", "--account", "Nordwind Logistik GmbH", "--role", "owner"], { PORTICO_PASSWORD: password });
    await portico.serve();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await portico?.end();
  });

  // reach presses Tab until the wanted thing has the focus, and sees that the focus shows.
  async function reach(page, what) {
    for (let i = 0; i < 30; i++) {
      if (await what.evaluate((el) => el === document.activeElement)) {
        const shown = await what.evaluate((el) => {
          const style = getComputedStyle(el);
          return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
        });
        assert.ok(shown, "the focus cannot be seen");
        return;
      }
      await page.keyboard.press("Tab");
    }
    assert.fail("not reached by Tab");
  }

  async function signIn(page, secret) {
    await page.goto("/signin");
    await reach(page, page.getByLabel("Mail address"));
    await page.keyboard.type(mail);
    await reach(page, page.getByLabel("Password"));
    await page.keyboard.type(secret);
    await reach(page, page.getByRole("button", { name: "Sign in" }));
    await page.keyboard.press("Enter");
  }

  test("a wrong password is said to those who listen", () => visit(browser, portico.url, "desktop", "light", async (page) => {
    await signIn(page, "not this one at all");
    await page.getByRole("alert").waitFor();
    await inspect(page, "signin-wrong", /status of 4\d\d/);
  }));

  test("in, past the navigation, and out", () => visit(browser, portico.url, "desktop", "light", async (page) => {
    await signIn(page, password);
    await page.waitForURL(/\/a\//);
    const skip = page.getByRole("link", { name: "Skip to content" });
    await reach(page, skip);
    await page.keyboard.press("Enter");
    const inMain = await page.evaluate(() => location.hash !== "" && document.querySelector(location.hash)?.closest("main") !== null);
    assert.ok(inMain, "the skip link does not lead to the content");
    await reach(page, page.locator(".po-who > summary"));
    await page.keyboard.press("Enter");
    await reach(page, page.locator(".po-who").getByRole("button", { name: "Sign out" }));
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/signin/);
    sound(page);
  }));

  for (const size of Object.keys(sizes)) {
    test(`a fresh account helps, ${size}`, () => visit(browser, portico.url, size, "light", async (page) => {
      await signIn(page, password);
      await page.waitForURL(/\/a\//);
      await inspect(page, "home-fresh");
    }));
  }

  test("the session's cookie is out of reach of scripts", () => visit(browser, portico.url, "desktop", "light", async (page) => {
    await signIn(page, password);
    await page.waitForURL(/\/a\//);
    const cookies = await page.context().cookies();
    const session = cookies.find((c) => c.name.startsWith("__Host-"));
    assert.ok(session?.httpOnly && session.secure && session.sameSite === "Lax" && session.path === "/", JSON.stringify(cookies));
    assert.ok(!(await page.evaluate(() => document.cookie)).includes(session.value));
  }));
});
