// Builds dist/ from src/: one style sheet (Tabler, cut down to what the pages use,
// then ours), one script, one icon sprite. File names carry a hash of the content,
// each file stands beside its gzip and brotli form, manifest.json maps the names.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { PurgeCSS } from "purgecss";

const here = fileURLToPath(new URL(".", import.meta.url));
const dist = here + "dist/";
const portal = here + "../../";
const target = ["chrome123", "firefox121", "safari17.5"]; // the first with light-dark()

// used reads tag, class and attribute names from a templ file, and nothing from its
// words: the default extractor would keep .page because a text says "page".
function used(text) {
  const all = (pattern) => [...text.matchAll(pattern)].map((m) => m[1]);
  return {
    tags: ["html", "body", ...all(/<([a-z][a-z0-9]*)/g)],
    classes: all(/class=(?:"([^"]*)"|\{[^}]*\})/g).flatMap((c) => (c || "").split(/\s+/)).concat(all(/"((?:btn|form|is)-[a-z-]+|btn)"/g)),
    ids: [],
    attributes: { names: all(/\s([a-z-]+)=/g), values: all(/(?:type|data-bs-theme)="([^"]*)"/g) },
    undetermined: [],
  };
}

async function templates(folder) {
  const found = await readdir(folder, { recursive: true });
  const names = found.filter((n) => n.endsWith(".templ") && !n.includes("node_modules"));
  return Promise.all(names.map(async (n) => ({ raw: await readFile(folder + n, "utf8"), extension: "templ" })));
}

async function style() {
  const tabler = await readFile(here + "node_modules/@tabler/core/dist/css/tabler.css", "utf8");
  const [purged] = await new PurgeCSS().purge({
    content: await templates(portal),
    css: [{ raw: tabler }],
    extractors: [{ extractor: used, extensions: ["templ"] }],
    variables: true,
    keyframes: true,
    fontFace: true,
  });
  const ours = await esbuild.build({ entryPoints: [here + "src/css/app.css"], bundle: true, write: false, target });
  const both = purged.css + "\n" + ours.outputFiles[0].text;
  const { code } = await esbuild.transform(both, { loader: "css", minify: true, target });
  return code;
}

async function script() {
  const out = await esbuild.build({
    entryPoints: [here + "src/js/app.js"], bundle: true, minify: true, write: false, format: "iife", target, legalComments: "none",
  });
  return out.outputFiles[0].text;
}

// sprite keeps only the drawing of each icon; size and stroke come from the style sheet.
async function sprite() {
  const names = JSON.parse(await readFile(here + "src/icons.json", "utf8"));
  const symbols = await Promise.all(names.map(async (name) => {
    const svg = await readFile(`${here}node_modules/@tabler/icons/icons/outline/${name}.svg`, "utf8");
    const drawing = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>")).replace(/\s*\n\s*/g, "");
    return `<symbol id="i-${name}" viewBox="0 0 24 24">${drawing}</symbol>`;
  }));
  return symbols.join("");
}

async function emit(manifest, logical, text) {
  const data = Buffer.from(text);
  const hash = createHash("sha256").update(data).digest("hex").slice(0, 12);
  const [, stem, ext] = logical.match(/^(.*)(\.[a-z]+)$/);
  const name = `${stem}.${hash}${ext}`;
  const br = brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: data.length } });
  const gz = gzipSync(data, { level: 9 });
  await Promise.all([writeFile(dist + name, data), writeFile(dist + name + ".br", br), writeFile(dist + name + ".gz", gz)]);
  manifest[logical] = name;
  return [logical, data.length, gz.length, br.length];
}

await mkdir(dist, { recursive: true });
for (const name of await readdir(dist)) if (name !== "placeholder.txt") await rm(dist + name);
const [css, js, icons] = await Promise.all([style(), script(), sprite()]);
const manifest = {};
const rows = [await emit(manifest, "app.css", css), await emit(manifest, "app.js", js)];
await writeFile(dist + "sprite.svg", icons);
await writeFile(dist + "manifest.json", JSON.stringify(manifest, null, 2) + "\n");

const total = rows.reduce((sum, row) => sum + row[2], 0);
for (const [name, raw, gz, br] of rows) console.log(`${name}: ${raw} bytes, gzip ${gz}, brotli ${br}`);
console.log(`sprite.svg: ${icons.length} bytes`);
const budget = 120_000; // compressed bytes of a first page, with its HTML
if (total > budget - 20_000) {
  console.error(`styles and script are ${total} bytes compressed: too much for a first page of ${budget}`);
  process.exit(1);
}
