// The gallery of systems with connectors of the administrator's own: many of them,
// one that is broken while it is in use, and one that was never good.
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { inspect, launch, looks, sizes, visit } from "../lib/browser.mjs";
import { Home } from "../lib/program.mjs";
import { enter } from "../lib/walk.mjs";

const read = 60_000; // ms; the folder is looked at every two seconds, and the machine may be busy

const systems = ["Beamline", "Cartwheel Billing", "Dovetail", "Elmwood CRM", "Ferryman", "Gantry", "Halyard Desk", "Inkwell Invoices", "Jetty", "Kiln",
  "Lantern Time", "Mooring", "Nettle", "Orchard Assets", "Parapet", "Quarry", "Rampart", "Sextant", "Tollgate Payments", "Undertow", "Viaduct", "Wharf", "Yardarm", "Zephyr"];
const kinds = ["help desk", "accounting", "inventory", "documents"];
const colors = ["#0f5c63", "#7a4b12", "#5b3f8c", "#9c2f4d", "#2d5d2a"];

function manifest(name, n, more = "") {
  return `portico: 1
id: ${name.toLowerCase().replaceAll(/[^a-z]/g, "")}
name: ${name}
category: ${kinds[n % kinds.length]}
description: What ${name} keeps for your clients, read every ten minutes.
${n % 3 ? `color: "${colors[n % colors.length]}"` : ""}
config:
  url: {type: url, label: Address, help: "Such as https://stock.example.com.", required: true}
  token: {type: secret, label: API token, required: true}
  region: {type: choice, label: Region, help: Where your data is kept., choices: [Europe, America], required: true}
  days: {type: number, label: Days to look back, default: "30"}
  archived: {type: bool, label: Archived ones, help: "Read what is archived, too.", default: "true"}
http:
  base: config.url
  auth: {kind: bearer, token: "{token}"}
check:
  steps:
    - {name: read items, request: {path: /items}, found: Items can be read.}
streams:
  items:
    every: 10m
    fresh_for: 1h
    request: {path: /items}
    items: body
    emit:
      - {kind: asset, key: item.id, company: item.client, map: {name: item.name}}
${more}`;
}

describe("gallery", () => {
  let portico, browser, folder;
  before(async () => {
    portico = await Home.make();
    folder = join(portico.folder, "own");
    portico.settings.PORTICO_CONNECTORS_FOLDER = folder;
    await mkdir(folder);
    for (const [n, name] of systems.entries()) {
      await writeFile(join(folder, `${name.toLowerCase().replaceAll(" ", "-")}.yaml`), manifest(name, n));
    }
    await writeFile(join(folder, "never.yaml"), manifest("Never Good", 1).replace("every: 10m", "evry: 10m"));
    await portico.serve("--demo");
    await writeFile(join(folder, "dovetail.yaml"), manifest("Dovetail", 2, "    colour: blue\n").replace("item.client", "itm.client"));
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await portico?.end();
  });

  for (const size of Object.keys(sizes)) {
    for (const look of looks) {
      test(`found among many, ${size}, ${look}`, () => visit(browser, portico.url, size, look, async (page) => {
        await enter(page, "Amara Osei");
        const until = Date.now() + read;
        do {
          await page.goto("/admin/connections/new");
        } while (await page.locator("[data-part=broken]").count() < 2 && Date.now() < until);
        await page.locator("[data-part=broken]", { hasText: "dovetail.yaml has mistakes" }).getByText("goes on meanwhile").waitFor();
        await page.locator("[data-part=broken]", { hasText: "never.yaml:" }).getByText("Nothing of it is used").waitFor();
        assert.equal(await page.locator(".po-systems > li", { hasText: "Own" }).count(), systems.length);
        await inspect(page, "gallery-many");

        await page.getByLabel("Kind", { exact: true }).selectOption("documents");
        await page.getByLabel("Search systems").fill("invoices");
        await page.getByRole("button", { name: "Show" }).click();
        await page.getByRole("link", { name: "Inkwell Invoices" }).waitFor();
        assert.equal(await page.locator(".po-systems > li").count(), 1);
        await inspect(page, "gallery-found");
        await page.getByLabel("Search systems").fill("nothing at all");
        await page.getByRole("button", { name: "Show" }).click();
        await page.getByText("No system is called that").waitFor();
        await inspect(page, "gallery-none");

        await page.goto("/admin/connections/new/inkwellinvoices");
        await page.getByText("Names and choices").click();
        await page.getByLabel("Archived ones").uncheck();
        await inspect(page, "gallery-form");

        await page.goto("/admin/health");
        await page.locator("[data-part=problem]", { hasText: "never.yaml" }).waitFor();
        await inspect(page, "gallery-health");
      }));
    }
  }
});
