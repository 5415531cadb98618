// Relative times grow old while a page is open. The server wrote the words; they
// come again from the body's data-ago list, so that they are written in one place.
const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

// ago puts seconds in words: "just now|%d min ago|%d h ago|%d days ago" with
// yesterday as the fifth. It must agree with the server's words.Reader.Ago.
export function ago(seconds, words) {
  const [now, minutes, hours, days, yesterday] = words;
  if (seconds < minute) return now;
  if (seconds < hour) return minutes.replace("%d", Math.floor(seconds / minute));
  if (seconds < day) return hours.replace("%d", Math.floor(seconds / hour));
  if (seconds < 2 * day) return yesterday;
  return days.replace("%d", Math.floor(seconds / day));
}

// refreshTimes rewrites every time[data-ago] twice a minute. The server's clock
// counts: the difference to this machine's is taken once.
export function refreshTimes(doc) {
  const words = (doc.body.dataset.ago || "").split("|");
  const loaded = Date.now();
  const served = Date.parse(doc.body.dataset.now || "");
  if (words.length < 5 || Number.isNaN(served)) return;
  setInterval(() => {
    const now = served + (Date.now() - loaded);
    for (const el of doc.querySelectorAll("time[data-ago]")) {
      const at = Date.parse(el.dateTime);
      if (!Number.isNaN(at)) el.textContent = ago((now - at) / 1000, words);
    }
  }, 30_000);
}
