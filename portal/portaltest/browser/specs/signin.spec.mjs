// Coming in otherwise than by password, what people look after of their own, and
// the way from one account to another.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { inspect, launch, looks, sizes, sound, visit } from "../lib/browser.mjs";
import { Home } from "../lib/program.mjs";

const password = "correct horse battery staple";
const ines = "ines@nordwind.example";
const nora = "nora@books.example"; // keeps the books of forty companies

// mailed returns the link and the code of the newest mail to somebody that was
// written after the given ones. Without a mail server mails are kept as files.
async function mailed(portico, to, seen) {
  const folder = join(portico.folder, "data/mails");
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const files = (await readdir(folder).catch(() => [])).filter((name) => name.includes("sign-in") && !seen.has(name)).sort().reverse();
    for (const name of files) {
      const text = (await readFile(join(folder, name), "utf8")).replaceAll("=\r\n", "").replaceAll("=3D", "=");
      const link = text.match(/http:\/\/[^\s"]+\/signin\/link\?t=[\w-]+/);
      const code = text.match(/The code is ([A-Z2-9]{4}-[A-Z2-9]{4})/);
      if (link && code && text.includes(to)) {
        seen.add(name);
        return { link: link[0], code: code[1] };
      }
    }
  }
  throw new Error(`no mail to ${to}`);
}

describe("signing in", () => {
  let portico, browser;
  const seen = new Set();
  before(async () => {
    portico = await Home.make();
    await portico.run(["migrate"]);
    const join = async (email, name, account, role) => {
      await portico.run(["account", "add", account]);
      await portico.run(["account", "launch", account, "invited"]);
      await portico.run(["user", "add", email, "--name", name, "--account", account, "--role", role], { PORTICO_PASSWORD: password });
    };
    await join(ines, "Ines Albrecht", "Nordwind Logistik GmbH", "owner");
    for (let n = 1; n <= 40; n++) {
      const long = n === 7 ? " Gesellschaft für angewandte Kühlkettenüberwachung mbH & Co. KG" : "";
      await join(nora, "Nora Petersen", `Client ${String(n).padStart(2, "0")}${long}`, "finance");
    }
    await portico.serve();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await portico?.end();
  });

  async function ask(page, email) {
    await page.goto("/signin");
    await page.getByLabel("Mail address").fill(email);
    await page.getByRole("button", { name: "Mail me a link instead" }).click();
    await page.getByRole("heading", { name: "Look into your mail" }).waitFor();
  }

  async function enter(page, email) {
    await page.goto("/signin");
    await page.getByLabel("Mail address").fill(email);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.waitForURL(/\/a\/|\/accounts$/);
  }

  for (const size of Object.keys(sizes)) {
    for (const look of looks) {
      test(`the doors, ${size} ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        await page.goto("/signin");
        await inspect(page, "signin");
        await ask(page, "nobody@nordwind.example");
        await inspect(page, "signin-code");
        await page.getByLabel("Code from the mail").fill("AAAA-AAAA");
        await page.getByRole("button", { name: "Sign in" }).click();
        await page.getByRole("alert").waitFor();
        await inspect(page, "signin-code-wrong", /status of 422/);
        await page.goto("/signin/link?t=made-up");
        await page.getByRole("heading", { name: "has been used or has ended" }).waitFor();
        await inspect(page, "signin-spent", /status of 4\d\d/);
      }));

      test(`profile and sessions, ${size} ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        await enter(page, ines);
        await page.goto("/me");
        await inspect(page, "me");
        await page.getByRole("link", { name: "Change the password" }).click();
        await page.getByLabel("Present password").waitFor();
        await inspect(page, "me-password");
        await page.goto("/confirm?next=/me/password");
        await inspect(page, "confirm");
      }));

      test(`one of forty accounts, ${size} ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        await enter(page, nora);
        await page.getByRole("heading", { name: "Choose an account" }).waitFor();
        await inspect(page, "accounts");
        await page.getByLabel("Search accounts").fill("kühl");
        assert.equal(await page.locator(".po-places li:visible").count(), 1);
        await page.getByRole("link", { name: /Kühlketten/ }).click();
        await page.waitForURL(/\/a\//);
        if (size === "desktop") {
          await page.locator(".po-switch > summary").click();
          await page.locator("#switch li").nth(39).waitFor({ state: "attached" });
          assert.equal(await page.locator("#switch [aria-current]").innerText(), await page.locator(".po-switch > summary > span").innerText());
          await inspect(page, "switcher");
          await page.getByLabel("Search accounts").fill("nowhere");
          await page.getByText("No account has this in its name.").waitFor();
          await page.getByLabel("Search accounts").fill("client 23");
        } else {
          await inspect(page, "switcher");
          await page.locator(".po-top .po-where").click();
          await page.getByLabel("Search accounts").fill("client 23");
        }
        await page.getByRole("link", { name: "Client 23" }).click();
        await page.waitForFunction(() => document.body.innerText.includes("Client 23"));
        sound(page);
      }));
    }
  }

  test("a link that is read on a phone signs the desk in by its code", () =>
    visit(browser, portico.url, "desktop", "light", (desk) => visit(browser, portico.url, "phone", "light", async (phone) => {
      await ask(desk, ines);
      const mail = await mailed(portico, ines, seen);
      const token = new URL(mail.link).searchParams.get("t");
      for (let n = 0; n < 2; n++) { // a scanner first, that clicks nothing
        await phone.goto(mail.link);
        await phone.getByRole("heading", { name: "Sign in here?" }).waitFor();
      }
      assert.ok(!phone.url().includes(token), "the token stays in the address");
      await inspect(phone, "signin-link");
      await desk.getByLabel("Code from the mail").fill(mail.code.toLowerCase().replace("-", " "));
      await desk.getByRole("button", { name: "Sign in" }).click();
      await desk.waitForURL(/\/a\//);
      await phone.getByRole("button", { name: "Sign in" }).click();
      await phone.getByRole("heading", { name: "has been used or has ended" }).waitFor();
      sound(desk);
      sound(phone, /status of 410/);
    })));

  test("the button of a link signs in where it was opened", () => visit(browser, portico.url, "phone", "dark", async (page) => {
    await ask(page, ines);
    await page.goto((await mailed(portico, ines, seen)).link);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(/\/a\//);
    sound(page);
  }));

  test("a session is ended from another browser, and the menu leads there", () =>
    visit(browser, portico.url, "desktop", "light", (desk) => visit(browser, portico.url, "phone", "dark", async (phone) => {
      await enter(phone, ines);
      await enter(desk, ines);
      await desk.locator(".po-who > summary").click();
      await desk.getByRole("link", { name: "Your profile and sign-in" }).first().click();
      await desk.getByRole("heading", { name: "Where you are signed in" }).waitFor();
      await inspect(desk, "me-sessions");
      await desk.getByRole("button", { name: "End all others" }).click();
      await desk.getByText("Every other session has ended.").waitFor();
      await phone.goto("/me");
      await phone.waitForURL(/\/signin\?next=/);
      sound(desk);
    })));

  test("without a script the list of accounts is searched by the server", async () => {
    const context = await browser.newContext({ baseURL: portico.url, javaScriptEnabled: false });
    const page = await context.newPage();
    await enter(page, nora);
    await page.getByLabel("Search accounts").fill("client 1");
    await page.getByLabel("Search accounts").press("Enter");
    await page.waitForURL(/q=/);
    assert.equal(await page.locator(".po-places li").count(), 10);
    await page.getByRole("link", { name: "Client 12" }).click();
    await page.waitForURL(/\/a\//);
    await page.locator(".po-switch > summary").click();
    await page.getByRole("link", { name: "All your accounts" }).click();
    await page.waitForURL(/\/accounts/);
    await context.close();
  });
});
