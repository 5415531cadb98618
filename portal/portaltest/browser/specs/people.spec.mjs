// Who is in: an owner invites, a colleague comes in with the code from the mail,
// and whoever got the link passed on does not.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { inspect, launch, looks, sizes, sound, visit } from "../lib/browser.mjs";
import { Home } from "../lib/program.mjs";
import { enter } from "../lib/walk.mjs";

// mailed is what a pattern finds in the newest mail of a sort to somebody. The
// demonstration keeps its mails as files.
async function mailed(portico, sort, to, pattern) {
  const folder = join(portico.folder, "data/demo/mails");
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 200))) {
    const files = (await readdir(folder).catch(() => [])).filter((name) => new RegExp(`-${sort}(-[a-z0-9]+)?\\.eml$`).test(name)).sort().reverse();
    for (const name of files) {
      const text = (await readFile(join(folder, name), "utf8")).replaceAll("=\r\n", "").replaceAll("=3D", "=");
      const found = text.match(pattern);
      if (found && text.includes(to)) return found[0];
    }
  }
  throw new Error(`no ${sort} to ${to}`);
}

const link = /http:\/\/[^\s"]+\/invitation\?t=[\w-]+/;
const code = /[BCDFGHJKMNPQRSTVWXZ2-9]{4} [BCDFGHJKMNPQRSTVWXZ2-9]{4}/;
const secret = "copper lantern under snow";

describe("people", () => {
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
      test(`invited and in, ${size}, ${look}`, async () => {
        const email = `lea.${size}.${look}@nordwind.example`;
        await visit(browser, portico.url, size, look, async (page) => {
          const account = await enter(page, "Ines Albrecht");
          await page.goto(account + "people");
          await inspect(page, "people");
          await page.getByRole("link", { name: "Invite people" }).click();
          await page.getByLabel("Mail address").fill("no address");
          await page.locator("form[action$='/invite']").evaluate((form) => (form.noValidate = true));
          await page.getByRole("button", { name: "Send the invitation" }).click();
          await page.locator("#email-error").waitFor();
          await inspect(page, "people-invite-refused", /status of 422/);
          await page.getByLabel("Mail address").fill(email);
          await page.getByLabel("Name").fill("Lea Sommer");
          await page.getByLabel("Finance").check();
          await inspect(page, "people-invite", /status of 422/);
          await page.getByRole("button", { name: "Send the invitation" }).click();
          await page.waitForURL("**/people?done=invited");
          await page.getByText(email).waitFor();
          await inspect(page, "people-invited", /status of 422/);
          // A colleague without the right reads who has it.
          await page.getByText("Lea Sommer").first().waitFor();
        });
        const address = await mailed(portico, "invitation", email, link);
        await visit(browser, portico.url, size, look, async (page) => {
          await page.goto(address);
          await page.getByRole("heading", { name: "Ines Albrecht invites you" }).waitFor();
          assert.ok(!page.url().includes("t="), "the token stays in the address");
          await inspect(page, "invitation");
          await page.getByRole("button", { name: "Mail me the code" }).click();
          await page.getByLabel("Code from the mail").waitFor();
          await inspect(page, "invitation-code");
          await page.getByLabel("Code from the mail").fill("XXXX XXXX");
          await page.getByLabel("Choose a password").fill(secret);
          await page.getByLabel("The password, again").fill(secret);
          await page.getByRole("button", { name: "Accept the invitation" }).click();
          await page.locator("#code-error").waitFor();
          await inspect(page, "invitation-wrong", /status of 422/);
          const right = await mailed(portico, "invitation-code", email, code);
          await page.getByLabel("Code from the mail").fill(right.toLowerCase());
          await page.getByLabel("Choose a password").fill(secret);
          await page.getByLabel("The password, again").fill(secret);
          await page.getByRole("button", { name: "Accept the invitation" }).click();
          await page.getByRole("heading", { name: "You are in" }).waitFor();
          await inspect(page, "invitation-done", /status of 422/);
          await page.getByRole("link", { name: "Sign in" }).click();
          await page.getByLabel("Mail address").fill(email);
          await page.getByLabel("Password", { exact: true }).fill(secret);
          await page.getByRole("button", { name: "Sign in", exact: true }).click();
          await page.waitForURL("**/a/**");
          await page.goto(new URL(page.url()).pathname + "people");
          await page.getByText("Owners decide who is in this account").waitFor();
          await inspect(page, "people-owners", /status of 422/);
        });
        // The link opens to whoever it was passed on to, and lets nobody in.
        await visit(browser, portico.url, size, look, async (page) => {
          await page.goto(address);
          await page.getByRole("heading", { name: "You are in" }).waitFor();
          await page.goto("/accounts");
          await page.waitForURL("**/signin**");
          sound(page);
        });
      });

      test(`roles and leaving, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        const account = await enter(page, "Ines Albrecht");
        await page.goto(account + "people");
        await page.getByRole("link", { name: "Jonas Weber" }).click();
        await inspect(page, "people-member");
        await page.getByLabel("Approver").check();
        await page.getByRole("button", { name: "Change the role" }).click();
        await page.waitForURL("**/people?done=changed");
        await page.getByRole("link", { name: "Jonas Weber" }).click();
        await page.getByRole("button", { name: "Take access away" }).click();
        await page.getByText("Please confirm").first().waitFor();
        await inspect(page, "people-member-refused", /status of 422/);
        await page.getByLabel("Contributor").check();
        await page.getByRole("button", { name: "Change the role" }).click();
        await page.waitForURL("**/people?done=changed");
        // The only owner reads what to do first.
        await page.getByRole("link", { name: "Ines Albrecht" }).click();
        await page.getByText("You are the only owner").waitFor();
        assert.equal(await page.getByRole("button", { name: "Yes, remove me" }).count(), 0);
        await inspect(page, "people-last-owner", /status of 422/);
      }));

      test(`several at once, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        const account = await enter(page, "Ines Albrecht");
        await page.goto(account + "people/many");
        await inspect(page, "people-many");
        const list = `name;address;role\r\nJ\u00fcrgen Gro\u00df;j.${size}.${look}@nordwind.example;finance\r\n=1+1;x@nordwind.example;\r\nMia;m.${size}.${look}@nordwind.example;boss\r\n;jonas.weber@nordwind.example;\r\n`;
        await page.getByLabel("File").setInputFiles({ name: "people.csv", mimeType: "text/csv", buffer: Buffer.from(list, "latin1") });
        await page.getByRole("button", { name: "Review the list" }).click();
        await page.getByRole("button", { name: "Send 2 invitations" }).waitFor();
        await page.getByText("Jonas Weber has access already").waitFor();
        await page.getByText("Read as Windows-1252").waitFor();
        await inspect(page, "people-review");
        await page.getByRole("button", { name: "Send 2 invitations" }).click();
        await page.waitForURL("**/people?done=invited");
        await page.getByText("J\u00fcrgen Gro\u00df").first().waitFor();
        // What is no list is refused with words.
        await page.goto(account + "people/many");
        await page.getByLabel("Or paste it here").fill("first,last\nJonas,Weber");
        await page.getByRole("button", { name: "Review the list" }).click();
        await page.getByText("No column holds mail addresses").waitFor();
        await inspect(page, "people-many-refused", /status of 422/);
      }));
    }
  }

  // After all others: nobody waits for their mail behind these.
  for (const [size, look] of [["phone", "dark"], ["desktop", "light"]]) {
    test(`a long list in parts, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
      const account = await enter(page, "Ines Albrecht");
      await page.goto(account + "people/many");
      const list = Array.from({ length: 203 }, (_, i) => `Guest ${i},guest${i}.${size}@nordwind.example`).join("\n");
      await page.getByLabel("Or paste it here").fill(list);
      await page.getByLabel("Role where the list names none").selectOption("finance");
      await page.getByRole("button", { name: "Review the list" }).click();
      await page.getByText("Part 1 of 2.").waitFor();
      await page.getByLabel(`Guest 7 guest7.${size}`).uncheck();
      await page.getByRole("button", { name: "Send 200 invitations" }).click();
      await page.getByText("199 people are invited.").waitFor();
      // The same part once more leads on and invites nobody again.
      await page.reload();
      await page.getByText("199 people are invited.").waitFor();
      await page.getByText("Part 2 of 2.").waitFor();
      assert.equal(await page.locator("select[name=role]").first().inputValue(), "finance");
      await inspect(page, "people-part-last");
      await page.getByRole("button", { name: "Send 3 invitations" }).click();
      await page.waitForURL("**/people?done=invited");
      assert.equal(await page.locator("main").getByText(new RegExp(`guest\\d+\\.${size}@`)).count(), 202);
      sound(page);
    }));
  }
});

describe("users", () => {
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
      test(`users, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        await enter(page, "Amara Osei");
        await page.goto("/admin/users");
        await inspect(page, "users");
        await page.getByRole("link", { name: "Invite staff" }).click();
        await inspect(page, "users-invite");
        const email = `kim.${size}.${look}@halden.example`;
        await page.getByLabel("Mail address").fill(email);
        await page.getByLabel("Agent").check();
        await page.getByRole("button", { name: "Send the invitation" }).click();
        await page.waitForURL("**/admin/users?done=invited");
        await page.getByText(email).first().waitFor();
        await inspect(page, "users-invited");
        await page.getByRole("button", { name: `Take back ${email}` }).click();
        await page.waitForURL("**/admin/users?done=withdrawn");
        // A client's user: where they are, what they see, switched off and on.
        await page.getByLabel("Name, address or account").fill("petra");
        await page.getByRole("button", { name: "Show" }).click();
        await page.getByRole("link", { name: "Petra Lindqvist" }).click();
        await inspect(page, "users-one");
        await page.getByRole("button", { name: "Switch off" }).click();
        await page.waitForURL("**?done=off");
        await page.getByText("Every session of theirs has ended").waitFor();
        await inspect(page, "users-off");
        await page.getByRole("button", { name: "Switch on again" }).click();
        await page.waitForURL("**?done=on");
        // The last administrator stays.
        await page.goto("/admin/users?q=amara");
        await page.getByRole("link", { name: "Amara Osei" }).click();
        await inspect(page, "users-self");
        await page.getByLabel("Manager").check();
        await page.getByRole("button", { name: "Change the role" }).click();
        await page.getByText("This is the last administrator").waitFor();
        await inspect(page, "users-last", /status of 409/);
      }));
    }
  }
});
