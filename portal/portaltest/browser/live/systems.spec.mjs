// One practice on three real systems: an administrator connects a Request Tracker, a
// Tryton and a calendar server in the browser, matches the same clients across them,
// and lets one of those in. "make test-live" runs it when all three are named; they are
// written to: a reply, a small payment and an event of its own, which it removes.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { inspect, launch, looks, sizes, visit } from "../lib/browser.mjs";
import { mailed } from "../lib/mails.mjs";
import { Home } from "../lib/program.mjs";
import { Receiver } from "../lib/receiver.mjs";
import { Forgetful, calendar, conversation, missing, payments, reply, systems } from "../lib/systems.mjs";
import { confirmed, home } from "../lib/walk.mjs";

const come = 90_000; // ms; what a pull brings, on a busy machine
const refused = /status of (409|422)/;
const password = "correct horse battery staple";
const clients = ["Nordwind Logistik GmbH", "Brightleaf Dental Group", "Harbor & Vale Architects"];
const ines = "ines.vogt@nordwind.example";

describe("three real systems, one deployment", { skip: missing() }, () => {
  const stamp = `Walk ${Date.now()}`;
  let portico, browser, forgetful, books, signingSecret, account, payment;
  before(async () => {
    forgetful = await Forgetful.open(systems.tryton.address);
    books = await Receiver.open();
    portico = await Home.make();
    portico.settings.PORTICO_WEBHOOKS_ALLOW = books.address;
    await portico.serve();
    browser = await launch();
  });
  after(async () => {
    await calendar.remove(stamp).catch(() => {});
    await browser?.close();
    await portico?.end();
    await forgetful?.close();
    await books?.close();
  });

  const desktop = (steps) => visit(browser, portico.url, "desktop", "light", steps);

  async function enter(page, mail) {
    await page.goto("/signin");
    await page.getByLabel("Mail address").fill(mail);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.waitForURL(/\/(a\/|staff|accounts)/);
  }

  // begin fills in the form of a system and lets its private address be used.
  async function begin(page, system, name, fields) {
    await page.goto("/admin/connections/new");
    await page.getByRole("link", { name: system }).click();
    await page.getByLabel("Name", { exact: true }).fill(name);
    for (const [label, value] of Object.entries(fields)) {
      const field = page.getByLabel(label, { exact: true });
      if (!(await field.isVisible())) await page.getByText("Names and choices").click();
      await field.fill(value);
    }
    await page.getByLabel("Read only, for now (recommended)").uncheck();
    await page.getByRole("button", { name: "Check" }).click();
    await page.locator("#allow_private").check();
    await page.getByRole("button", { name: "Check" }).click();
    await page.locator("[data-part=signed-in]").waitFor();
    await inspect(page, `live-${name}-checked`, refused);
    await page.getByRole("button", { name: "Look at what would come" }).click();
    await page.locator(".po-beside").first().waitFor({ timeout: come });
    await inspect(page, `live-${name}-look`, refused);
  }

  // pick ticks a company and says whose it is.
  async function pick(page, company, client) {
    const row = page.locator("main tbody tr", { hasText: company });
    await row.getByRole("checkbox").check();
    await row.getByLabel(`Account of ${company}`).fill(client);
  }

  // settled waits until every stream of the new connection was read.
  async function connect(page, name) {
    await page.getByRole("button", { name: "Connect and pull" }).click();
    await page.waitForURL("**?done=connected");
    const until = Date.now() + come;
    while ((await page.locator("tr[data-stream]").count()) !== (await page.locator("tr[data-stream] .po-status", { hasText: "Up to date" }).count())) {
      assert.ok(Date.now() < until, `not everything was read: ${await page.locator("#streams").innerText()}`);
      await page.waitForTimeout(500);
    }
    await inspect(page, `live-${name}-connected`, refused);
  }

  // readNow has a connection read, as an administrator who does not want to wait.
  const readNow = (name) => desktop(async (page) => {
    await enter(page, "mara@kestrel.example");
    await page.goto("/admin/connections");
    await page.getByRole("link", { name, exact: true }).click();
    await page.getByRole("button", { name: "Read now" }).click();
    await page.waitForURL("**?done=pulling");
  });

  // until loads a page anew until a condition holds.
  async function until(page, path, holds, what, within = come) {
    for (const end = Date.now() + within; ; await page.waitForTimeout(500)) {
      await page.goto(path);
      if (await holds()) return;
      assert.ok(Date.now() < end, what);
    }
  }

  test("the first administrator", () => desktop(async (page) => {
    const token = portico.log.match(/^ {4}((?:[A-Z2-9]{5}-){5}[A-Z2-9]{5})$/m)[1];
    await page.goto("/staff");
    await page.getByLabel("Token from the console").fill(token);
    await page.getByRole("button", { name: "Begin" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Kestrel Managed Services");
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Mara Stein");
    await page.getByLabel("Mail address").fill("mara@kestrel.example");
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByLabel("Password, again").fill(password);
    await page.getByRole("button", { name: "Finish and sign in" }).click();
    await page.getByRole("heading", { name: "Kestrel Managed Services is yours" }).waitFor();
  }));

  test("Request Tracker brings requests and equipment, and three new accounts", () => desktop(async (page) => {
    await enter(page, "mara@kestrel.example");
    await begin(page, "Request Tracker", "Help desk", { "Address of Request Tracker": systems.desk.address, "User of the token": "hub", Token: systems.desk.token });
    for (const client of clients) await pick(page, client, "");
    await connect(page, "Help desk");
  }));

  test("Tryton brings invoices and contracts, and its parties are known by their names", () => desktop(async (page) => {
    await enter(page, "mara@kestrel.example");
    await begin(page, "Tryton", "Accounting", { Address: forgetful.url, Database: "hub", User: "hub", Password: systems.tryton.password, "Payment method": "Card (portal)" });
    for (const client of clients) {
      const row = page.locator("main tbody tr", { hasText: client });
      assert.equal(await row.getByLabel(`Account of ${client}`).inputValue(), client, "not suggested");
      await row.getByRole("checkbox").check();
    }
    await connect(page, "Accounting");
  }));

  test("the calendar brings maintenance windows", () => desktop(async (page) => {
    await enter(page, "mara@kestrel.example");
    await begin(page, "Calendar (CalDAV)", "Maintenance calendar", { "Address of the calendars": systems.calendar.address, User: systems.calendar.user, Password: systems.calendar.password, Calendars: "" });
    for (const [short, client] of [["nordwind", clients[0]], ["brightleaf", clients[1]], ["harborvale", clients[2]]]) {
      assert.equal(await page.getByLabel(`Account of ${short}`).inputValue(), client, "not suggested");
      await pick(page, short, client);
    }
    await connect(page, "Maintenance calendar");
  }));

  test("accounts are opened, and a client is invited and comes in", async () => {
    await desktop(async (page) => {
      await enter(page, "mara@kestrel.example");
      await page.goto("/admin/ready");
      await inspect(page, "live-ready");
      await page.getByRole("button", { name: `Show to staff ${clients[0]}` }).click();
      await page.waitForURL("**/admin/ready?done=preview**");
      await page.getByRole("row", { name: new RegExp(clients[0]) }).getByRole("link").first().click();
      await page.getByRole("link", { name: "Invite people" }).click();
      await page.getByLabel("Mail address").fill(ines);
      await page.getByLabel("Name").fill("Ines Vogt");
      await page.getByLabel("Owner").check();
      await page.getByRole("button", { name: "Prepare the invitation" }).click();
      await page.waitForURL("**/people?done=prepared");
      await page.goto("/admin/ready");
      await page.getByRole("button", { name: `Open, and mail 1 person ${clients[0]}` }).click();
      await page.waitForURL("**/admin/ready?done=invited**");
    });
    await desktop(async (page) => {
      const data = join(portico.folder, "data");
      await page.goto(await mailed(data, "invitation", ines, /http:\/\/[^\s"]+\/invitation\?t=[\w-]+/));
      await page.getByRole("button", { name: "Mail me the code" }).click();
      await page.getByLabel("Code from the mail").fill(await mailed(data, "invitation-code", ines, /[BCDFGHJKMNPQRSTVWXZ2-9]{4} [BCDFGHJKMNPQRSTVWXZ2-9]{4}/));
      await page.getByLabel("Choose a password").fill(password);
      await page.getByLabel("The password, again").fill(password);
      await page.getByRole("button", { name: "Accept the invitation" }).click();
      await page.getByRole("heading", { name: "You are in" }).waitFor();
    });
  });

  for (const size of Object.keys(sizes)) {
    for (const look of looks) {
      test(`the forms and what they lead to, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        await enter(page, "mara@kestrel.example");
        for (const [id, name] of [["requesttracker", "Help desk"], ["tryton", "Accounting"], ["caldav", "Maintenance calendar"]]) {
          await page.goto(`/admin/connections/new/${id}`);
          await page.getByText("Names and choices").click();
          await inspect(page, `live-form-${id}`);
          await page.goto("/admin/connections");
          await page.getByRole("link", { name, exact: true }).click();
          await page.getByRole("heading", { name: "Streams" }).waitFor();
          await inspect(page, `live-connection-${id}`);
          for (const part of ["companies?show=matched", "statuses", "runs", "settings"]) {
            await page.goto(new URL(page.url()).pathname.replace(/\/(companies|statuses|runs|settings)$/, "") + "/" + part);
            await inspect(page, `live-${part.split("?")[0]}-${id}`);
          }
        }
      }));

      test(`one picture of three systems, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        await enter(page, ines);
        account = home(page);
        for (const source of ["Help desk, read", "Accounting, read", "Maintenance calendar, read"]) await page.locator(".po-fresh", { hasText: source }).first().waitFor();
        await page.getByRole("heading", { name: "Balance" }).waitFor();
        await page.locator("#home-dates", { hasText: "Firewall update" }).waitFor();
        await inspect(page, "live-home");
        for (const part of ["tickets", "assets", "invoices", "contracts", "calendar"]) {
          await page.goto(account + part);
          await inspect(page, `live-${part}`);
          assert.ok(!(await page.content()).includes("Brightleaf"), `${part} shows another client`);
        }
      }));
    }
  }

  test("a payment is made, and its answer is lost", () => desktop(async (page) => {
    await enter(page, ines);
    await page.goto(account + "invoices");
    await page.locator(`main tbody a[href^='${account}invoices/']`).first().click();
    await page.getByText("Tell of a payment").click();
    await inspect(page, "live-pay");
    await page.getByLabel(/^Amount/).fill("1.00");
    await page.getByLabel(/^Text on your bank statement/).fill(stamp);
    forgetful.forget(/pay\.execute.*,"pay",/s);
    await page.locator("#pay").getByRole("button").click();
    await page.waitForURL(/#progress-/);
    payment = page.url();
    await page.locator(".po-progress[data-state=unknown]").waitFor({ timeout: come });
    assert.equal(forgetful.lost, 1, "no answer was lost");
    await inspect(page, "live-paying");
    // Nobody is asked to pay what they have just paid.
    const number = (await page.locator("h1").innerText()).replace("Invoice ", "");
    await page.goto(account);
    await page.locator("section[aria-labelledby=balance]", { hasText: "is not shown by the accounting yet" }).waitFor();
    assert.equal(await page.getByText(`Pay invoice ${number}`).count(), 0);
  }));

  test("an event comes, and goes when it is deleted", () => desktop(async (page) => {
    await enter(page, ines);
    await calendar.put(stamp, "nordwind", new Date(Date.now() + 2 * 86_400_000));
    await readNow("Maintenance calendar");
    await until(page, account + "calendar", () => page.getByText(stamp).count(), "the event did not come");
    await page.goto(account);
    await page.locator("#home-dates", { hasText: stamp }).waitFor();
    await calendar.remove(stamp);
    await readNow("Maintenance calendar");
    await until(page, account + "calendar", async () => (await page.getByText(stamp).count()) === 0, "the event is still there");
  }));

  test("an answer at the help desk is read by the client, and hers there", () => desktop(async (page) => {
    await enter(page, ines);
    await page.goto(account + "tickets");
    const link = page.locator(`main tbody a[href^='${account}tickets/']`).first();
    const address = await link.getAttribute("href");
    const row = await page.locator("main tbody tr").first().innerText();
    const number = row.match(/#(\d+)/)[1];
    await reply(number, `${stamp}: the part has come.`);
    await readNow("Help desk");
    await until(page, address, () => page.getByText(`${stamp}: the part has come.`).count(), "the answer did not come");
    await page.getByRole("textbox", { name: /^Write to/ }).fill(`${stamp}: thank you.`);
    await page.getByRole("button", { name: "Send reply" }).click();
    await confirmed(page, come);
    await inspect(page, "live-ticket");
  }));

  test("the back office asks to hear of decisions", () => desktop(async (page) => {
    await enter(page, "mara@kestrel.example");
    await page.goto("/admin/webhooks");
    await page.getByRole("link", { name: "New endpoint" }).first().click();
    await page.getByLabel("Address").fill(`http://${books.address}/hook`);
    await page.getByLabel("Name", { exact: true }).fill("Books");
    await page.getByLabel("approval.decided").check();
    await page.getByRole("button", { name: "Add the endpoint" }).click();
    signingSecret = await page.getByLabel("Signing secret").inputValue();
  }));

  test("a decision is asked for, made on a phone from the mail, and told everywhere", async () => {
    const what = `${stamp}: two more switches`;
    let number;
    await desktop(async (page) => {
      await enter(page, "mara@kestrel.example");
      await page.goto(account + "tickets");
      number = (await page.locator("main tbody tr").first().innerText()).match(/#(\d+)/)[1];
      await page.locator(`main tbody a[href^='${account}tickets/']`).first().click();
      await page.getByRole("link", { name: "Ask for a decision" }).click();
      await page.getByLabel("What is to be decided").fill(what);
      await page.getByLabel("The question in words").fill("480 euro net. After your yes we order the same day.");
      await page.getByLabel("Ines Vogt").check();
      await page.getByRole("button", { name: "Ask", exact: true }).click();
      await page.getByRole("heading", { level: 1, name: what }).waitFor();
      await inspect(page, "live-asked");
    });
    await visit(browser, portico.url, "phone", "light", async (page) => {
      await page.goto(await mailed(join(portico.folder, "data"), "approval", ines, /http:\/\/[^\s"]+\/decide\?t=[\w-]+/));
      await page.getByRole("button", { name: "Approve" }).click();
      await page.getByText("with the link from the mail").waitFor();
      await inspect(page, "live-decided");
    });
    const said = await books.heard("approval.decided", signingSecret);
    assert.equal(said.data.approval.title, what);
    assert.equal(said.data.approval.decision.state, "approved");
    for (const end = Date.now() + come; !(await conversation(number)).includes(what); await new Promise((resolve) => setTimeout(resolve, 500))) {
      assert.ok(Date.now() < end, "the decision does not stand in the ticket");
    }
  });

  // Tryton may commit what it was asked for until three minutes later, so that nobody
  // looks whether the payment arrived before.
  test("the payment is found, and stands in Tryton once", () => desktop(async (page) => {
    await enter(page, ines);
    const path = new URL(payment).pathname;
    await until(page, path, () => page.locator(".po-progress[data-state=confirmed]").count(), "the payment was not confirmed", 5 * 60_000);
    assert.equal(await payments(stamp), 1);
    await page.locator("#paid", { hasText: stamp }).waitFor();
    await inspect(page, "live-paid");
  }));
});
