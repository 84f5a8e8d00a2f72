// The details of a function: its last invocations, and what can be done with it.

import { ask, bytes, clock, h, pretty, quantity } from "./dom.js";
import { copied, failure, field, form, list, scrolled, section, select, textarea } from "./form.js";
import * as server from "./server.js";
import { shownStack, state } from "./state.js";
import { choose, said } from "./timeline.js";

/** How many of the last invocations are shown. */
const INVOCATIONS = 10;

export function ofFunction(id, facts) {
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
    section("Environment", environment(facts.variables)),
  ];
}

export function environment(variables) {
  if (variables.length === 0) return h("p", { class: "soft" }, "none");
  return list(variables.map(({ name, value }) => [name, value === null ? h("span", { class: "soft" }, "hidden: it looks like a secret") : value]));
}

/** Whether the events of `id` are kept where any are: of a worker nothing keeps them. */
function keepsEvents(id) {
  return shownStack()?.picture.parts.find((it) => it.id === id)?.kind === "function";
}

/** The last invocations of the function `id`, or batches of a worker, as far as their events are known. */
export function invocations(id) {
  const isFunction = keepsEvents(id);
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
      h("summary", {}, h("time", {}, clock(events[0].time)), ` ${end ? end.text : "running"}`, status(events.find((it) => it.fields?.status)?.fields.status), why ? h("b", { class: "bad" }, ` error: ${cause(why)}`) : null),
      h("p", { class: "soft" }, "request ", copied(request)),
      h("div", { class: "row" }, h("button", { type: "button", class: "small", onclick: () => choose(events[0]) }, "Show its way"), state.local && isFunction ? kept(id, request, answers) : null, state.local && state.changes && isFunction ? again(id, request, answers) : null),
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

/** The status that a function answered a route with, where that says a failure. */
function status(code) {
  return code >= 400 ? h("b", { class: "bad" }, ` status ${code}`) : null;
}

/** A button whose work is shown in `answers`; what gives nothing leaves it as it is. */
function button(title, answers, work) {
  const element = h("button", { type: "button", class: "small" }, title);
  element.addEventListener("click", async () => {
    element.disabled = true;
    try {
      answers.replaceChildren(...((await work()) ?? answers.childNodes));
    } catch (error) {
      answers.replaceChildren(failure(error));
    }
    element.disabled = false;
  });
  return element;
}

/** A button that shows the event of an invocation. Only the local cloud keeps events. */
function kept(id, request, answers) {
  return button("Show its event", answers, async () => {
    const { event, answer } = await server.request(state.stack, id, "event", { request });
    return [h("h4", {}, "Event"), h("pre", { tabindex: "0" }, pretty(event)), h("h4", {}, "Answer"), h("pre", { tabindex: "0" }, pretty(answer))];
  });
}

/** A button that sends the event of an invocation again. */
function again(id, request, answers) {
  return button("Run again", answers, async () => {
    const question = `Send ${id} the event of this invocation again? It does all that it does with a new one.`;
    return (await ask(question, "Run again")) ? compared(await server.request(state.stack, id, "replay", { request })) : null;
  });
}

/** The event of the last invocation that got something of which `is` holds; nothing when none was kept. */
export async function lastEvent(is) {
  const last = state.events.findLast((it) => it.stack === state.stack && it.request && keepsEvents(it.part) && is(it));
  if (!last || !state.local) return null;
  return server.request(state.stack, last.part, "event", { request: last.request }).then(({ event }) => event, () => null);
}

/** Whether an answer is good, and that in words. */
function verdict(answer, failed) {
  const returned = answer?.batchItemFailures?.length ?? 0;
  const code = answer?.statusCode;
  const text = failed ? "failed" : returned > 0 ? `returned ${quantity(returned, "message")} to the queue` : code >= 400 ? `answered ${code}` : "answered";
  return [text, text === "answered" ? "good" : "bad"];
}

function lines(title, log) {
  return log.length > 0 ? h("details", {}, h("summary", {}, `${title}${quantity(log.length, "line")}`), h("pre", {}, log.join("\n"))) : null;
}

/** The answer of before beside that of now. */
function compared({ event, before, now, same }) {
  const one = (title, { answer, failed, duration }) => {
    const [text, kind] = verdict(answer, failed);
    return h("div", {}, h("h4", {}, title), h("p", { class: kind }, `${text}${duration ? ` in ${duration}` : ""}`), h("pre", { tabindex: "0" }, pretty(answer)));
  };
  return [
    h("p", {}, same ? "The answer is the same." : "The answer is another."),
    h("div", { class: "compared" }, one("Before", before), one("Now", now)),
    lines("Its log: ", now.log),
    h("details", {}, h("summary", {}, "The event"), h("pre", {}, pretty(event))),
  ].filter(Boolean);
}

/** What an invocation gave. */
export function outcome({ answer, failed, report, log }) {
  const [text, kind] = verdict(answer, failed);
  return [h("p", { class: kind }, `${text}: ${report}`), h("pre", {}, pretty(answer)), lines("", log)];
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
    return outcome(await server.request(state.stack, id, "invoke", { event: parsed(event.value) }));
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`the event is no JSON: ${error.message}`);
  }
}

export function rights(all) {
  if (all.length === 0) return h("p", { class: "soft" }, "none");
  const rows = all.map(({ resource, action, used, denied, purpose }) => {
    const state = denied ? ["denied", "bad"] : used ? ["used", "good"] : used === null ? ["granted", "soft"] : purpose ? [`AWS: ${purpose}`, "soft"] : ["not used yet", "soft"];
    return h("tr", {}, h("td", {}, action), h("td", {}, resource), h("td", { class: state[1] }, state[0]));
  });
  return scrolled("Rights", h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Action"), h("th", { scope: "col" }, "On"), h("th", { scope: "col" }, "Here"))), h("tbody", {}, rows)));
}
