// The details of queues, topics, buses and rules, and what is sent to them.

import { ask, clock, h, pretty, quantity } from "./dom.js";
import { copied, failure, field, form, input, list, scrolled, section, show, textarea } from "./form.js";
import { lastEvent, outcome } from "./function.js";
import * as server from "./server.js";
import { state } from "./state.js";
import { choose, said, wayTo } from "./timeline.js";

/** How many of the last errors are shown. */
const ERRORS = 5;
/** How many characters of a filter are shown at first. */
const LONG_FILTER = 100;
/** Of how many messages that were sent back the new ids are shown. */
const NEW_IDS = 10;

export function ofQueue(id, facts) {
  const isDead = facts.sources.length + facts.others.length > 0;
  // What was done with a message stays when the messages are looked at again.
  const done = h("div", { class: "answer", role: "status" });
  const look = peek(id, { ...facts, isDead, done });
  return [
    list([
      ["Failed messages of", facts.sources.join(", ")],
      ["What failed at", facts.others.join(", ")],
      ["Consumed by", facts.consumers.join(", ")],
      ["Receives before it is dead", facts.receives === null ? null : String(facts.receives)],
    ]),
    state.changes ? section("Messages", facts.receives ? h("p", { class: "soft" }, `A look is a receive: after ${facts.receives} a message goes to the dead-letter queue.`) : null, done, look) : null,
    isDead && !state.changes ? section("Last errors", h("div", { "data-errors": facts.failing.join(",") }, errors(facts.failing))) : null,
    isDead && state.changes ? section("Redrive", facts.to.length > 0 ? redrive(id, facts, look) : null, facts.unreachable.map((it) => h("p", { class: "soft" }, `Not given again: what failed at ${it}`))) : null,
    !isDead && state.changes ? section("Send", send(id, facts, "Message")) : null,
  ];
}

function peek(id, facts) {
  const look = form(id, [], "Peek", async () => {
    const { counts, messages } = await server.request(state.stack, id, "peek", { limit: 10 });
    const about = `${messages.length} shown of about ${counts.visible} waiting, ${counts.in_flight} in flight`;
    return [h("p", { class: "soft" }, messages.length > 0 ? about : `Nothing is in it: ${about}.`), ...messages.map((it) => message(id, facts, it, look))];
  }, { primary: false });
  // What is in a dead-letter queue is shown at once: a look moves nothing to another queue.
  if (state.local && facts.isDead && !facts.receives) show(look, id);
  return look;
}

/** The last errors of functions: why messages failed is among them. */
export function errors(functions) {
  const isError = (it) => it.stack === state.stack && it.level === "error" && it.part.split(",").some((part) => functions.includes(part));
  const last = state.events.filter(isError).slice(-ERRORS).reverse();
  if (last.length === 0) return h("p", { class: "soft" }, `none of ${functions.join(", ")} in the last minutes`);
  return h("ol", { class: "log" }, last.map((it) => h("li", { class: "error" }, `${clock(it.time)} ${it.part}: ${said(it)} `, h("button", { type: "button", class: "small", onclick: () => choose(it) }, "Show its way"))));
}

function message(queue, facts, { id, body, sent, received, group, source, attributes, failure: why }, look) {
  const told = why ? null : reasonIn(body, attributes, facts);
  const element = h(
    "article",
    { class: "message" },
    h("p", { class: "soft" }, copied(id), ["", `sent ${sent}`, received && `received ${received} times`, group && `group ${group}`, source && `from ${source}`].filter((it) => typeof it === "string").join(" · ")),
    why ? h("p", { class: "bad" }, `${why.function}: `, reason(why.message)) : null,
    told ? h("p", { class: "bad" }, told.text) : null,
    facts.isDead && !why && !told ? h("p", { class: "soft" }, facts.sources.length > 0 ? "The logs of the last minutes do not say why it failed." : "It does not say why it failed.") : null,
    h("div", { class: "row" }, wayTo(told?.request ?? id), facts.isDead ? remove(queue, facts, id, look) : null),
    h("pre", {}, pretty(body)),
    list(Object.entries(attributes)),
  );
  if (told?.function) element.append(again(told));
  // Of a record of an invocation, the function gets the event in it.
  if (facts.to.length > 0) element.append(mend(queue, facts, id, told?.payload ?? body, look));
  return element;
}

