// countCharacters says how much room is left. The limit is also in the page's
// text and is enforced by the server, which counts the same way: code points.
export function countCharacters(root) {
  for (const field of root.querySelectorAll("[data-limit]")) {
    const out = field.ownerDocument.getElementById(field.id + "-count");
    if (!out || field.dataset.counted) continue;
    field.dataset.counted = "yes";
    const limit = Number(field.dataset.limit);
    const rule = out.textContent;
    const show = () => {
      const used = [...field.value].length;
      out.textContent = used === 0 ? rule : out.dataset.words.replace("%d", used.toLocaleString(document.documentElement.lang || "en"));
      out.classList.toggle("is-over", used > limit);
    };
    field.addEventListener("input", show);
    show();
  }
}
