// What one receiver was sent and is to be sent; the attempts of a delivery when asked for.

import { h } from "./dom.js";
import { copied, more, problem, row, table, time } from "./parts.js";

const COLUMNS = ["State", "Order", "Number", "Event", "Last answer", "Attempts"];
const STATES = { "": "any", waiting: "waiting", delivered: "delivered", exhausted: "exhausted" };
const SINCE = { 3_600_000: "last hour", 86_400_000: "last day", 7_776_000_000: "last 90 days" };

export function deliveriesView({ opened, problems }, actions) {
  const { deliveries } = opened;
  return h("div", { class: "deliveries" },
    h("p", { class: "filters" },
      choice("State", STATES, opened.state, (value) => actions.filter({ state: value })),
      choice("Events of the", SINCE, `${opened.since}`, (value) => actions.filter({ since: Number(value) }))),
    problem(problems.deliveries),
    problem(deliveries?.unreadable.length > 0 && `Cannot be read, of orders: ${deliveries.unreadable.join(", ")}`),
    deliveries === null ? h("p", { key: "reading" }, "Reading …") : list(deliveries, opened, problems.attempts, actions));
}

function choice(words, options, chosen, onchange) {
  return h("label", { key: words }, `${words} `,
    h("select", { onchange: (event) => onchange(event.target.value) },
      Object.entries(options).map(([value, text]) => h("option", { value, key: value, selected: value === chosen }, text))));
}

function list(deliveries, opened, unread, actions) {
  if (deliveries.items.length === 0) return h("p", { key: "none" }, "There are none of these.");
  return h("div", { key: "list" },
    table(`Deliveries to ${opened.receiver.host}`, COLUMNS, deliveries.items.flatMap((each) => rows(each, opened, unread, actions))),
    more(deliveries, "deliveries", actions.moreDeliveries));
}

function rows(delivery, { shown }, unread, actions) {
  const isOpen = shown?.id === delivery.id;
  const words = `${delivery.attempts}`;
  const attempts = h("button",
    { type: "button", "aria-expanded": `${isOpen}`, "aria-label": `${words} attempts, show them`, onclick: () => actions.attempts(delivery) },
    words);
  const cells = [
    h("span", { class: "kind", "data-kind": delivery.state }, delivery.state),
    copied(`${delivery.orderNumber}`, "order number"),
    `${delivery.sequence}`,
    time(delivery.createdDate),
    delivery.lastAnswer ?? "–",
    attempts,
  ];
  return [row(delivery.id, COLUMNS, cells), isOpen && attemptsRow(delivery, shown, unread)];
}

function attemptsRow(delivery, { log }, unread) {
  const words = log === null ? (unread ?? "Reading …") : log.length === 0 ? "None was made yet, or they are no longer kept." : null;
  const made = (log ?? []).map((attempt, index) =>
    h("li", { key: `${attempt.date} ${index}` },
      time(attempt.date, true), ` ${attempt.status ?? attempt.error ?? "–"}, ${attempt.latencyMs} ms`));
  const content = words ?? h("ol", { class: "attempts", "aria-label": "Attempts" }, made);
  return h("tr", { role: "row", class: "detail", key: `${delivery.id} attempts` },
    h("td", { role: "cell", colspan: `${COLUMNS.length}` }, content));
}
