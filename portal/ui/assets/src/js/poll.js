// pauseWhenHidden stops asking for news while nobody looks.
export function pauseWhenHidden(doc) {
  doc.addEventListener("htmx:beforeRequest", (event) => {
    if (doc.hidden && event.target.closest("[data-poll]")) event.preventDefault();
  });
}
