// Receives webhooks on a free port of the loopback interface, which it writes to
// standard output, and verifies each with the secrets of its arguments. The
// answer is 204 when all of them verify it and none verifies an altered copy.
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

const verifiers = process.argv.slice(2).map((secret) => new Webhook(secret));

function refused(verifier, body, headers) {
  try {
    verifier.verify(body, headers);
    return false;
  } catch {
    return true;
  }
}

function judge(body, headers) {
  for (const verifier of verifiers) {
    const event = verifier.verify(body, headers);
    if (event.id !== headers["webhook-id"] || !event.type || !event.timestamp) {
      throw new Error("the envelope does not fit its headers");
    }
    const late = { ...headers, "webhook-timestamp": String(Number(headers["webhook-timestamp"]) - 1) };
    const other = { ...headers, "webhook-id": headers["webhook-id"] + "x" };
    if (!refused(verifier, body + " ", headers) || !refused(verifier, body, late) || !refused(verifier, body, other)) {
      throw new Error("an altered message was verified");
    }
  }
}

const server = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  try {
    judge(body, request.headers);
    response.writeHead(204).end();
  } catch (error) {
    response.writeHead(400).end(String(error));
  }
});

server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit(0)).resume(); // ends with whoever started it
