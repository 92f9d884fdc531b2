// What changed, for those who do not see the page: said once, politely.

const SAID_TOGETHER_MS = 300;

let waiting = [];
let timer = null;

/** Say it; what comes at the same time is said in one breath. */
export function announce(text) {
  waiting.push(text);
  timer ??= setTimeout(say, SAID_TOGETHER_MS);
}

function say() {
  document.getElementById("news").textContent = waiting.join(" ");
  waiting = [];
  timer = null;
}

const last = new Map();

/** Say `words(value)` whenever the value is another than at the last look; the first look says nothing. */
export function announceChange(name, value, words) {
  if (last.has(name) && last.get(name) !== value) announce(words(value));
  last.set(name, value);
}

/** Nothing was seen yet. */
export function forget(prefix = "") {
  for (const name of last.keys()) if (name.startsWith(prefix)) last.delete(name);
}