/**
 * Why a message is dead, when it says so itself: in the record of an invocation that failed, in attributes of EventBridge,
 * or in those of Lambda. Of a function's also with what it was given.
 */
function reasonIn(body, attributes, facts) {
  const text = (parts) => parts.filter((it) => typeof it === "string" && it !== "").join(": ");
  let record = null;
  try {
    record = JSON.parse(body);
  } catch {
    // It is no record.
  }
  const context = record?.requestContext;
  if (context?.condition && "requestPayload" in record) {
    const own = facts.functions[context.functionArn?.split(":")[6]];
    const { errorType, errorMessage } = record.responsePayload ?? {};
    return { text: text([own, context.condition, errorType, errorMessage]), request: context.requestId, function: own, payload: record.requestPayload };
  }
  const { ERROR_CODE, ERROR_MESSAGE, RULE_ARN, ErrorCode, ErrorMessage, RequestID } = attributes;
  if (ERROR_CODE || ERROR_MESSAGE) return { text: text([RULE_ARN?.split("/").at(-1), ERROR_CODE, ERROR_MESSAGE]) };
  if (!RequestID) return null;
  const [own, other] = facts.failing;
  return { text: text([ErrorCode, ErrorMessage]), request: RequestID, function: other ? null : own, payload: record };
}

/** A button that invokes a function again with what it was given. */
function again({ function: id, payload }) {
  return form(id, [], "Invoke again", async () => {
    if (!(await ask(`Invoke ${id} again with the event of this message? The message stays.`, "Invoke"))) return null;
    return outcome(await server.request(state.stack, id, "invoke", { event: payload }));
  }, { primary: false });
}

/** A button that deletes one message. */
function remove(queue, { done }, id, look) {
  const work = async () => {
    if (!(await ask(`Delete the message ${id} of ${queue}? It is gone for good.`, "Delete", { danger: true }))) return;
    try {
      await server.request(state.stack, queue, "delete-message", { message: id });
      done.replaceChildren(h("p", { class: "good" }, `deleted ${id}`));
      look.requestSubmit();
    } catch (error) {
      done.replaceChildren(failure(error));
    }
  };
  return h("button", { type: "button", class: "small danger", onclick: work }, "Delete");
}

/** What was sent, with a button that shows its way when something is known of it. */
function sentAs(text, id) {
  return h("p", { class: "good" }, text, copied(id), " ", wayTo(id));
}

