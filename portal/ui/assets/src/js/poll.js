// pauseWhenHidden stops asking for news while nobody looks.
export function pauseWhenHidden(doc) {
  doc.addEventListener("htmx:beforeRequest", (event) => {
    if (doc.hidden && event.target.closest("[data-poll]")) event.preventDefault();
  });
}

// askQuietly marks what a page asks by itself, so that it keeps nobody signed in.
export function askQuietly(doc) {
  doc.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb === "get") event.detail.headers["Portico-Background"] = "1";
  });
}
