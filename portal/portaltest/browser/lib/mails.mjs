// Without a mail server the program keeps its mails as files.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

// mailed is what a pattern finds in the newest mail of a sort to somebody; data is
// the program's data folder.
export async function mailed(data, sort, to, pattern) {
  const folder = join(data, "mails"), kind = new RegExp(`-${sort}(-[a-z0-9]+)?\\.eml$`);
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 200))) {
    const names = (await readdir(folder).catch(() => [])).filter((name) => kind.test(name)).sort().reverse();
    for (const name of names) {
      const text = (await readFile(join(folder, name), "utf8")).replaceAll("=\r\n", "").replaceAll("=3D", "=");
      const found = text.match(pattern);
      if (found && text.includes(to)) return found[0];
    }
  }
  throw new Error(`no ${sort} to ${to}`);
}
