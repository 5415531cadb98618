// One event stream for each account and browser, shared by its tabs: over HTTP/1.1
// a browser opens six connections to a site, and a stream keeps one. A visible tab
// holds the lock and the stream and passes on what it hears; when it is hidden the
// next visible one takes over, and when all are hidden nobody listens.
const slots = 3; // streams at once, for tabs of different accounts
const silent = 45_000; // ms; the server gives a sign of life every 15 s
const again = 30_000; // ms until a refused stream is tried anew

// hear calls heard(name, data) for every event of the address, whichever tab
// receives it, until the server says that there is nothing to come back for.
// Without the means to share, nothing is ever heard.
export function hear(address, heard) {
  if (!navigator.locks || !window.BroadcastChannel || !window.EventSource) return;
  const channel = new BroadcastChannel(`portico:${address}`);
  let turn;
  let over = false;
  const take = (name, data) => {
    heard(name, data);
    if (name !== "end") return;
    over = true;
    follow();
  };
  const tell = (name, data) => {
    channel.postMessage([name, data]);
    take(name, data);
  };
  const follow = () => {
    if (over || document.hidden) {
      turn?.abort();
      turn = undefined;
    } else if (!turn) {
      turn = new AbortController();
      lead(address, tell, turn.signal);
    }
  };
  channel.onmessage = ({ data: [name, data] }) => take(name, data);
  document.addEventListener("visibilitychange", follow);
  follow();
}

// lead waits until no other tab listens, then listens until the signal.
async function lead(address, tell, signal) {
  try {
    await navigator.locks.request(`portico:${address}`, { signal }, () => withSlot(signal, () => listen(address, tell, signal)));
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

// withSlot runs task when this browser may hold one more stream, and tries again
// later when it may not: the pages ask by themselves meanwhile.
async function withSlot(signal, task) {
  while (!signal.aborted) {
    for (let slot = 0; slot < slots && !signal.aborted; slot++) {
      await navigator.locks.request(`portico:slot:${slot}`, { ifAvailable: true }, (lock) => lock && task());
    }
    await pause(again, signal);
  }
}

// listen keeps a stream open until the signal.
async function listen(address, tell, signal) {
  while (!signal.aborted) {
    await once(address, tell, signal);
    await pause(again, signal);
  }
}

// once listens until the stream cannot go on by itself.
function once(address, tell, signal) {
  return new Promise((resolve) => {
    const source = new EventSource(address);
    let quiet;
    const close = () => {
      clearTimeout(quiet);
      source.close();
      resolve();
    };
    const alive = () => {
      clearTimeout(quiet);
      quiet = setTimeout(close, silent);
    };
    for (const name of ["hello", "change", "beat", "end"]) {
      source.addEventListener(name, ({ data }) => {
        alive();
        tell(name, JSON.parse(data));
      });
    }
    // The browser comes back by itself after a broken connection, not after a refusal.
    source.onerror = () => { if (source.readyState === EventSource.CLOSED) close(); };
    signal.addEventListener("abort", close, { once: true });
    alive();
  });
}

function pause(ms, signal) {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}
