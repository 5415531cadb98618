// showFiles lists what was chosen and says at once what is too large or too many;
// the server refuses the same, by the same limits.
export function showFiles(root) {
  for (const input of root.querySelectorAll("input[type=file][data-max]")) {
    const list = document.getElementById(input.id + "-chosen");
    if (!list || input.dataset.shown) continue;
    input.dataset.shown = "yes";
    input.closest("[data-attach]").classList.add("has-script");
    input.addEventListener("change", () => {
      const max = Number(input.dataset.max);
      const files = [...input.files];
      const lines = files.map((file) => line(`${file.name} · ${size(file.size)}`, file.size > max && input.dataset.large));
      if (files.length > Number(input.dataset.count)) lines.push(line("", input.dataset.many));
      list.replaceChildren(...lines);
    });
  }
}

function line(text, problem) {
  const li = document.createElement("li");
  li.textContent = [text, problem].filter(Boolean).join(" · ");
  li.classList.toggle("is-over", Boolean(problem));
  return li;
}

// size writes bytes as the server does: decimal units, one digit below ten.
export function size(bytes) {
  let unit = 0;
  while (bytes >= 1000 && unit < 3) {
    bytes /= 1000;
    unit++;
  }
  const digits = unit > 0 && bytes < 9.95 ? 1 : 0;
  return `${bytes.toFixed(digits)} ${["B", "kB", "MB", "GB"][unit]}`;
}
