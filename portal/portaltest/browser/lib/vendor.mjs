// A vendor that asks people in the browser whether Portico may (OAuth 2.0,
// authorization code with PKCE; RFC 6749 and 7636), and a desk behind it. It is as
// strict as vendors are, and does what a test wants of it: another secret, another
// company, silence, an end of everything that was agreed to.
import { createHash, randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";

export const client = { id: "our-app", secret: "application-secret" };

const manifest = `portico: 1
id: agreed
name: Agreed Desk
category: help desk
description: Tickets of a desk that people let applications into.
config:
  url: {type: url, label: Address, required: true}
  client_id: {type: text, label: Client ID, required: true}
  client_secret: {type: secret, label: Client secret, required: true}
  realm: {type: text, label: Company file, required: true, pattern: "^[0-9]+$"}
  tenant: {type: text, label: Organisation, required: true}
http:
  base: config.url
  headers: {X-Tenant: "{config.tenant}"}
  auth:
    kind: oauth2
    grant: authorization_code
    authorize_url: "{url}/authorize"
    token_url: "{url}/token"
    client_id: "{client_id}"
    client_secret: "{client_secret}"
    scope: offline tickets.read
    grace: 30m
    register: https://vendor.example/apps
    before: ["Make an application of the type Web.", "Give it the permission to read tickets."]
    learn:
      - {setting: realm, parameter: realmId}
      - {url: "{config.url}/connections", items: body, name: item.tenantName, settings: {tenant: item.tenantId}}
identity: {request: {path: /me}, name: me.name}
check: {steps: [{name: read tickets, request: {path: /tickets}, found: Tickets can be read.}]}
streams:
  tickets:
    every: 1m
    fresh_for: 5m
    request: {path: /tickets}
    items: body.items
    emit:
      - kind: ticket
        key: item.id
        company: item.company
        map: {number: item.id, subject: item.subject, status: item.status}
`;

const question = (fields) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Let it in?</title><main><h1>Let it in?</h1><form method="post" action="/authorize">
${[...fields].map(([name, value]) => `<input type="hidden" name="${name}" value="${value.replaceAll(/[^\w:/.-]/g, "")}">`).join("")}
<button name="decision" value="allow">Allow</button><button name="decision" value="deny">Deny</button></form></main></html>`;

const hash = (text) => createHash("sha256").update(text).digest("base64url");

export class Vendor {
  // open starts the vendor and puts its manifest into the folder of a Home.
  static async open(folder, redirect) {
    const it = new Vendor();
    it.redirect = redirect;
    it.reset();
    it.server = createServer((request, response) => it.#serve(request, response));
    await new Promise((resolve) => it.server.listen(0, "127.0.0.1", resolve));
    it.url = `http://127.0.0.1:${it.server.address().port}`;
    await mkdir(join(folder, "connectors"), { recursive: true });
    await writeFile(join(folder, "connectors", "agreed.yaml"), manifest);
    return it;
  }

  // reset is the vendor as it begins; what was agreed to stays.
  reset() {
    Object.assign(this, { secret: client.secret, realm: "9130", down: false, tenants: [{ tenantId: "t-1", tenantName: "Halden Works" }] });
    this.codes ??= new Map();
    this.access ??= new Set();
    this.refresh ??= new Set();
  }

  // revoke ends everything that people agreed to, as they can at the vendor.
  revoke() {
    this.access.clear();
    this.refresh.clear();
  }

  async #serve(request, response) {
    const url = new URL(request.url, this.url);
    let body = "";
    for await (const part of request) body += part;
    const json = (status, value) => response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(value));
    if (url.pathname === "/authorize") return this.#authorize(request.method === "POST" ? new URLSearchParams(body) : url.searchParams, response);
    if (url.pathname === "/token") return this.down ? json(503, { error: "server_error" }) : this.#token(request, new URLSearchParams(body), json);
    if (!this.access.has((request.headers.authorization ?? "").replace("Bearer ", ""))) return json(401, { error: "invalid_token" });
    switch (url.pathname) {
      case "/connections": return json(200, this.tenants);
      case "/me": return json(200, { name: "Portal app" });
      case "/tickets": return json(200, { items: [{ id: "1", subject: "Printer", status: "open", company: "Nordwind" }] });
      default: return json(404, {});
    }
  }

  #authorize(fields, response) {
    if (fields.get("client_id") !== client.id || fields.get("redirect_uri") !== this.redirect || fields.get("code_challenge_method") !== "S256") {
      return response.writeHead(400).end("bad request");
    }
    const decision = fields.get("decision");
    if (!decision) return response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end(question(fields));
    const back = new URL(this.redirect);
    back.searchParams.set("state", fields.get("state"));
    if (decision === "allow") {
      const code = randomBytes(12).toString("hex");
      this.codes.set(code, fields.get("code_challenge"));
      back.searchParams.set("code", code);
      back.searchParams.set("realmId", this.realm);
    } else {
      back.searchParams.set("error", "access_denied");
    }
    return response.writeHead(302, { Location: back.href }).end();
  }

  #token(request, form, json) {
    const basic = Buffer.from((request.headers.authorization ?? "").replace("Basic ", ""), "base64").toString().split(":");
    const [id, secret] = basic.length === 2 ? basic : [form.get("client_id"), form.get("client_secret")];
    if (id !== client.id || secret !== this.secret) return json(401, { error: "invalid_client" });
    if (form.get("grant_type") === "authorization_code") {
      const challenge = this.codes.get(form.get("code"));
      this.codes.delete(form.get("code"));
      if (!challenge || challenge !== hash(form.get("code_verifier") ?? "")) return json(400, { error: "invalid_grant" });
    } else if (!this.refresh.delete(form.get("refresh_token"))) {
      return json(400, { error: "invalid_grant" });
    }
    const [access, refresh] = [randomBytes(12).toString("hex"), randomBytes(12).toString("hex")];
    this.access.add(access);
    this.refresh.add(refresh);
    return json(200, { access_token: access, token_type: "Bearer", expires_in: 3600, refresh_token: refresh });
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}
