// The strip: healthy or not, and each gauge with the threshold of its alarm and its runbook.

import { h } from "./dom.js";
import { announceChange } from "./news.js";
import { badge, problem, span, time } from "./parts.js";

export function healthView({ status, problems }) {
  if (!status) return problems.status ? problem(problems.status) : h("p", {}, "Reading …");
  announceChange("healthy", status.healthy, (healthy) => (healthy ? "Healthy again." : "Not healthy."));
  return [
    h("p", { class: "verdict", key: "verdict" },
      status.healthy ? badge("fine", "✓ Healthy") : badge("failing", "✗ Not healthy"), " at ", time(status.at), " UTC"),
    problem(problems.status && `What is shown is from then: ${problems.status}`),
    h("ul", { class: "gauges", key: "gauges", "aria-label": "Gauges" }, status.gauges.map(gauge)),
  ];
}

function gauge({ name, label, value, unit, threshold, healthy, runbook }) {
  const [state, mark] = condition(value, threshold, healthy);
  return h("li", { key: name, "data-state": state },
    h("span", { class: "label" }, label),
    h("span", { class: "value" }, `${mark} `, amount(value, unit)),
    h("span", { class: "threshold" }, threshold === null ? "no alarm" : `alarm at ${amount(threshold, unit)}`),
    h("a", { href: `console/${encodeURIComponent(runbook)}.md`, target: "_blank", rel: "noopener" }, `Runbook ${runbook}`));
}

/** What has no alarm may still be worth a look. */
function condition(value, threshold, healthy) {
  if (!healthy) return ["failing", "✗"];
  return threshold === null && value > 0 ? ["off", "!"] : ["fine", "✓"];
}

function amount(value, unit) {
  return unit === "seconds" ? span(value * 1000) : value.toLocaleString("en");
}
