// What is polled: each source reads the API and says what it found. One after the other, so that a page asks once at a time.

import { ofWebhook } from "./api.js";

const PAGE_SIZE = 50;

/** Read as many pages as are shown, by the list's own cursor. */
async function readPages(pages, read, join) {
  let cursor = null;
  let all = null;
  for (let page = 0; page < pages; page += 1) {
    const found = await read(cursor);
    all = all === null ? found : join(all, found);
    cursor = found.nextCursor ?? null;
    if (!cursor) break;
  }
  return { ...all, hasMore: cursor !== null };
}

const SOURCES = {
  async status(state, api) {
    const status = await api.get("v1/operations/status");
    return { status, role: status.role ?? state.role, stack: status.stack ?? null };
  },

  async order({ orderNumber }, api) {
    if (!orderNumber) return {};
    return { order: await api.get(`v1/operations/orders/${encodeURIComponent(orderNumber)}`) };
  },

  async receivers({ pages }, api) {
    const path = "v1/operations/receivers";
    const join = (all, found) => ({
      receivers: [...all.receivers, ...found.receivers],
      unreadable: [...(all.unreadable ?? []), ...(found.unreadable ?? [])],
    });
    const failing = (await api.get(path, { failing: true })).receivers; // whichever page they are on
    const known = new Set(failing.map((each) => each.subscriptionId));
    const found = await readPages(pages.receivers, (cursor) => api.get(path, { cursor }), join);
    const others = found.receivers.filter((each) => !known.has(each.subscriptionId));
    return { receivers: { items: [...failing, ...others], unreadable: found.unreadable ?? [], hasMore: found.hasMore } };
  },

  async deliveries({ opened, pages }, api) {
    if (!opened) return {};
    const since = Date.now() - opened.since;
    const read = (cursor) =>
      api.get(...ofWebhook(opened.receiver, "deliveries", { size: PAGE_SIZE, state: opened.state, since, cursor }));
    const join = (all, found) => ({
      content: [...all.content, ...found.content],
      unreadableDeliveries: [...(all.unreadableDeliveries ?? []), ...(found.unreadableDeliveries ?? [])],
    });
    const found = await readPages(pages.deliveries, read, join);
    const unreadable = found.unreadableDeliveries ?? [];
    return { deliveries: { items: found.content, unreadable, hasMore: found.hasMore }, of: opened };
  },

  async attempts({ opened }, api) {
    if (!opened?.shown) return {};
    const { receiver, shown } = opened;
    const found = await api.get(...ofWebhook(receiver, `deliveries/${encodeURIComponent(shown.id)}`));
    return { log: found.attemptLog, attemptsOf: shown };
  },

  async pending({ pages }, api) {
    const names = ["cancellations", "events", "unreadable", "failedBatches"];
    const join = (all, found) => Object.fromEntries(names.map((name) => [name, [...all[name], ...found[name]]]));
    return { pending: await readPages(pages.pending, (cursor) => api.get("v1/operations/pending", { cursor }), join) };
  },
};

export const NAMES = Object.keys(SOURCES);

/** What one source says now; takes no part in what the page does with it. */
export function read(name, state, api) {
  return SOURCES[name](state, api);
}
