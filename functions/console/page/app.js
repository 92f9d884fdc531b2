// The page: signing in, asking again and again, and showing what was answered.

import { Api, Refused, ofWebhook } from "./api.js";
import { patch } from "./dom.js";
import { healthView } from "./health.js";
import { announce, forget } from "./news.js";
import { orderView } from "./order.js";
import { receiversView } from "./receivers.js";
import { NAMES, read } from "./sources.js";
import { stuckView } from "./stuck.js";

const SHOWN_EVERY_MS = 2000;
const HIDDEN_EVERY_MS = 5000;
const DAY_MS = 86_400_000;
const $ = (id) => document.getElementById(id);
let api = null;
let state = fresh();
let wake = () => {};

function fresh() {
  return {
    role: null, stack: null, status: null, orderNumber: numberInAddress(), order: null, receivers: null, pending: null,
    opened: null, pages: { receivers: 1, deliveries: 1, pending: 1 }, problems: {}, said: new Map(),
  };
}

/** An order can be linked to; nothing else is kept in the address. */
function numberInAddress() {
  const [, number] = /^#order\/(.+)$/.exec(location.hash) ?? [];
  try {
    return number ? decodeURIComponent(number) : null;
  } catch {
    return null;
  }
}

function render() {
  if (!api) return;
  patch($("strip"), healthView(state));
  patch($("order"), orderView(state));
  patch($("receivers"), receiversView(state, actions));
  patch($("stuck"), stuckView(state, actions));
}

async function signIn(event) {
  event.preventDefault();
  const asked = new Api($("key").value, $("secret").value);
  $("refusal").textContent = "";
  try {
    const found = await read("status", state, asked);
    $("sign-in").reset();
    begin(asked, found);
  } catch (failure) {
    $("secret").value = "";
    $("refusal").textContent = refusal(failure);
    $("key").focus();
  }
}

function refusal(failure) {
  if (failure instanceof Refused && failure.status === 403) return `The console is for operators and support: ${failure.message}.`;
  if (failure instanceof Refused && failure.status === 401) return "The key or the secret is wrong.";
  return words(failure);
}

function begin(asked, found) {
  api = asked;
  Object.assign(state, found);
  show(`Signed in as ${state.role ?? "operator"}`);
  $("number").value = state.orderNumber ?? "";
  render();
  $("number").focus();
  announce("Signed in.");
  watch(asked);
}

function signOut(reason = "") {
  api = null;
  state = fresh();
  forget();
  for (const id of ["strip", "order", "receivers", "stuck"]) $(id).replaceChildren();
  $("replay").close();
  show(null);
  $("refusal").textContent = reason;
  $("key").focus();
  wake();
}

function show(who) {
  $("who").textContent = who ?? "";
  for (const id of ["session", "board"]) $(id).hidden = who === null;
  $("sign-in").hidden = who !== null;
}

/** Ask as long as this credential is signed in. */
async function watch(asked) {
  while (api === asked) {
    for (const name of NAMES) {
      await look(name, asked);
      if (api !== asked) return;
      render();
    }
    await pause();
  }
}

async function look(name, asked) {
  const number = state.orderNumber;
  try {
    const found = await read(name, state, asked);
    if (api === asked) take(found, number);
    state.problems[name] = null;
  } catch (failure) {
    if (api !== asked) return;
    if (failure.status === 401) signOut("The credential is not valid any more.");
    else if (name !== "order" || number === state.orderNumber) state.problems[name] = words(failure);
  }
}

/** What was asked for; an answer that is late finds another question, and is dropped. */
function take({ of, deliveries, attemptsOf, log, order, ...found }, number) {
  if (found.receivers) forgetSaid(found.receivers.items);
  Object.assign(state, found);
  if (order && number === state.orderNumber) state.order = order;
  if (deliveries && of === state.opened) of.deliveries = deliveries;
  if (log && attemptsOf === state.opened?.shown) attemptsOf.log = log;
}

