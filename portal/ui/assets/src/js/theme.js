// chooseTheme lets a reader choose light or dark; without a choice the system
// decides. The choice is a cookie, so that the server draws the next page right
// from its first byte.
const year = 365 * 24 * 3600;

export function chooseTheme(doc) {
  const html = doc.documentElement;
  const buttons = [...doc.querySelectorAll("button[data-theme]")];
  const mark = () => {
    const now = html.dataset.bsTheme || "";
    for (const b of buttons) b.setAttribute("aria-pressed", String(b.dataset.theme === now));
  };
  for (const button of buttons) {
    button.closest("[data-needs-script]").hidden = false;
    button.addEventListener("click", () => {
      const theme = button.dataset.theme;
      if (theme) html.dataset.bsTheme = theme;
      else delete html.dataset.bsTheme;
      doc.cookie = `portico_theme=${theme}; Path=/; SameSite=Lax; Max-Age=${theme ? year : 0}`;
      mark();
    });
  }
  mark();
}
