// The details of a function: its last invocations, and what can be done with it.

import { ask, bytes, clock, h, pretty, quantity } from "./dom.js";
import { failure, field, form, list, scrolled, section, select, textarea } from "./form.js";
import * as server from "./server.js";
import { state } from "./state.js";
import { choose, said } from "./timeline.js";

/** How many of the last invocations are shown. */
const INVOCATIONS = 10;

export function ofFunction(id, facts) {
  const variables = facts.variables.map(({ name, value }) => [name, value === null ? h("span", { class: "soft" }, "hidden: it looks like a secret") : value]);
  return [
    list([
      ["Program", facts.program],
      ["Code", bytes(facts.code_size)],
      ["Memory", facts.memory ? `${facts.memory} MB` : null],
      ["Timeout", facts.timeout ? `${facts.timeout} s` : null],
      ["Role", facts.role?.split("/").at(-1)],
    ]),
    section("Last invocations", h("div", { "data-invocations": id }, invocations(id))),
    state.changes ? section("Invoke", invoke(id, facts)) : null,
    section("Rights of its role", rights(facts.rights)),
    section("Environment", variables.length > 0 ? list(variables) : h("p", { class: "soft" }, "none")),
  ];
}

/** The last invocations of the function `id`, as far as their events are known. */
export function invocations(id) {
  const own = new Map();
  for (const event of state.events) {
    if (event.stack !== state.stack || !event.request || !event.part.split(",").includes(id)) continue;
    if (!own.has(event.request)) own.set(event.request, []);
    own.get(event.request).push(event);
  }
  const last = [...own.entries()].slice(-INVOCATIONS).reverse();
  if (last.length === 0) return [h("p", { class: "soft" }, "none in the last minutes")];
  return last.map(([request, events]) => {
    const end = events.find((it) => it.kind === "end");
    const why = events.findLast((it) => it.level === "error");
    const lines = events.filter((it) => it.kind === "log").map((it) => h("li", { class: it.level ?? "" }, said(it)));
    const answers = h("div", { class: "answer", role: "status" });
    return h(
      "details",
      { class: why ? "bad" : "" },
      h("summary", {}, h("time", {}, clock(events[0].time)), ` ${end ? end.text : "running"}`, why ? h("b", { class: "bad" }, ` error: ${cause(why)}`) : null),
      h("p", { class: "soft" }, `request ${request}`),
      h("div", { class: "row" }, h("button", { type: "button", class: "small", onclick: () => choose(events[0]) }, "Show its way"), again(id, request, answers)),
      answers,
      lines.length > 0 ? h("ol", { class: "log" }, lines) : h("p", { class: "soft" }, "It logged nothing."),
    );
  });
}

/** What went wrong, in few words. */
function cause(event) {
  const { error, reason } = event.fields ?? {};
  const text = [error, reason].find((it) => typeof it === "string") ?? event.text;
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

/** A button that sends the event of an invocation again. Only the local cloud keeps events. */
function again(id, request, answers) {
  if (!state.local || !state.changes) return null;
  const button = h("button", { type: "button", class: "small" }, "Run again");
  button.addEventListener("click", async () => {
    const question = `Send ${id} the event of this invocation again? It does all that it does with a new one.`;
    if (!(await ask(question, "Run again"))) return;
    button.disabled = true;
    answers.replaceChildren(h("p", { class: "soft" }, "Working …"));
    try {
      answers.replaceChildren(...compared(await server.request(state.stack, id, "replay", { request })));
    } catch (error) {
      answers.replaceChildren(failure(error));
    }
    button.disabled = false;
  });
  return button;
}

/** The answer of before beside that of now. */
function compared({ event, before, now, same }) {
  const answer = (title, { answer, failed, duration }) => {
    const returned = answer?.batchItemFailures?.length ?? 0;
    const outcome = failed ? "failed" : returned > 0 ? `returned ${quantity(returned, "message")} to the queue` : "answered";
    return h(
      "div",
      {},
      h("h4", {}, title),
      h("p", { class: failed || returned > 0 ? "bad" : "good" }, `${outcome}${duration ? ` in ${duration}` : ""}`),
      h("pre", { tabindex: "0" }, pretty(answer)),
    );
  };
  return [
    h("p", {}, same ? "The answer is the same." : "The answer is another."),
    h("div", { class: "compared" }, answer("Before", before), answer("Now", now)),
    now.log.length > 0 ? h("details", {}, h("summary", {}, `Its log: ${quantity(now.log.length, "line")}`), h("pre", {}, now.log.join("\n"))) : null,
    h("details", {}, h("summary", {}, "The event"), h("pre", {}, pretty(event))),
  ].filter(Boolean);
}

function invoke(id, facts) {
  const event = textarea("{}");
  const examples = select([["", "an event of your own"], ...facts.examples.map((it) => [it, `as ${it} sends it`])]);
  examples.addEventListener("change", async () => {
    if (!examples.value) return;
    try {
      event.value = pretty(await server.request(state.stack, id, "example", { service: examples.value }));
    } catch (error) {
      event.value = error.message;
    }
  });
  const fields = [facts.examples.length > 0 ? field("Example", examples) : null, field("Event, in JSON", event)];
  return form(id, fields, "Invoke", async () => {
    const { answer, failed, report, log } = await server.request(state.stack, id, "invoke", { event: parsed(event.value) });
    return [
      h("p", { class: failed ? "bad" : "good" }, failed ? `failed: ${report}` : `answered: ${report}`),
      h("pre", {}, pretty(answer)),
      log.length > 0 ? h("details", {}, h("summary", {}, quantity(log.length, "line")), h("pre", {}, log.join("\n"))) : null,
    ];
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`the event is no JSON: ${error.message}`);
  }
}

function rights(all) {
  if (all.length === 0) return h("p", { class: "soft" }, "none");
  const rows = all.map(({ resource, action, used, denied, purpose }) => {
    const state = denied ? ["denied", "bad"] : used ? ["used", "good"] : used === null ? ["granted", "soft"] : purpose ? [`AWS: ${purpose}`, "soft"] : ["not used yet", "soft"];
    return h("tr", {}, h("td", {}, action), h("td", {}, resource), h("td", { class: state[1] }, state[0]));
  });
  return scrolled("Rights", h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Action"), h("th", { scope: "col" }, "On"), h("th", { scope: "col" }, "Here"))), h("tbody", {}, rows)));
}
