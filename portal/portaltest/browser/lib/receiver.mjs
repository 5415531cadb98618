// A back office that receives webhooks and believes only what is signed.
import assert from "node:assert/strict";
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

// genuine checks a message as the Standard Webhooks specification says.
function genuine({ headers, body }, signingSecret) {
  const key = Buffer.from(signingSecret.slice("whsec_".length), "base64");
  const want = createHmac("sha256", key).update(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`).digest();
  return headers["webhook-signature"].split(" ").some((one) => {
    const got = Buffer.from(one.replace(/^v1,/, ""), "base64");
    return got.length === want.length && timingSafeEqual(got, want);
  });
}

export class Receiver {
  static async open() {
    const it = new Receiver();
    it.messages = [];
    it.server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => (body += chunk));
      request.on("end", () => {
        it.messages.push({ headers: request.headers, body });
        response.writeHead(204).end();
      });
    });
    await new Promise((resolve) => it.server.listen(0, "127.0.0.1", resolve));
    it.address = `127.0.0.1:${it.server.address().port}`;
    return it;
  }

  // heard waits for the first message, which has to be of a type and signed, and
  // returns what it says. With one character changed the signature has to fail.
  async heard(type, signingSecret) {
    for (const deadline = Date.now() + 30_000; this.messages.length === 0; await new Promise((resolve) => setTimeout(resolve, 100))) {
      assert.ok(Date.now() < deadline, "the back office heard nothing");
    }
    const [message] = this.messages;
    assert.ok(genuine(message, signingSecret), "the signature is not right");
    assert.ok(!genuine({ ...message, body: message.body.replace("a", "b") }, signingSecret), "a changed message passes");
    const said = JSON.parse(message.body);
    assert.equal(said.type, type);
    return said;
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}
