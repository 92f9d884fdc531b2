// What was accepted and is not done, by order, and what brings it back.

import { h } from "./dom.js";
import { announceChange } from "./news.js";
import { copied, more, problem, row, span, table, time } from "./parts.js";

const CANCELLATIONS = ["Order", "Seller", "Package", "Since", "For", "Log"];
const EVENTS = ["Order", "Seller", "Event", "Since", "For"];
const DAMAGED = ["Item", "Since", "For"];
const BATCHES = ["Batch", "Given up", "Bytes"];

export function stuckView({ pending, stack, problems }, actions) {
  if (!pending) return problems.pending ? problem(problems.pending) : h("p", {}, "Reading …");
  const { cancellations, events, unreadable, failedBatches } = pending;
  announceChange("stuck", counted(pending), (words) => `Stuck: ${words}.`);
  const isEmpty = cancellations.length + events.length + unreadable.length + failedBatches.length === 0;
  return [
    problem(problems.pending && `What is shown is from before: ${problems.pending}`),
    isEmpty && h("p", { key: "nothing" }, "✓ Nothing."),
    section("Cancellations that are accepted and not applied", CANCELLATIONS, cancellations, (each) => cancellationRow(each, actions)),
    section("Events that were not handed to receivers", EVENTS, events, (each) => eventRow(each, actions)),
    section("Items that cannot be read", DAMAGED, unreadable, damagedRow),
    section("Batches that the stream gave up", BATCHES, failedBatches, batchRow),
    failedBatches.length > 0 && h("p", { key: "redrive" },
      "Mend the reason, then bring them back: ", copied(redrive(stack), "command")),
    more(pending, "of what is stuck", actions.morePending),
  ];
}

function counted({ cancellations, events, unreadable, failedBatches }) {
  const counts = [cancellations.length, "cancellations", events.length, "events", unreadable.length, "items", failedBatches.length, "batches"];
  return counts.join(" ");
}

function section(title, columns, items, makeRow) {
  return items.length > 0 && h("div", { key: title }, h("h3", {}, title), table(title, columns, items.map(makeRow)));
}

function cancellationRow({ orderNumber, sellerId, packageId, since, correlationId }, actions) {
  const cells = [
    orderLink(orderNumber, actions), `${sellerId}`, packageId ? copied(`${packageId}`, "package id") : "–",
    time(since), age(since), correlationId ? copied(correlationId, "correlation id") : "–",
  ];
  return row(`${sellerId} ${orderNumber} ${packageId}`, CANCELLATIONS, cells);
}

function eventRow({ orderNumber, sellerId, sequence, since }, actions) {
  const cells = [orderLink(orderNumber, actions), `${sellerId}`, `${sequence}`, time(since), age(since)];
  return row(`${sellerId} ${orderNumber} ${sequence}`, EVENTS, cells);
}

function damagedRow({ item, since }) {
  return row(item, DAMAGED, [copied(item, "item"), time(since), age(since)]);
}

function batchRow({ key, at, bytes }) {
  return row(key, BATCHES, [copied(key, "key"), time(at), `${bytes}`]);
}

function orderLink(orderNumber, actions) {
  return h("button", { type: "button", class: "link", onclick: () => actions.find(orderNumber) }, `${orderNumber}`);
}

function age(since) {
  return span(Date.now() - since);
}

/** A local stack is found without its name. */
function redrive(stack) {
  const isLocal = ["127.0.0.1", "localhost", "[::1]"].includes(location.hostname);
  return isLocal ? ".venv/bin/cleave redrive" : `.venv/bin/cleave redrive --stack ${stack ?? "NAME"}`;
}
