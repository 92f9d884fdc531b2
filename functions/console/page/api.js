// The service's API, on the origin that this page came from. The credential lives in a private field and nowhere else.

const DEADLINE_MS = 30_000;

/** An answer that is no success; `message` is the service's own sentence. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export class Api {
  #authorization;

  constructor(key, secret) {
    const bytes = new TextEncoder().encode(`${key}:${secret}`);
    this.#authorization = `Basic ${btoa(String.fromCharCode(...bytes))}`;
  }

  get(path, query = {}) {
    return this.#call("GET", withQuery(path, query));
  }

  post(path, query = {}, body = undefined) {
    return this.#call("POST", withQuery(path, query), body);
  }

  put(path, query = {}) {
    return this.#call("PUT", withQuery(path, query));
  }

  /** Paths are relative: on AWS the stage stands before them. */
  async #call(method, path, body) {
    const headers = { Authorization: this.#authorization, Accept: "application/json" };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const answer = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    const document = await answer.json().catch(() => null);
    if (!answer.ok) throw new Refused(answer.status, sentence(document) ?? `The service answered ${answer.status}.`);
    return document;
  }
}

/** What a refusal says, in the shape of either dialect. */
function sentence(document) {
  return document?.detail ?? document?.errors?.[0]?.message ?? null;
}

/** A path of somebody's webhook and its query, in the owner's own dialect. */
export function ofWebhook({ owner, subscriptionId }, rest, query = {}) {
  const place = `webhooks/${encodeURIComponent(subscriptionId)}/${rest}`;
  if (owner.kind === "seller") return [`integration/webhook/sellers/${encodeURIComponent(owner.id)}/${place}`, query];
  return [`v1/${place}`, { ...query, channel: owner.id }];
}

function withQuery(path, query) {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const search = new URLSearchParams(given).toString();
  return search ? `${path}?${search}` : path;
}
