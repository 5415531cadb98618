// The real systems that the live walk is taken on, as the environment names them, and
// what is done in them beside Portico.
import { createServer, request } from "node:http";

const given = process.env;

export const systems = {
  desk: { address: given.PORTICO_TEST_RT, token: given.PORTICO_TEST_RT_TOKEN },
  tryton: { address: given.PORTICO_TEST_TRYTON, password: given.PORTICO_TEST_TRYTON_PASSWORD },
  calendar: { address: given.PORTICO_TEST_CALDAV, user: given.PORTICO_TEST_CALDAV_USER, password: given.PORTICO_TEST_CALDAV_PASSWORD },
};

// missing says which systems are not named, or is false when all are.
export function missing() {
  const absent = Object.entries(systems).filter(([, values]) => Object.values(values).some((value) => !value)).map(([name]) => name);
  return absent.length > 0 && `needs three real systems; not named: ${absent.join(", ")} (PORTICO_TEST_RT, PORTICO_TEST_TRYTON, PORTICO_TEST_CALDAV, as "make test-live" says)`;
}

async function answered(response) {
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${text}`);
  return text;
}

// reply writes publicly to a ticket, as somebody at the provider does.
export async function reply(ticket, text) {
  await answered(await fetch(`${systems.desk.address}/ticket/${ticket}/correspond`, {
    method: "POST",
    headers: { Authorization: `token ${systems.desk.token}`, "Content-Type": "application/json" },
    body: JSON.stringify({ Content: text, ContentType: "text/plain" }),
  }));
}

// conversation is all that was written to a ticket.
export async function conversation(ticket) {
  const headers = { Authorization: `token ${systems.desk.token}` };
  const history = JSON.parse(await answered(await fetch(`${systems.desk.address}/ticket/${ticket}/history?fields=Type&per_page=100`, { headers })));
  const said = history.items.filter((item) => item.Type === "Correspond").map(async ({ id }) =>
    answered(await fetch(`${systems.desk.address}/transaction/${id}/attachments?fields=Content`, { headers })));
  return (await Promise.all(said)).join("\n");
}

async function tryton(method, ...params) {
  const basic = Buffer.from(`hub:${systems.tryton.password}`).toString("base64");
  const text = await answered(await fetch(`${systems.tryton.address.replace(/\/$/, "")}/hub/`, {
    method: "POST",
    headers: { Authorization: `Basic ${basic}`, "Content-Type": "application/json" },
    body: JSON.stringify({ id: 1, method, params }),
  }));
  const { result, error } = JSON.parse(text);
  if (error) throw new Error(`${method}: ${JSON.stringify(error)}`);
  return result;
}

// payments counts the moves in Tryton that carry a text.
export const payments = (text) => tryton("model.account.move.search_count", [["description", "ilike", `%${text}%`]], { company: 1 });

// calendar puts events into the real calendar and takes them out.
export const calendar = {
  at: (name) => `${systems.calendar.address.replace(/\/$/, "")}/maintenance/${name.replaceAll(" ", "-")}.ics`,
  headers: () => ({ Authorization: `Basic ${Buffer.from(`${systems.calendar.user}:${systems.calendar.password}`).toString("base64")}` }),

  async put(name, client, start) {
    const basic = (at) => at.toISOString().replaceAll(/[-:]|\.\d+/g, "");
    const lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Portico//Walk//EN", "BEGIN:VEVENT", `UID:${name.replaceAll(" ", "-")}`, `DTSTAMP:${basic(new Date())}`,
      `DTSTART:${basic(start)}`, `DTEND:${basic(new Date(start.getTime() + 3_600_000))}`, `SUMMARY:${name}`, `CATEGORIES:${client}`, "END:VEVENT", "END:VCALENDAR", ""];
    await answered(await fetch(this.at(name), { method: "PUT", headers: { ...this.headers(), "Content-Type": "text/calendar; charset=utf-8" }, body: lines.join("\r\n") }));
  },

  async remove(name) {
    await answered(await fetch(this.at(name), { method: "DELETE", headers: this.headers() }));
  },
};

// A Forgetful stands between Portico and a system, and once, when it is told to, loses
// the answer to a request that has taken effect.
export class Forgetful {
  static async open(target) {
    const it = new Forgetful();
    const to = new URL(target);
    it.lost = 0;
    it.server = createServer((from, back) => {
      const parts = [];
      from.on("data", (part) => parts.push(part));
      from.on("end", () => {
        const body = Buffer.concat(parts);
        const on = request({ host: to.hostname, port: to.port, method: from.method, path: from.url, headers: { ...from.headers, host: to.host } }, (answer) => {
          const whole = [];
          answer.on("data", (part) => whole.push(part));
          answer.on("end", () => {
            if (it.forgets?.test(body.toString())) {
              it.forgets = undefined;
              it.lost++;
              from.socket.destroy();
              return;
            }
            back.writeHead(answer.statusCode, answer.headers);
            back.end(Buffer.concat(whole));
          });
        });
        on.on("error", () => from.socket.destroy());
        on.end(body);
      });
    });
    await new Promise((resolve) => it.server.listen(0, "127.0.0.1", resolve));
    it.url = `http://127.0.0.1:${it.server.address().port}`;
    return it;
  }

  // forget loses the answer to the next request whose body fits the pattern.
  forget(pattern) {
    this.forgets = pattern;
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}
