"use strict";
// Lets a test call the published client: the first line is the client's configuration, every further line a call,
// and every line answered the outcome of one; a call without a method lists the client's own. Nothing of the client is changed but its base URL.

const { createInterface } = require("node:readline");
const { Trendyol } = require("trendyol-api");

async function answer(client, { method, args }) {
  if (!method) return Object.getOwnPropertyNames(Trendyol.prototype).map((name) => ({ status: 200, data: name }));
  const target = method in client ? client : client.getHttpClient();
  try {
    const outcome = await target[method](...args);
    return [].concat(outcome).map(({ status, data }) => ({ status, data }));
  } catch (error) {
    if (!error.response) throw error;
    return [{ status: error.response.status, data: error.response.data }];
  }
}

async function main() {
  let client;
  for await (const line of createInterface({ input: process.stdin })) {
    const sent = JSON.parse(line);
    if (client) {
      console.log(JSON.stringify(await answer(client, sent)));
    } else {
      client = new Trendyol(sent.key, sent.secret, sent.seller);
      client.getHttpClient().defaults.baseURL = sent.baseUrl;
    }
  }
}

main();
