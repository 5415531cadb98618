// Starts the built program on a free port with a data folder of its own, and ends
// exactly that process.
import { spawn, execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const root = fileURLToPath(new URL("../../../../", import.meta.url));
const binary = process.env.PORTICO_TEST_BINARY || join(root, "bin/portico");
const readyWithin = 30_000; // ms; the machine may be busy
const drainWithin = 30_000; // ms; what the program promises

// A Home is a folder with a configuration in the environment, and maybe a process.
export class Home {
  static async make() {
    const home = new Home();
    home.folder = await mkdtemp(join(tmpdir(), "portico-browser-"));
    home.url = `http://127.0.0.1:${await freePort()}`;
    home.log = "";
    home.settings = {}; // more variables of the environment
    return home;
  }

  #options() {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("PORTICO_"));
    return {
      cwd: this.folder,
      env: {
        ...Object.fromEntries(inherited),
        PORTICO_LISTEN: this.url.slice("http://".length),
        PORTICO_DATA: join(this.folder, "data"),
        ...this.settings,
      },
    };
  }

  // run carries out one command of the program. Extra variables carry secrets.
  async run(args, extra = {}) {
    const options = this.#options();
    Object.assign(options.env, extra);
    return promisify(execFile)(binary, args, options);
  }

  // serve starts the program and waits until it answers.
  async serve(...args) {
    this.process = spawn(binary, ["serve", ...args], { ...this.#options(), stdio: ["ignore", "pipe", "pipe"] });
    const note = (chunk) => (this.log += chunk);
    this.process.stdout.on("data", note);
    this.process.stderr.on("data", note);
    this.ended = new Promise((resolve) => this.process.once("exit", (code, signal) => resolve({ code, signal })));
    const deadline = Date.now() + readyWithin;
    while (Date.now() < deadline) {
      if (this.process.exitCode !== null) break;
      if (await fetch(this.url + "/signin").then((r) => r.ok, () => false)) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`the program does not answer at ${this.url}:\n${this.log}`);
  }

  // stop drains the program and fails when it ended badly.
  async stop() {
    if (this.process && this.process.exitCode === null) {
      this.process.kill("SIGTERM");
      const late = setTimeout(() => this.process.kill("SIGKILL"), drainWithin);
      const { code, signal } = await this.ended;
      clearTimeout(late);
      if (code !== 0) throw new Error(`the program ended with code ${code}, signal ${signal}:\n${this.log}`);
    }
  }

  // end stops the program and removes the folder.
  async end() {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
