// The details of queues, topics, buses and rules, and what is sent to them.

import { ask, clock, h, pretty, quantity } from "./dom.js";
import { field, form, input, list, scrolled, section, textarea } from "./form.js";
import * as server from "./server.js";
import { aboutMessage, shownStack, state } from "./state.js";
import { choose, said } from "./timeline.js";

/** How many of the last errors are shown. */
const ERRORS = 5;

export function ofQueue(id, facts) {
  const isDead = facts.sources.length > 0;
  const look = peek(id, facts);
  return [
    list([
      ["Failed messages of", facts.sources.join(", ")],
      ["Consumed by", facts.consumers.join(", ")],
      ["Receives before it is dead", facts.receives === null ? null : String(facts.receives)],
    ]),
    state.changes ? section("Messages", facts.receives ? h("p", { class: "soft" }, `A look is a receive: after ${facts.receives} a message goes to the dead-letter queue.`) : null, look) : null,
    isDead && !state.changes ? section("Last errors", h("div", { "data-errors": facts.failing.join(",") }, errors(facts.failing))) : null,
    isDead && state.changes ? section("Redrive", redrive(id, facts, look)) : null,
    !isDead && state.changes ? section("Send", send(id, facts, "Message")) : null,
  ];
}

function peek(id, facts) {
  const look = form(id, [], "Peek", async () => {
    const { counts, messages } = await server.request(state.stack, id, "peek", { limit: 10 });
    const about = `${messages.length} shown of about ${counts.visible} waiting, ${counts.in_flight} in flight`;
    return [h("p", { class: "soft" }, about), ...messages.map((it) => message(id, facts, it))];
  }, { primary: false });
  // What is in a dead-letter queue is shown at once: a look moves nothing to another queue.
  const { waiting = 0 } = shownStack()?.numbers[id] ?? {};
  if (state.local && facts.sources.length > 0 && !facts.receives && waiting > 0) queueMicrotask(() => look.requestSubmit());
  return look;
}

/** The last errors of functions: why messages failed is among them. */
export function errors(functions) {
  const isError = (it) => it.stack === state.stack && it.level === "error" && it.part.split(",").some((part) => functions.includes(part));
  const last = state.events.filter(isError).slice(-ERRORS).reverse();
  if (last.length === 0) return h("p", { class: "soft" }, `none of ${functions.join(", ")} in the last minutes`);
  return h("ol", { class: "log" }, last.map((it) => h("li", { class: "error" }, `${clock(it.time)} ${it.part}: ${said(it)} `, h("button", { type: "button", class: "small", onclick: () => choose(it) }, "Show its way"))));
}

function message(queue, facts, { id, body, sent, received, group, source, attributes, failure: why }) {
  const element = h(
    "article",
    { class: "message" },
    h("p", { class: "soft" }, [id, `sent ${sent}`, received ? `received ${received} times` : null, group ? `group ${group}` : null, source ? `from ${source}` : null].filter(Boolean).join(" · ")),
    why ? h("p", { class: "bad" }, `${why.function}: `, reason(why.message)) : null,
    facts.sources.length > 0 && !why ? h("p", { class: "soft" }, "The logs of the last minutes do not say why it failed.") : null,
    way(id),
    h("pre", {}, pretty(body)),
    list(Object.entries(attributes)),
  );
  if (facts.sources.length > 0) element.append(mend(queue, facts, id, body));
  return element;
}

/** A button that shows what happened with a message, when something is known of it. */
function way(id) {
  const event = aboutMessage(id);
  return event ? h("div", { class: "row" }, h("button", { type: "button", class: "small", onclick: () => choose(event) }, "Show its way")) : null;
}

/** A form that sends one message of a dead-letter queue back with another body. */
function mend(queue, { sources }, id, body) {
  const text = textarea(pretty(body));
  const sending = form(queue, [field("Body", text)], "Send back", async () => {
    const to = sources.join(" or ");
    if (!(await ask(`Send this message back to ${to} with this body?`, "Send back"))) return h("p", { class: "soft" }, "Nothing was sent.");
    const { moved } = await server.request(state.stack, queue, "redrive", { message: id, body: text.value });
    return moved === 1 ? h("p", { class: "good" }, `sent back to ${to}`) : h("p", { class: "bad" }, "It is not in the queue any more, or behind another of its group.");
  }, { primary: false });
  return h("details", {}, h("summary", {}, "Mend it and send it back"), sending);
}

/** What a line of a log says. */
function reason(text) {
  try {
    const { message = "", error = "", reason = "" } = JSON.parse(text);
    return [message, error || reason].filter(Boolean).join(": ") || text;
  } catch {
    return text;
  }
}

