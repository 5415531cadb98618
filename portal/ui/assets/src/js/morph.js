// morph makes a part of the page like a newer copy of it, and leaves alone what
// somebody is at: what has the focus, what is selected, a form under the pointer,
// what was opened. Nodes that did not change stay the very same nodes.

// morph returns true when something was left as it was because somebody is at it.
// placed is called for every element that is new.
export function morph(old, next, placed) {
  const work = { held: false, placed };
  update(old, document.importNode(next, true), work);
  return work.held;
}

// pressed are forms that are just being sent, or are about to be.
const pressed = "form:hover, form[data-sent]";

// busy reports whether somebody is at the node or at something in it.
function busy(node) {
  const active = document.activeElement;
  if (active && active !== document.body && node.contains(active)) return true;
  if (node.nodeType === Node.ELEMENT_NODE && (node.matches(pressed) || node.querySelector(pressed))) return true;
  const chosen = document.getSelection();
  return Boolean(chosen && !chosen.isCollapsed && chosen.containsNode(node, true));
}

// print is what a node looks like apart from what the page's own scripts and its
// reader do to it: how old a time reads, whether a part is open.
function print(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return node.nodeValue;
  return node.outerHTML
    .replace(/(<time [^>]*\bdata-ago\b[^>]*>)[^<]*/g, "$1")
    .replace(/(<details[^>]*?) open(?:="")?(?=[ >])/g, "$1")
    .replace(/ data-new(?:="")?(?=[ >])/g, "");
}

function update(old, next, work) {
  if (old.isEqualNode(next)) return;
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeType === next.nodeType && !busy(old)) old.nodeValue = next.nodeValue;
    return;
  }
  // A form, and what asks for news by itself, was made as a whole.
  if (old.matches("form, [data-poll]")) {
    if (print(old) !== print(next)) replace(old, next, work);
    return;
  }
  attributes(old, next);
  children(old, next, work);
}

function replace(old, next, work) {
  if (busy(old)) {
    work.held = true;
    return;
  }
  const opened = [...old.querySelectorAll("details")].map((d) => d.open);
  old.replaceWith(next);
  next.querySelectorAll("details").forEach((d, i) => { d.open ||= Boolean(opened[i]); });
  work.placed(next);
}

// own are attributes that the server does not write: the reader and the scripts do.
const own = ["open", "data-new"];

function attributes(old, next) {
  for (const { name } of [...old.attributes]) {
    if (!next.hasAttribute(name) && !own.includes(name)) old.removeAttribute(name);
  }
  for (const { name, value } of next.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

// children pairs every wanted node with the old one that it is. What finds no pair
// is new, what is left is gone, and what stays keeps its place if it can.
function children(old, next, work) {
  const wanted = [...next.childNodes];
  const pairs = pair([...old.childNodes], wanted);
  const paired = new Set(pairs.values());
  const stays = new Set();
  for (const node of [...old.childNodes]) {
    if (paired.has(node)) continue;
    if (busy(node)) stays.add(node); // it goes when nobody is at it any more
    else node.remove();
  }
  work.held ||= stays.size > 0;
  let at = old.firstChild;
  for (const want of wanted) {
    while (stays.has(at)) at = at.nextSibling;
    const node = pairs.get(want);
    if (!node) {
      old.insertBefore(want, at);
      if (want.nodeType === Node.ELEMENT_NODE) work.placed(want);
      continue;
    }
    if (node === at) at = at.nextSibling;
    else old.insertBefore(node, at);
    update(node, want, work);
  }
}

// pair finds the old node of each wanted one: by its id, by looking the same, then
// by what it leads to or, of what is no item of a list, by its place.
function pair(have, wanted) {
  const pairs = new Map();
  const free = new Set(have);
  const take = (want, node) => {
    pairs.set(want, node);
    free.delete(node);
  };
  const match = (key) => {
    const places = new Map();
    for (const node of free) {
      const k = key(node);
      if (k) places.set(k, [...(places.get(k) ?? []), node]);
    }
    for (const want of wanted) {
      const list = pairs.has(want) ? undefined : places.get(key(want));
      if (list?.length) take(want, list.shift());
    }
  };
  match((node) => node.id && `${node.nodeName}#${node.id}`);
  match((node) => !node.id && `${node.nodeName} ${print(node)}`);
  match((node) => !node.id && `${node.nodeName} ${target(node)}`);
  return pairs;
}

// target is the address that an item leads to first; "" for what is no item.
function target(node) {
  if (node.nodeType !== Node.ELEMENT_NODE || !node.matches("li, tr, a")) return "";
  return (node.matches("a[href]") ? node : node.querySelector("a[href]"))?.getAttribute("href") ?? "";
}
