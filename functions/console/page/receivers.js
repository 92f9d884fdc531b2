// Receivers: whose they are, whether they take what they are sent, and what can be done about it.

import { deliveriesView } from "./deliveries.js";
import { h } from "./dom.js";
import { announceChange } from "./news.js";
import { badge, copied, more, problem, row, table, time } from "./parts.js";

const COLUMNS = ["State", "Receiver", "Owner", "Failures", "Next probe", "Backlog", "To do"];

export function receiversView(state, actions) {
  const { receivers, problems } = state;
  if (!receivers) return problems.receivers ? problem(problems.receivers) : h("p", {}, "Reading …");
  if (receivers.items.length === 0) return [problem(problems.receivers), h("p", { key: "none" }, "Nobody has subscribed.")];
  return [
    problem(problems.receivers && `What is shown is from before: ${problems.receivers}`),
    problem(receivers.unreadable.length > 0 && `Cannot be read: ${receivers.unreadable.join(", ")}`),
    table("Receivers", COLUMNS, receivers.items.flatMap((receiver) => receiverRows(receiver, state, actions))),
    more(receivers, "receivers", actions.moreReceivers),
  ];
}

function receiverRows(receiver, state, actions) {
  const isOpen = state.opened?.receiver.subscriptionId === receiver.subscriptionId;
  return [receiverRow(receiver, isOpen, state, actions), isOpen && detailRow(receiver, state, actions)];
}

function receiverRow(receiver, isOpen, state, actions) {
  const { subscriptionId, owner, host, kind, failures, nextProbe, backlog, backlogIsMore, oldestWaiting } = receiver;
  const [now, words] = condition(receiver);
  announceChange(`receiver ${subscriptionId}`, words, () => `Receiver ${host}: ${words}.`);
  const cells = [
    badge(now, words),
    [h("span", { class: "host" }, host), " ", kind === "webhook" ? null : `(${kind}) `, copied(subscriptionId, "subscription id")],
    `${owner.kind} ${owner.id}`,
    failures ? [`${failures} since `, time(receiver.failingSince)] : "0",
    time(nextProbe),
    backlog ? [`${backlog}${backlogIsMore ? " or more" : ""}`, oldestWaiting ? [", oldest ", time(oldestWaiting)] : null] : "0",
    h("div", { class: "buttons" }, buttons(receiver, isOpen, state, actions)),
  ];
  return row(subscriptionId, COLUMNS, cells, { "data-state": now });
}

const OFF = {
  failing: ["failing", "✗ Turned off, it failed for too long"],
  gone: ["failing", "✗ Turned off, it answered 410"],
};

/** State and words for it. */
function condition({ status, passiveReason, circuit, failures }) {
  if (status === "PASSIVE") return OFF[passiveReason] ?? ["off", "■ Off"];
  if (circuit === "open") return ["failing", "✗ Fails, circuit open"];
  return failures ? ["off", "! Failed"] : ["fine", "✓ Takes"];
}

function buttons(receiver, isOpen, { role, said }, actions) {
  const { subscriptionId, host, status } = receiver;
  const isOff = status === "PASSIVE";
  const look = button("Deliveries", host, () => actions.open(receiver), { "aria-expanded": `${isOpen}` });
  const answer = h("span", { class: "said", key: "said" }, said.get(subscriptionId) ?? "");
  if (role !== "operator") return [look];
  return [
    look,
    isOff
      ? button("Activate", host, () => actions.activate(receiver))
      : button("Probe now", host, () => actions.probe(receiver)),
    button("Replay", host, () => actions.replay(receiver), { "aria-haspopup": "dialog" }),
    answer,
  ];
}

function button(words, host, onclick, attributes = {}) {
  return h("button", { type: "button", key: words, "aria-label": `${words}: ${host}`, onclick, ...attributes }, words);
}

function detailRow(receiver, state, actions) {
  const cell = h("td", { role: "cell", colspan: `${COLUMNS.length}` }, deliveriesView(state, actions));
  return h("tr", { role: "row", class: "detail", key: `${receiver.subscriptionId} deliveries` }, cell);
}