function redrive(id, { sources }, look) {
  const filter = input({ placeholder: "all messages" });
  return form(id, [field("Only bodies with this text", filter)], "Redrive", async () => {
    const to = sources.join(" or ");
    if (!(await ask(`Send the messages of ${id} back to ${to}?`, "Redrive"))) return h("p", { class: "soft" }, "Nothing was sent.");
    const { moved, stayed, came_back: back } = await server.request(state.stack, id, "redrive", { filter: filter.value || null });
    // What was shown is not there any more.
    if (moved > 0) look.requestSubmit();
    return h("p", { class: moved > 0 ? "good" : "soft" }, `${quantity(moved, "message")} moved, ${stayed} stay${back > 0 ? `, ${back} failed again at once` : ""}`);
  });
}

function send(id, facts, title) {
  const body = textarea("{}");
  const group = input({ placeholder: "stackwright" });
  const fields = [field(title, body), facts.fifo ? field("Message group", group) : null];
  return form(id, fields, "Send", async () => {
    const sent = await server.request(state.stack, id, "send", { body: body.value, group: facts.fifo ? group.value : null });
    return h("p", { class: "good" }, `sent as ${sent.id}`);
  });
}

export function ofTopic(id, facts) {
  const rows = facts.subscriptions.map((it) => h("tr", {}, h("td", {}, it.endpoint ?? it.id), h("td", {}, it.protocol), h("td", {}, it.filter ? JSON.stringify(it.filter) : "all")));
  const table = h("table", {}, h("thead", {}, h("tr", {}, ["To", "Protocol", "Only"].map((it) => h("th", { scope: "col" }, it)))), h("tbody", {}, rows));
  const body = textarea("{}");
  const group = input({ placeholder: "stackwright" });
  const attributes = input({ placeholder: examples(facts.subscriptions) });
  const isFiltered = rows.length > 0 && facts.subscriptions.every(({ filter }) => filter);
  const hint = isFiltered ? h("p", { class: "soft" }, "Every subscription has a filter: a message that none lets through goes nowhere.") : null;
  const fields = [hint, field("Message", body), field("Attributes", attributes), facts.fifo ? field("Message group", group) : null];
  return [
    section("Subscriptions", rows.length > 0 ? scrolled("Subscriptions", table) : h("p", { class: "soft" }, "none")),
    state.changes && section(
      "Send",
      form(id, fields, "Publish", async () => {
        const pairs = attributes.value.split(",").map((it) => it.trim()).filter(Boolean).map((it) => it.split(/=(.*)/s).slice(0, 2));
        const bad = pairs.find((it) => it.length < 2);
        if (bad) throw new Error(`an attribute is NAME=VALUE, and \`${bad[0]}\` is none`);
        const sent = await server.request(state.stack, id, "send", { body: body.value, group: facts.fifo ? group.value : null, attributes: pairs });
        return h("p", { class: "good" }, `sent as ${sent.id}`);
      }),
    ),
  ];
}

/** Attributes that subscriptions ask for: what none of them lets through goes nowhere. */
function examples(subscriptions) {
  const pairs = subscriptions.flatMap(({ filter }) => Object.entries(filter ?? {})).filter(([, wanted]) => typeof wanted?.[0] === "string");
  const each = new Map(pairs.reverse().map(([name, [first]]) => [name, first]));
  return [...each].map(([name, value]) => `${name}=${value}`).join(", ") || "name=value, other=value";
}

/** The details of a bus. */
export function ofBus(id) {
  return [state.changes ? sendEvent(id) : null];
}

/** A form that sends an event to a bus, or to the bus of a rule. */
function sendEvent(id, pattern = null) {
  const first = (name) => (Array.isArray(pattern?.[name]) ? pattern[name].find((it) => typeof it === "string") : null) ?? "";
  const [body, source, kind] = [textarea("{}"), input({ placeholder: "as a rule asks for" }), input({ placeholder: "as a rule asks for" })];
  source.value = first("source");
  kind.value = first("detail-type");
  return section(
    "Send an event",
    form(id, [field("Source", source), field("Detail type", kind), field("Detail, in JSON", body)], "Send", async () => {
      const given = { body: body.value, source: source.value || null, detail_type: kind.value || null };
      const sent = await server.request(state.stack, id, "send", given);
      return h("p", { class: "good" }, `sent as ${sent.id}`);
    }),
  );
}

export function ofRule(id, facts) {
  const sources = [facts.pattern?.source].flat().filter((it) => typeof it === "string");
  const isOfAws = sources.length > 0 && sources.every((it) => it.startsWith("aws."));
  return [
    list([["Schedule", facts.schedule], ["To", facts.targets.join(", ")]]),
    facts.pattern ? section("Pattern", h("pre", {}, pretty(facts.pattern))) : null,
    isOfAws ? h("p", { class: "soft" }, `AWS alone sends events of the source ${sources.join(" or ")}.`) : null,
    facts.pattern && !isOfAws && state.changes ? sendEvent(id, facts.pattern) : null,
  ].filter(Boolean);
}
