// An order of all its sellers: what became of its packages, whether the units add up, and what happened in order.

import { h } from "./dom.js";
import { announceChange } from "./news.js";
import { badge, copied, problem, row, table, time } from "./parts.js";

const UNITS = ["Line (Trendyol)", "Item (HepsiGlobal)", "SKU", "Ordered", "Cancelled", "Live", "Ordered = cancelled + live"];
const KINDS = { applied: "split", status: "event" };

export function orderView({ orderNumber, order, problems }) {
  if (!orderNumber) return h("p", {}, "Its packages, its units and its story are shown here.");
  const shown = order?.orderNumber === orderNumber ? order : null;
  if (!shown) return problems.order ? problem(problems.order) : h("p", {}, "Reading …");
  announceChange(`order ${orderNumber}`, summary(shown), (words) => `Order ${orderNumber}: ${words}.`);
  return [
    h("h3", { key: "number" }, "Order ", copied(shown.orderNumber, "order number")),
    problem(problems.order && `What is shown is from before: ${problems.order}`),
    problem(!shown.complete && "The order is too large to be shown whole; its sellers' timelines have pages."),
    shown.parts.map(partView),
  ];
}

function summary({ parts }) {
  const packages = parts.flatMap((part) => part.packages);
  return `${packages.length} packages, ${packages.filter((each) => each.live).length} of them live`;
}

function partView(part) {
  const ids = new Set(part.packages.map((each) => each.id));
  const roots = part.packages.filter((each) => !ids.has(each.parent));
  const name = `seller ${part.sellerId}`;
  return h("section", { class: "part", key: `${part.sellerId}`, "aria-label": name },
    h("h4", {}, `Seller ${part.sellerId}, storefront ${part.storefront ?? "–"}`),
    h("p", { class: "axis", "aria-hidden": "true" }, h("span", {}, "before"), h("span", {}, "after")),
    h("ul", { class: "tree", "aria-label": `Packages of ${name}` }, roots.map((each) => packageView(each, part.packages))),
    problem(part.unreadablePackages?.length > 0 && `Cannot be read: ${part.unreadablePackages.join(", ")}; cleave mend can put them right.`),
    part.units.length > 0 && table(`Units of ${name}`, UNITS, part.units.map(unitRow)),
    h("ol", { class: "timeline", "aria-label": `Timeline of ${name}` }, part.timeline.map(entryView)));
}

function packageView(shown, all) {
  const children = all.filter((each) => each.parent === shown.id);
  return h("li", { key: `${shown.id}` },
    h("div", { class: "package", "data-live": `${shown.live}` },
      h("p", { class: "names" },
        badge(shown.live ? "fine" : "off", shown.live ? "live" : "closed"), h("span", {}, shown.status),
        named("Trendyol", [shown.trendyolId]), named("HepsiGlobal", shown.hepsiglobalIds)),
      h("ul", { class: "lines" }, shown.lines.map(lineView), goneOn(shown, all).map(goneView))),
    children.length > 0 && h("ul", { "aria-label": "went on as" }, children.map((each) => packageView(each, all))));
}

function named(dialect, ids) {
  const known = (ids ?? []).filter((id) => id !== null && id !== undefined && id !== "");
  return known.length > 0 && h("span", { class: "named", key: dialect },
    h("span", { class: "dialect" }, dialect), known.map((id) => copied(`${id}`, `${dialect} id`.replace("-id id", "-id"), `${id}`)));
}

function lineView({ lineId, sku, quantity, status, waiting, cancelled, cancellationId }) {
  const units = `${quantity} x ${sku}`;
  return h("li", { key: `${lineId} ${status} ${cancellationId}` },
    cancelled ? h("s", {}, units) : units, ` ${status}`, waiting ? `, ${waiting} about to be cancelled` : null);
}

/** What a package had before and its successors have now: [line, sku and number]. */
function goneOn(shown, all) {
  const found = new Map();
  for (const child of all.filter((each) => each.parent === shown.id)) {
    const own = child.lines.map(({ lineId, sku, quantity }) => [lineId, { sku, quantity }]);
    for (const [lineId, { sku, quantity }] of [...own, ...goneOn(child, all)]) {
      found.set(lineId, { sku, quantity: quantity + (found.get(lineId)?.quantity ?? 0) });
    }
  }
  return [...found];
}

function goneView([lineId, { sku, quantity }]) {
  return h("li", { key: `${lineId} went on`, class: "gone" }, `${quantity} x ${sku} went on`);
}

function unitRow({ lineId, orderItemNumber, sku, ordered, cancelled, live, lost, waiting }) {
  const holds = ordered === cancelled + live && !lost;
  const sum = `${ordered} = ${cancelled} + ${live}`;
  const verdict = holds ? badge("fine", `✓ ${sum}`) : badge("failing", `✗ ${sum}, ${lost || ordered - cancelled - live} lost`);
  const struck = cancelled > 0 ? h("s", {}, `${cancelled}`) : "0";
  const alive = waiting > 0 ? `${live}, ${waiting} about to be cancelled` : `${live}`;
  const ids = [copied(`${lineId}`, "line id"), copied(orderItemNumber, "item number")];
  return row(`${lineId} ${orderItemNumber}`, UNITS, [...ids, sku, `${ordered}`, struck, alive, verdict]);
}

function entryView(entry) {
  const { at, kind, id, text, correlationId } = entry;
  return h("li", { key: `${at} ${kind} ${id} ${entry.deliveryId ?? ""}` },
    time(at, true), h("span", { class: "kind", "data-kind": kind }, KINDS[kind] ?? kind), h("span", { class: "text" }, text ?? ""),
    named("Trendyol", [entry.trendyolId]), named("HepsiGlobal", [entry.hepsiglobalId]),
    kind === "told" && named("webhook-id", [id]), named("log", [correlationId]));
}
