// Somebody who never saw Portico sets it up, alone: from an empty folder to a client
// who decides on a phone, and a back office that hears of it.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { launch, sound, visit } from "../lib/browser.mjs";
import { mailed } from "../lib/mails.mjs";
import { Home } from "../lib/program.mjs";
import { Receiver } from "../lib/receiver.mjs";
import { enter } from "../lib/walk.mjs";

const secret = "copper lantern under snow";
const code = /[BCDFGHJKMNPQRSTVWXZ2-9]{4} [BCDFGHJKMNPQRSTVWXZ2-9]{4}/;
const companies = ["Nordwind Logistik GmbH", "Brightwater Dental Group", "Vale & Harbour Architects"];

describe("story", () => {
  let portico, desk, books, browser;
  before(async () => {
    books = await Receiver.open();
    desk = await Home.make(); // its help desk is the system that is connected
    await desk.serve("--demo");
    portico = await Home.make();
    portico.settings.PORTICO_WEBHOOKS_ALLOW = books.address;
    await portico.serve();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await portico?.end();
    await desk?.end();
    books?.close();
  });

  test("from an empty folder to a decision that the back office hears of", async () => {
    const data = join(portico.folder, "data");
    let address;
    await visit(browser, desk.url, "desktop", "light", async (page) => {
      await enter(page, "Amara Osei");
      await page.goto("/admin/connections");
      await page.getByRole("link", { name: "Request Tracker", exact: true }).click();
      address = await page.locator("#facts .po-raw").innerText();
    });

    let signingSecret, account;
    await visit(browser, portico.url, "desktop", "light", async (page) => {
      // Set up.
      await page.goto("/");
      await page.getByLabel("Token from the console").fill(portico.log.match(/[0-9A-Z]{5}(?:[- ][0-9A-Z]{5}){5}/)[0]);
      await page.getByRole("button", { name: "Begin" }).click();
      await page.getByLabel("Name", { exact: true }).fill("Halden IT");
      await page.getByRole("button", { name: "Next" }).click();
      await page.getByLabel("Name", { exact: true }).fill("Mara Halden");
      await page.getByLabel("Mail address").fill("mara@halden.example");
      await page.getByLabel("Password", { exact: true }).fill(secret);
      await page.getByLabel("Password, again").fill(secret);
      await page.getByRole("button", { name: "Finish and sign in" }).click();
      await page.getByRole("link", { name: "Connect a system" }).click();

      // Connect, match three companies, pull.
      await page.getByRole("link", { name: "Add a connection" }).first().click();
      await page.getByRole("link", { name: "Request Tracker" }).click();
      await page.getByLabel("Name", { exact: true }).fill("Help desk");
      await page.getByLabel("Address of Request Tracker").fill(address);
      await page.getByLabel("User of the token").fill("portal-service");
      await page.getByLabel("Token", { exact: true }).fill("1-1-demo");
      await page.getByLabel("Read only, for now (recommended)").uncheck();
      await page.getByRole("button", { name: "Check" }).click();
      await page.locator("#allow_private").check();
      await page.getByLabel("Token", { exact: true }).fill("1-1-demo");
      await page.getByRole("button", { name: "Check" }).click();
      await page.locator("[data-part=signed-in]").waitFor();
      await page.getByRole("button", { name: "Look at what would come" }).click();
      for (const name of companies) {
        await page.locator("main tbody tr", { hasText: name }).getByRole("checkbox").check();
      }
      await page.getByRole("button", { name: "Connect and pull" }).click();
      await page.waitForURL("**?done=connected");
      await page.locator("tr[data-stream=tickets] .po-status", { hasText: "Up to date" }).waitFor({ timeout: 60_000 });

      // Tell the back office.
      await page.goto("/admin/webhooks");
      await page.getByRole("link", { name: "New endpoint" }).first().click();
      await page.getByLabel("Address").fill(`http://${books.address}/hook`);
      await page.getByLabel("Name", { exact: true }).fill("Books");
      await page.getByLabel("approval.decided").check();
      await page.getByRole("button", { name: "Add the endpoint" }).click();
      signingSecret = await page.getByLabel("Signing secret").inputValue();

      // Invite one client, and open the account.
      await page.goto("/admin/ready");
      await page.getByRole("button", { name: `Show to staff ${companies[0]}` }).click();
      await page.waitForURL("**/admin/ready?done=preview**");
      await page.getByRole("row", { name: new RegExp(companies[0]) }).getByRole("link").first().click();
      account = new URL(page.url()).pathname.match(/^\/a\/[^/]+\//)[0];
      await page.getByRole("link", { name: "Invite people" }).click();
      await page.getByLabel("Mail address").fill("ines@nordwind.example");
      await page.getByLabel("Name").fill("Ines Albrecht");
      await page.getByLabel("Owner").check();
      await page.getByRole("button", { name: "Prepare the invitation" }).click();
      await page.waitForURL("**/people?done=prepared");
      await page.goto("/admin/ready");
      await page.getByRole("button", { name: `Open, and mail 1 person ${companies[0]}` }).click();
      await page.waitForURL("**/admin/ready?done=invited**");
    });

    // The client comes in, on a phone.
    await visit(browser, portico.url, "phone", "light", async (page) => {
      await page.goto(await mailed(data, "invitation", "ines@nordwind.example", /http:\/\/[^\s"]+\/invitation\?t=[\w-]+/));
      await page.getByRole("button", { name: "Mail me the code" }).click();
      await page.getByLabel("Code from the mail").fill(await mailed(data, "invitation-code", "ines@nordwind.example", code));
      await page.getByLabel("Choose a password").fill(secret);
      await page.getByLabel("The password, again").fill(secret);
      await page.getByRole("button", { name: "Accept the invitation" }).click();
      await page.getByRole("heading", { name: "You are in" }).waitFor();
      sound(page);
    });

    // Staff ask about a request.
    await visit(browser, portico.url, "desktop", "light", async (page) => {
      await page.goto("/signin");
      await page.getByLabel("Mail address").fill("mara@halden.example");
      await page.getByLabel("Password", { exact: true }).fill(secret);
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await page.waitForURL("**/staff**");
      await page.goto(account + "tickets");
      await page.getByRole("link", { name: "Scanner dropouts in hall 3" }).click();
      await page.getByRole("link", { name: "Ask for a decision" }).click();
      await page.getByLabel("What is to be decided").fill("Fourteen scanners");
      await page.getByLabel("The question in words").fill("18,460 euro net. After your yes we order the same day.");
      await page.getByLabel("Ines Albrecht").check();
      await page.getByRole("button", { name: "Ask", exact: true }).click();
      await page.getByRole("heading", { level: 1, name: "Fourteen scanners" }).waitFor();
      sound(page);
    });

    // The client decides from the mail, without a sign-in.
    await visit(browser, portico.url, "phone", "light", async (page) => {
      await page.goto(await mailed(data, "approval", "ines@nordwind.example", /http:\/\/[^\s"]+\/decide\?t=[\w-]+/));
      await page.getByRole("button", { name: "Approve" }).click();
      await page.getByText("with the link from the mail").waitFor();
      sound(page);
    });
    const said = await books.heard("approval.decided", signingSecret);
    assert.equal(said.data.approval.title, "Fourteen scanners");
    assert.equal(said.data.approval.decision.state, "approved");
  });
});
