// What somebody is typing survives a closed tab and a session that ended. It
// stays in this browser, under a key that names the user and the form, and goes
// when the server shows that it has recorded the very form that was sent, or
// after a week.
const prefix = "portico.draft.";
const week = 7 * 24 * 3600 * 1000;

// read returns a kept draft, or undefined when there is none that can be used.
function read(store, name) {
  try {
    const draft = JSON.parse(store.getItem(name));
    return draft && typeof draft.fields === "object" ? draft : undefined;
  } catch {
    return undefined;
  }
}

function write(store, name, draft) {
  try {
    store.setItem(name, JSON.stringify(draft));
  } catch {
    // Storage is full or forbidden: typing must go on.
  }
}

// sweep removes drafts that the server has recorded, and those that are too old.
export function sweep(store, recorded, now) {
  for (const name of Object.keys(store).filter((n) => n.startsWith(prefix))) {
    const draft = read(store, name);
    if (!draft || recorded.has(draft.sent) || now - draft.at > week) store.removeItem(name);
  }
}

const typed = (form) => [...form.elements].filter((el) => el.name && el.matches("textarea, input[type=text], select"));

// keepDrafts works on every form[data-draft] below root. Fields that already hold
// something (the server gave it back after a mistake) are left alone.
export function keepDrafts(root, store) {
  const recorded = new Set([...document.querySelectorAll("[data-recorded]")].map((el) => el.dataset.recorded));
  sweep(store, recorded, Date.now());
  for (const form of root.querySelectorAll("form[data-draft]")) {
    if (form.dataset.kept) continue;
    form.dataset.kept = "yes";
    const name = prefix + form.dataset.draft;
    restore(form, read(store, name));
    let waiting = 0;
    const save = (sent) => {
      clearTimeout(waiting);
      const fields = Object.fromEntries(typed(form).filter((el) => el.value !== el.dataset.given).map((el) => [el.name, el.value]));
      if (Object.values(fields).some((v) => v.trim())) write(store, name, { fields, sent, at: Date.now() });
      else store.removeItem(name);
    };
    form.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(save, 300);
    });
    form.addEventListener("submit", () => save(form.elements.key?.value));
    window.addEventListener("pagehide", () => { if (waiting) save(read(store, name)?.sent); });
  }
}

function restore(form, draft) {
  for (const el of typed(form)) el.dataset.given = el.tagName === "SELECT" ? el.value : "";
  if (!draft) return;
  let restored = false;
  for (const el of typed(form)) {
    const kept = draft.fields[el.name];
    if (kept === undefined || (el.tagName !== "SELECT" && el.value)) continue;
    el.value = kept;
    restored ||= el.tagName !== "SELECT";
    el.dispatchEvent(new Event("input", { bubbles: false }));
  }
  const note = form.querySelector("[data-restored]");
  if (note && restored) note.hidden = false;
}
