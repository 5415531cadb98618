// closeMenus shuts an open menu when the reader turns to something else or
// presses Escape; the browser itself opens it and shuts it by its own button.
export function closeMenus(doc) {
  const open = () => doc.querySelectorAll("details[data-menu][open]");
  doc.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
  doc.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}
