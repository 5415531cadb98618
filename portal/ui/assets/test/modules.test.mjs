// What the scripts and the server must agree on, and what must never be lost.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ago } from "../src/js/ago.js";
import { sweep } from "../src/js/draft.js";
import { size } from "../src/js/files.js";
import { concern } from "../src/js/live.js";

test("ages read as the server writes them", () => {
  const words = "just now|%d min ago|%d h ago|%d days ago|yesterday".split("|");
  const cases = [[-3600, "just now"], [59, "just now"], [60, "1 min ago"], [3599, "59 min ago"], [3600, "1 h ago"], [86399, "23 h ago"], [86400, "yesterday"], [172799, "yesterday"], [172800, "2 days ago"]];
  for (const [seconds, want] of cases) assert.equal(ago(seconds, words), want);
});

test("sizes read as the server writes them", () => {
  const cases = [[0, "0 B"], [999, "999 B"], [9960, "10 kB"], [14200, "14 kB"], [2450000, "2.5 MB"]];
  for (const [bytes, want] of cases) assert.equal(size(bytes), want);
});

// storage is what localStorage does, for Object.keys too.
function storage(items) {
  const methods = {
    getItem(name) { return this[name] ?? null; },
    removeItem(name) { delete this[name]; },
  };
  return Object.assign(Object.create(methods), items);
}

test("a draft goes when its form was recorded, or after a week, and not before", () => {
  const now = 1_000_000_000_000;
  const draft = (sent, at) => JSON.stringify({ fields: { text: "x" }, sent, at });
  const store = storage({
    "portico.draft.typing": draft(undefined, now - 1000),
    "portico.draft.sent-unknown": draft("key-1", now - 1000),
    "portico.draft.sent-recorded": draft("key-2", now - 1000),
    "portico.draft.old": draft(undefined, now - 8 * 24 * 3600 * 1000),
    "portico.draft.broken": "{",
    "somebody-elses": "kept",
  });
  sweep(store, new Set(["key-2", "key-9"]), now);
  assert.deepEqual(Object.keys(store).sort(), ["portico.draft.sent-unknown", "portico.draft.typing", "somebody-elses"]);
});

test("a page is fetched again at once for what it shows, later for what its frame counts, else not", () => {
  const part = (live, more) => ({ dataset: { live, ...more } });
  const page = (...parts) => ({ querySelectorAll: () => parts });
  const nav = part("ticket", { liveFrame: "" });
  const ticket = page(nav, part(""), part("ticket comment attachment", { liveId: "t-1" }), part("action"));
  const assets = page(nav, part("asset"));
  const home = page(nav, part("ticket action"));
  const cases = [
    [ticket, { kind: "ticket", ids: ["t-0", "t-1"] }, true], [ticket, { kind: "ticket", ids: ["t-2"] }, false], [ticket, { kind: "ticket" }, true],
    [ticket, { kind: "comment" }, true], [ticket, { kind: "action" }, false], [ticket, { kind: "asset", ids: ["a"] }, undefined], [ticket, {}, true],
    [assets, { kind: "ticket", ids: ["t-1"] }, false], [assets, { kind: "comment" }, undefined], [assets, { kind: "asset", ids: ["a"] }, true],
    [home, { kind: "ticket", ids: ["t-1"] }, true], [home, { kind: "action" }, false],
    [page(part("")), {}, undefined],
  ];
  for (const [doc, change, want] of cases) assert.equal(concern(doc, change), want, JSON.stringify(change));
});
