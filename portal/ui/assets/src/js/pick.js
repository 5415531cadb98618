// pickColours shows the browser's colour picker beside a field for a colour, and
// keeps the two the same. The field is what is sent.
export function pickColours(root) {
  for (const picker of root.querySelectorAll("input[type=color][data-picks]")) {
    const field = document.getElementById(picker.dataset.picks);
    picker.closest("[data-needs-script]").hidden = false;
    picker.addEventListener("input", () => {
      field.value = picker.value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    field.addEventListener("input", () => {
      if (/^#[0-9a-f]{6}$/i.test(field.value)) picker.value = field.value.toLowerCase();
    });
  }
}
