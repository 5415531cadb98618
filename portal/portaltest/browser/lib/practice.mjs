// A small system of a provider that is no help desk: contracts, projects, documents
// and a calendar over HTTP, and the manifest that reads it. What it holds lies around
// today, so that the pages show something whenever they are tried.
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";

const day = 86_400_000; // ms

// date is so many days from today, as "2026-11-22"; at puts a time of day (UTC) on it.
const date = (days) => new Date(Date.now() + days * day).toISOString().slice(0, 10);
const at = (days, time) => `${date(days)}T${time}:00Z`;

const client = "Nordwind Logistik";
const things = () => ({
  clients: [{ name: client }, { name: "Vale" }],
  contracts: [
    { id: "c1", client, number: "V-2024-07", name: "On-call service", type: "Service", status: "active", terms: "Covers 24 workplaces, Monday to Friday.\n\nReaction within four hours: https://example.com/terms", currency: "EUR", value: "1490.00", period: "month", included: "40", used: "31.5", unit: "hours", start: "2024-01-01", renewal: date(120), notice: date(5) },
    { id: "c2", client, number: "V-2023-02", name: "Backup and restore", type: "Licence", status: "active", currency: "EUR", value: "2400.00", period: "year", included: "2", used: "2.4", unit: "TB", start: "2023-03-01", end: date(75) },
    { id: "c3", client, number: "V-2019-11", name: "Telephone system", type: "Lease", status: "ended", start: "2019-11-01", end: "2024-10-31" },
    { id: "c4", client: "Vale", number: "V-1", name: "Not of Nordwind", status: "active", start: "2024-01-01" },
  ],
  projects: [
    { id: "p1", client, number: "P-31", name: "Move to the new office in Bremen", status: "in progress", text: "New cabling, new switches, and everybody moves over one weekend.", manager: "Jonas Brandt", start: date(-40), due: date(45), done: "60" },
    { id: "p2", client, number: "P-28", name: "Mail to the cloud", status: "done", manager: "Amara Osei", start: "2026-02-01", due: "2026-06-30", done: "100" },
  ],
  documents: [
    { id: "d1", client, name: "Floor plan Bremen.pdf", folder: "Projects/Bremen", content_type: "application/pdf", size: 184320, revision: "3", project: "p1", author: "Jonas Brandt" },
    { id: "d2", client, name: "Handbook.pdf", folder: "", content_type: "application/pdf", size: 92160, author: "Amara Osei" },
    { id: "d3", client, name: "<script>alert(1)</script>.html", folder: "Projects", content_type: "text/html", size: 41 },
  ],
  events: [
    { id: "e1", client, title: "Firewall replacement in Gdynia", text: "No internet for about ten minutes.\nCall us if it takes longer.", type: "Maintenance", status: "confirmed", location: "Gdynia, rack 2", start: at(2, "21:00"), end: at(3, "01:00"), zone: "Europe/Warsaw" },
    { id: "e2", client, title: "Quarterly review", type: "Meeting", status: "confirmed", location: "Video", start: at(6, "09:00"), end: at(6, "10:30") },
    { id: "e3", client, title: "Office closed", type: "Holiday", start: date(9), end: date(11), all_day: true },
    { id: "e4", client, title: "Printer training", type: "Meeting", status: "cancelled", start: at(6, "13:00"), end: at(6, "14:00") },
  ],
});

const stream = (kind, keys) => `  ${kind}s:
    every: 1m
    fresh_for: 1h
    request: {path: /${kind}s}
    items: body
    emit:
      - kind: ${kind}
        key: item.id
        company: item.client
        map: {${keys.map((key) => `${key}: item.${key}`).join(", ")}}
`;

const manifest = `portico: 1
id: practice
name: Practice manager
category: practice
description: Contracts, projects, documents and dates of a small practice.
config:
  url: {type: url, label: Address, required: true}
http:
  base: config.url
  auth: {kind: none}
check:
  steps:
    - {name: contracts, request: {path: /contracts}, found: Contracts can be read.}
lookups:
  companies:
    - {request: {path: /clients}, items: body, name: item.name}
streams:
${stream("contract", ["number", "name", "type", "status", "terms", "currency", "value", "period", "included", "used", "unit", "start", "end", "renewal", "notice"])}${stream("project", ["number", "name", "status", "text", "manager", "start", "due", "done"])}${stream("document", ["name", "folder", "content_type", "size", "revision", "project", "author"])}${stream("event", ["title", "text", "type", "status", "location", "start", "end", "all_day", "zone"])}
files:
  request: {path: "/documents/{id}"}
`;

// A Practice answers on loopback until it is closed.
export class Practice {
  // open starts the system and puts its manifest into the folder of a Home.
  static async open(folder) {
    const practice = new Practice();
    const held = things();
    practice.server = createServer((request, response) => {
      const [, kind, id] = request.url.split("?")[0].split("/");
      if (kind === "documents" && id) return response.end(`bytes of ${id}`);
      response.setHeader("Content-Type", "application/json");
      response.statusCode = held[kind] ? 200 : 404;
      response.end(JSON.stringify(held[kind] ?? []));
    });
    await new Promise((resolve) => practice.server.listen(0, "127.0.0.1", resolve));
    practice.url = `http://127.0.0.1:${practice.server.address().port}`;
    await mkdir(join(folder, "connectors"), { recursive: true });
    await writeFile(join(folder, "connectors", "practice.yaml"), manifest);
    return practice;
  }

  // connect has an administrator connect the system, and match its one company.
  async connect(page, name = "Practice manager") {
    await page.goto("/admin/connections");
    await page.getByRole("link", { name: "Add a connection" }).click();
    await page.getByRole("link", { name: "Practice manager" }).click();
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByLabel("Address", { exact: true }).fill(this.url);
    await page.getByRole("button", { name: "Check" }).click();
    await page.locator("#allow_private").check();
    await page.getByRole("button", { name: "Check" }).click();
    await page.getByRole("button", { name: "Look at what would come" }).click();
    const row = page.locator("main tbody tr", { hasText: client });
    await row.getByRole("checkbox").check();
    await row.getByLabel(`Account of ${client}`).fill(client);
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}
