// Small pieces that several sections are made of.

import { h } from "./dom.js";
import { announce } from "./news.js";

/** Of epoch milliseconds, in UTC as logs and terminal have it; to the second, unless it has to be exact. */
export function time(ms, exact = false) {
  if (ms === null || ms === undefined) return "–";
  const text = new Date(ms).toISOString();
  return h("time", { datetime: text }, text.replace("T", " ").slice(0, exact ? -1 : -5));
}

/** A span of time in its two largest words. */
export function span(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  if (days) return `${days} d ${hours} h`;
  if (hours) return `${hours} h ${minutes} min`;
  return minutes ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

/** A text to take along; the button says what it copies to those who do not see it. */
export function copied(text, what, key = null) {
  const label = `Copy ${what} ${text}`;
  return h("span", { class: "copied", key },
    h("code", {}, text),
    h("button", { type: "button", class: "copy", "aria-label": label, title: label, onclick: () => copy(text, what) }));
}

async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    announce(`Copied ${what}.`);
  } catch {
    announce("The browser does not let this page copy; select the text instead.");
  }
}

/** `state` is one of fine, failing, off; the words say it too. */
export function badge(state, words) {
  return h("span", { class: "badge", "data-state": state }, words);
}

/** A table whose rows become cards where there is no room; explicit roles keep it a table for screen readers. */
export function table(label, columns, rows) {
  const head = columns.map((column) => h("th", { role: "columnheader", scope: "col", key: column }, column));
  return h("table", { role: "table", "aria-label": label },
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, head)),
    h("tbody", { role: "rowgroup" }, rows));
}

/** `cells` in the order of the columns. */
export function row(key, columns, cells, attributes = {}) {
  const shown = cells.map((cell, index) => h("td", { role: "cell", "data-label": columns[index], key: columns[index] }, cell));
  return h("tr", { role: "row", key, ...attributes }, shown);
}

/** Where a list goes on. */
export function more(list, what, onclick) {
  return list.hasMore ? h("button", { type: "button", key: "more", onclick }, `More ${what}`) : null;
}

/** What could not be read, beside what was read last. */
export function problem(message) {
  return message ? h("p", { class: "problem" }, message) : null;
}
