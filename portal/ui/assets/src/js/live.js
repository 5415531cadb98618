// followLive keeps the parts of a page that are marked data-live as they are on the
// server. When the stream says that something they show has changed, the page is
// fetched again and those parts are made like the new ones; nothing else is touched.
// A page that hears nothing asks by itself.
import { morph } from "./morph.js";
import { hear } from "./stream.js";

const unheard = 40_000; // ms without a sign of life: the stream does not work
const byItself = 30_000; // ms between questions when nothing is heard
const freshen = 120_000; // ms: how old a source's data is changes without an event
const doubt = 5_000; // ms: a change so short before the page may not be on it

// soon is for what the page itself shows, later for what only its frame counts.
// Both are spread, so that many open pages do not ask at once.
const soon = () => 100 + Math.random() * 300;
const later = () => 2_000 + Math.random() * 4_000;

export function followLive(doc, inserted) {
  const address = doc.body.dataset.events;
  if (!address) return;
  const state = { shown: Date.parse(doc.body.dataset.now), asked: Date.now(), heard: 0, due: 0, timer: 0, held: false, over: false };

  const plan = (ms) => {
    const due = Date.now() + ms;
    if (state.over || (state.due && state.due <= due)) return;
    clearTimeout(state.timer);
    state.due = due;
    state.timer = setTimeout(refresh, ms);
  };

  async function refresh() {
    state.due = 0;
    if (doc.hidden) return; // it is asked when somebody looks again
    if (state.asking) return plan(soon());
    state.asking = true;
    state.asked = Date.now();
    const text = await ask().catch(() => undefined); // the portal is away; the next question finds it
    state.asking = false;
    if (!text) return;
    const fresh = new DOMParser().parseFromString(text, "text/html");
    state.shown = Date.parse(fresh.body.dataset.now);
    state.held = swap(doc, fresh, inserted);
  }

  async function ask() {
    const answer = await fetch(location.pathname + location.search, { headers: { "Portico-Background": "1" } });
    state.over ||= answer.redirected || answer.status === 404; // signed out, or no longer theirs
    return answer.ok && !state.over ? answer.text() : undefined;
  }

  hear(address, (name, data) => {
    state.heard = Date.now();
    if (name === "end") state.over = true;
    else if (name === "hello" && Date.parse(data.changed) + doubt >= state.shown) plan(soon());
    else if (name === "change") {
      const near = concern(doc, data);
      if (near !== undefined) plan(near ? soon() : later());
    }
  });

  setInterval(() => {
    const now = Date.now();
    const wait = now - state.heard > unheard ? byItself : freshen;
    if (!doc.hidden && now - state.asked >= wait) plan(0);
  }, 5_000);
  doc.addEventListener("portico:ended", () => plan(0));
  doc.addEventListener("visibilitychange", () => { if (!doc.hidden) plan(soon()); });
  // What was left because somebody was at it is brought up to date when they leave.
  for (const name of ["focusout", "pointerout", "selectionchange"]) {
    doc.addEventListener(name, () => { if (state.held && !state.due) plan(1_000); });
  }
}

// concern is true for a change that the page is about, false for one that only its
// frame counts, undefined for one that it does not show. A change without a kind
// may be any; one without ids may be of any of the kind.
export function concern(doc, { kind, ids }) {
  let found;
  for (const part of doc.querySelectorAll("[data-live]")) {
    const kinds = part.dataset.live;
    if (!kinds || (kind && !kinds.split(" ").includes(kind))) continue; // one without kinds goes with the others
    const other = ids && part.dataset.liveId && !ids.includes(part.dataset.liveId);
    // What somebody asked for reports by itself where it is followed.
    if (other || kind === "action" || "liveFrame" in part.dataset) found ??= false;
    else found = true;
  }
  return found;
}

// swap makes the marked parts like the fresh ones and returns whether something was
// left as it was.
function swap(doc, fresh, inserted) {
  const steady = hold(doc);
  const active = doc.activeElement;
  let held = false;
  let grown;
  for (const part of doc.querySelectorAll("[data-live][id]")) {
    const next = fresh.getElementById(part.id);
    if (!next) continue;
    held = morph(part, next, (node) => {
      if (part.dataset.grown && node.matches("li")) {
        node.dataset.new = "";
        grown = part.dataset.grown;
      }
      inserted(node);
    }) || held;
  }
  if (active !== doc.activeElement && active?.isConnected) active.focus({ preventScroll: true });
  doc.title = fresh.title;
  steady();
  if (grown) announce(doc, grown);
  return held;
}

// hold keeps what is being typed where it is on the screen when parts above it grow.
// Browsers do that by themselves for most of a page, but not at its very top.
function hold(doc) {
  const field = doc.activeElement;
  if (!field?.matches("textarea, input, select")) return () => {};
  const before = field.getBoundingClientRect().top;
  return () => requestAnimationFrame(() => {
    const moved = field.getBoundingClientRect().top - before;
    if (Math.abs(moved) >= 1) window.scrollBy({ top: moved, behavior: "instant" });
  });
}

// announce says it to those who listen, when they are not listening to something else.
function announce(doc, text) {
  const out = doc.getElementById("live-said");
  if (!out) return;
  out.textContent = "";
  setTimeout(() => { out.textContent = text; }, 100);
}