/** A form that sends one message of a dead-letter queue back with another body. */
function mend(queue, { to: ends, done }, id, body, look) {
  const text = textarea(pretty(body));
  const sending = form(queue, [field("Body", text)], "Send back", async () => {
    const to = ends.join(" or ");
    if (!(await ask(`Send this message back to ${to} with this body?`, "Send back"))) return h("p", { class: "soft" }, "Nothing was sent.");
    const { moved, messages } = await server.request(state.stack, queue, "redrive", { message: id, body: text.value });
    if (moved !== 1) return h("p", { class: "bad" }, "It is not in the queue any more, or behind another of its group.");
    done.replaceChildren(...messages.map((it) => sentAs(`sent back to ${it.to} as `, it.new_id)));
    look.requestSubmit();
    return null;
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

function redrive(id, { to: ends }, look) {
  const filter = input({ placeholder: "all messages" });
  return form(id, [field("Only bodies with this text", filter)], "Redrive", async () => {
    const to = ends.join(" or ");
    if (!(await ask(`Send the messages of ${id} back to ${to}?`, "Redrive"))) return h("p", { class: "soft" }, "Nothing was sent.");
    const { moved, stayed, came_back: back, messages } = await server.request(state.stack, id, "redrive", { filter: filter.value || null });
    // What was shown is not there any more.
    if (moved > 0) look.requestSubmit();
    const text = `${quantity(moved, "message")} moved, ${stayed} stay${back > 0 ? `, ${back} failed again at once` : ""}`;
    return [h("p", { class: moved > 0 ? "good" : "soft" }, text), ...messages.slice(0, NEW_IDS).map((it) => sentAs(`to ${it.to} as `, it.new_id))];
  });
}

function send(id, facts, title) {
  const body = textarea("{}");
  propose(body, [id], (event) => event.Records?.[0]?.body);
  const group = input({ placeholder: "stackwright" });
  const fields = [field(title, body), facts.fifo ? field("Message group", group) : null];
  return form(id, fields, "Send", async () => {
    const sent = await server.request(state.stack, id, "send", { body: body.value, group: facts.fifo ? group.value : null });
    return sentAs("sent as ", sent.id);
  });
}

/** Proposes the body that last came from one of `sources`, as far as it was kept and nobody has written another. */
async function propose(body, sources, pick) {
  const before = body.value;
  const text = pick((await lastEvent((it) => sources.includes(it.from))) ?? {});
  if (typeof text === "string" && body.value === before) body.value = pretty(text);
}

export function ofTopic(id, facts) {
  const rows = facts.subscriptions.map((it) => h("tr", {}, h("td", {}, it.endpoint ?? it.id), h("td", {}, it.protocol), h("td", { class: "filter" }, it.filter ? filterOf(it) : "all")));
  const table = h("table", {}, h("thead", {}, h("tr", {}, ["To", "Protocol", "Only"].map((it) => h("th", { scope: "col" }, it)))), h("tbody", {}, rows));
  const body = textarea(JSON.stringify(examples(facts.subscriptions.filter(isOfBody)), null, 2));
  propose(body, [id, ...facts.subscriptions.map((it) => it.endpoint)], (event) => bodyOf(event, facts.arn));
  const group = input({ placeholder: "stackwright" });
  const attributes = input({ placeholder: "name=value, other=value" });
  attributes.value = Object.entries(examples(facts.subscriptions.filter((it) => !isOfBody(it)))).map(([name, value]) => `${name}=${value}`).join(", ");
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
        return sentAs("sent as ", sent.id);
      }),
    ),
  ];
}

/** The message of a topic in the event of a function that got it, by itself or by a queue. */
function bodyOf(event, topic) {
  const record = event.Records?.[0];
  if (record?.Sns) return record.Sns.Message;
  try {
    const { TopicArn, Message } = JSON.parse(record.body);
    return TopicArn === topic ? Message : null;
  } catch {
    return null;
  }
}

/** Whether a filter is for the body of messages, and not for their attributes. */
const isOfBody = ({ scope }) => scope === "MessageBody";

/** A filter, folded when it is long. */
function filterOf(subscription) {
  // With spaces, so that it can be wrapped.
  const json = JSON.stringify(subscription.filter, null, 1).replace(/\s+/g, " ");
  const text = isOfBody(subscription) ? `body: ${json}` : json;
  return text.length > LONG_FILTER ? h("details", {}, h("summary", {}, `${text.slice(0, LONG_FILTER)}…`), text) : text;
}

/** What subscriptions ask for, by name: what none of them lets through goes nowhere. */
function examples(subscriptions) {
  const all = subscriptions.flatMap(({ filter }) => Object.entries(filter ?? {}));
  const pairs = all.map(([name, wanted]) => [name, Array.isArray(wanted) ? wanted.map(example).find((it) => it !== null) : examples([{ filter: wanted }])]);
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined).reverse());
}

/** A value that a condition of a filter lets through. */
function example(wanted) {
  if (typeof wanted !== "object" || wanted === null) return wanted;
  if (typeof wanted.prefix === "string") return wanted.prefix;
  if (typeof wanted.suffix === "string") return `example${wanted.suffix}`;
  return wanted["equals-ignore-case"] ?? null;
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
      return sentAs("sent as ", sent.id);
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
