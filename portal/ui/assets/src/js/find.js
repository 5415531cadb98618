// findInLists shows of a list only what holds the text of its search field, while it
// is typed. Without it the form around the field asks the server.
export function findInLists(root) {
  for (const field of root.querySelectorAll("input[data-finds]")) {
    const list = document.getElementById(field.dataset.finds);
    const none = document.querySelector(`[data-none="${field.dataset.finds}"]`);
    field.addEventListener("input", () => {
      const wanted = field.value.trim().toLocaleLowerCase();
      let found = 0;
      for (const item of list.children) {
        item.hidden = !item.textContent.toLocaleLowerCase().includes(wanted);
        if (!item.hidden) found += 1;
      }
      none.hidden = found > 0;
    });
  }
}