/** What was said beside a receiver holds until it is in another state. */
function forgetSaid(items) {
  const before = new Map(state.receivers?.items.map((each) => [each.subscriptionId, each]));
  for (const { subscriptionId, circuit, status } of items) {
    const old = before.get(subscriptionId);
    if (old && (old.circuit !== circuit || old.status !== status)) state.said.delete(subscriptionId);
  }
}

function words(failure) {
  if (failure instanceof Refused) return failure.message;
  return failure.name === "TimeoutError" ? "The service did not answer in time." : "The service cannot be reached.";
}

function pause() {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, document.hidden ? HIDDEN_EVERY_MS : SHOWN_EVERY_MS);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

/** Do something to a receiver, and say beside it what came of it. */
async function act(receiver, doing, done) {
  say(receiver, "…");
  try {
    say(receiver, done(await doing()));
  } catch (failure) {
    say(receiver, words(failure));
  }
  announce(`${receiver.host}: ${state.said.get(receiver.subscriptionId)}`);
  wake();
}

function say({ subscriptionId }, text) {
  state.said.set(subscriptionId, text);
  render();
}

async function replayAll(receiver, since) {
  let resent = 0;
  let cursor;
  do {
    const page = await api.post(...ofWebhook(receiver, "replay"), cursor ? { since, cursor } : { since });
    resent += page.resent;
    cursor = page.hasMore ? page.nextCursor : null;
  } while (cursor);
  return resent;
}

function changed() {
  render();
  wake();
}

const actions = {
  find(number) {
    state.orderNumber = number;
    state.problems.order = null;
    $("number").value = number;
    if (numberInAddress() !== number) location.hash = `order/${encodeURIComponent(number)}`;
    $("order-title").scrollIntoView();
    changed();
  },
  moreReceivers: () => ((state.pages.receivers += 1), changed()),
  moreDeliveries: () => ((state.pages.deliveries += 1), changed()),
  morePending: () => ((state.pages.pending += 1), changed()),
  open(receiver) {
    const isOpen = state.opened?.receiver.subscriptionId === receiver.subscriptionId;
    state.opened = isOpen ? null : { receiver, state: "", since: DAY_MS, deliveries: null, shown: null };
    state.pages.deliveries = 1;
    state.problems.deliveries = null;
    changed();
  },
  filter(wanted) {
    state.opened = { ...state.opened, ...wanted, deliveries: null };
    state.pages.deliveries = 1;
    changed();
  },
  attempts({ id }) {
    const isOpen = state.opened.shown?.id === id;
    state.opened.shown = isOpen ? null : { id, log: null };
    changed();
  },
  probe(receiver) {
    const path = `v1/operations/receivers/${encodeURIComponent(receiver.subscriptionId)}/probe`;
    act(receiver, () => api.post(path), () => "A probe is under way.");
  },
  activate(receiver) {
    act(receiver, () => api.put(...ofWebhook(receiver, "activate")), () => "It is active again.");
  },
  replay(receiver) {
    $("replay-host").textContent = receiver.host;
    $("replay-send").onclick = () => {
      const since = Date.now() - Number($("replay-since").value);
      $("replay").close();
      act(receiver, () => replayAll(receiver, since), (resent) => `${resent} sent again; waiting messages are tried now.`);
    };
    $("replay").showModal();
  },
};

$("sign-in").addEventListener("submit", signIn);
$("sign-out").addEventListener("click", () => signOut());
$("replay-close").addEventListener("click", () => $("replay").close());
$("find").addEventListener("submit", (event) => {
  event.preventDefault();
  actions.find($("number").value.trim());
});
addEventListener("hashchange", () => {
  const number = numberInAddress();
  if (api && number && number !== state.orderNumber) actions.find(number);
});
document.addEventListener("visibilitychange", () => wake());
show(null);
