// Coming in otherwise than by password, what people look after of their own, and
// the way from one account to another.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { forget, inspect, launch, looks, sizes, sound, visit } from "../lib/browser.mjs";
import { Home } from "../lib/program.mjs";

const password = "correct horse battery staple";
const ines = "ines@nordwind.example";
const mara = "mara@halden.example";
const tom = "tom@halden.example";
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

// shown is the code that an authenticator with the key shows now (RFC 6238), so
// many steps of half a minute away.
function shown(key, steps = 0) {
  const bits = [...key.replaceAll(" ", "")].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const secret = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const mac = createHmac("sha1", secret).update(counter).digest();
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
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
    for (const [email, name] of [[mara, "Mara Lindqvist"], [tom, "Tom Reuter"]]) {
      await portico.run(["user", "add", email, "--name", name, "--staff", "admin"], { PORTICO_PASSWORD: password });
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
    await page.waitForURL(/\/a\/|\/accounts$|\/staff(\/queue)?$|\/second/);
  }

  for (const size of Object.keys(sizes)) {
    for (const look of looks) {
      test(`the pages of the second step, ${size} ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        await enter(page, ines);
        await page.goto("/me/second-step/new");
        await inspect(page, "second-new");
        await page.getByLabel("I have kept them").check();
        await page.getByLabel("Code from your authenticator").fill("000000");
        await page.getByRole("button", { name: "Turn it on" }).click();
        await page.getByText("This is not the code of this moment.").waitFor();
        await inspect(page, "second-wrong", /status of 422/);
      }));
    }
  }

  test("staff set up a second step, sign in with it, and recover", () => visit(browser, portico.url, "desktop", "light", async (page) => {
    await enter(page, mara);
    await page.goto("/me");
    await page.getByRole("link", { name: "Set it up" }).click();
    const key = await page.locator(".po-key").innerText();
    const codes = await page.locator(".po-codes code").allInnerTexts();
    await page.getByLabel("I have kept them").check();
    const used = shown(key, -1);
    await page.getByLabel("Code from your authenticator").fill(used);
    await page.getByRole("button", { name: "Turn it on" }).click();
    await page.getByText("From now on a code is asked for").waitFor();
    await inspect(page, "second-on");
    await forget(page);
    await enter(page, mara);
    await page.getByRole("heading", { name: "One more step" }).waitFor();
    await inspect(page, "second-asked");
    await page.getByLabel("Code", { exact: true }).fill(used);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("This code is not right").waitFor();
    await page.getByLabel("Code", { exact: true }).fill(shown(key));
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(/\/staff(\/queue)?$/);
    await forget(page);
    await ask(page, mara);
    await page.getByLabel("Code from the mail").fill((await mailed(portico, mara, seen)).code);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByLabel("Code", { exact: true }).fill(codes[0]);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(/\/staff(\/queue)?$/);
    await page.goto("/me/second-step");
    await page.getByText("9 are left.").waitFor();
    await page.getByRole("link", { name: "New recovery codes" }).click();
    await inspect(page, "second-codes", /status of 422/);
    await page.goto("/confirm?next=/me/second-step");
    await inspect(page, "confirm-code", /status of 422/);
    await page.goto("/me/second-step");
    await page.getByRole("button", { name: "Take it away" }).click();
    await page.getByText("The second step is taken away.").waitFor();
    sound(page, /status of 422/);
  }));

  test("staff who must have a second step see nothing before they have", () => visit(browser, portico.url, "desktop", "light", async (page) => {
    await enter(page, tom);
    await page.getByRole("link", { name: "Sign-in" }).first().click();
    await inspect(page, "admin-sign-in");
    await page.getByLabel("Staff must use a second step").check();
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.waitForURL(/\/me\/second-step\/new\?next=/);
    const key = await page.locator(".po-key").innerText();
    await page.getByLabel("I have kept them").check();
    await page.getByLabel("Code from your authenticator").fill(shown(key));
    await page.getByRole("button", { name: "Turn it on" }).click();
    await page.waitForURL(/\/admin\/sign-in/);
    await inspect(page, "admin-sign-in-on");
    await page.getByLabel("Staff must use a second step").uncheck();
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("Saved").first().waitFor();
    const { stdout } = await portico.run(["user", "totp-reset", tom]);
    assert.match(stdout, /signs in without a second step now/);
    await page.goto("/staff");
    await page.waitForURL(/\/signin/);
    await enter(page, tom);
    await page.waitForURL(/\/staff(\/queue)?$/);
  }));

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
