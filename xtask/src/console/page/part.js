// The details of a part, and what can be done with it.

import { ask, bytes, clock, h, pretty, quantity } from "./dom.js";
import * as server from "./server.js";
import { shownStack, state } from "./state.js";
import { choose, said } from "./timeline.js";

/** How many of the last invocations are shown. */
const INVOCATIONS = 10;

/** Shows the part `id` in `body`. */
export async function show(body, id) {
  const drawn = shownStack()?.picture.parts.find((it) => it.id === id);
  body.replaceChildren(h("p", { class: "what" }, [drawn?.what, drawn?.detail].filter(Boolean).join(" · ")));
  const waiting = h("p", { class: "soft", role: "status" }, "Looking …");
  body.append(waiting);
  let facts;
  try {
    facts = await server.facts(state.stack, id);
  } catch (error) {
    waiting.replaceWith(failure(error));
    return;
  }
  waiting.remove();
  const of = KINDS[facts.type];
  if (!facts.type) {
    body.append(h("p", {}, "It is outside of the stack, and the console knows nothing more of it."));
    return;
  }
  const own = of ? of(id, facts) : [];
  body.append(...own, about(facts));
}

/** Brings what is shown of a part up to date that follows from events. */
export function refresh(panel) {
  for (const element of panel.querySelectorAll("[data-invocations]")) {
    // What somebody unfolded, or is at, stays as it is.
    if (!element.querySelector("details[open]") && !element.contains(document.activeElement)) element.replaceChildren(...invocations(element.dataset.invocations));
  }
}

const KINDS = {
  "AWS::Lambda::Function": ofFunction,
  "AWS::SQS::Queue": ofQueue,
  "AWS::DynamoDB::Table": ofTable,
  "AWS::DynamoDB::GlobalTable": ofTable,
  "AWS::S3::Bucket": ofBucket,
  "AWS::SNS::Topic": ofTopic,
  "AWS::Events::EventBus": (id) => [sendEvent(id)],
  "AWS::Events::Rule": ofRule,
  "AWS::ApiGateway::RestApi": ofApi,
};

function failure(error) {
  return h("pre", { class: "failure", role: "alert" }, error.message);
}

function section(title, ...children) {
  return h("section", {}, h("h3", {}, title), children);
}

function list(pairs) {
  return h("dl", {}, pairs.filter(([, value]) => value !== null && value !== undefined && value !== "").map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

function about({ type, name, arn, source }) {
  return section("Resource", list([["Type", type], ["Name", name], ["ARN", arn === name ? null : arn], ["Declared at", source]]));
}

/** A form that asks something of the part, with a place for the answer. `work` gives what is shown of it. */
function form(id, fields, verb, work, { primary = true } = {}) {
  const answer = h("div", { class: "answer", role: "status" });
  const button = h("button", { type: "submit", class: primary ? "primary" : "" }, verb);
  const element = h("form", { class: "form" }, fields, h("div", { class: "row" }, button), answer);
  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    answer.replaceChildren(h("p", { class: "soft" }, "Working …"));
    try {
      answer.replaceChildren(...[await work()].flat().filter(Boolean));
    } catch (error) {
      answer.replaceChildren(failure(error));
    }
    button.disabled = false;
  });
  return element;
}

let labels = 0;

function field(title, input) {
  labels += 1;
  input.id ||= `field-${labels}`;
  return h("div", { class: "field" }, h("label", { for: input.id }, title), input);
}

const textarea = (value = "", rows = 6) => {
  const element = h("textarea", { rows, spellcheck: "false" });
  element.value = value;
  return element;
};
const input = (attributes = {}) => h("input", { type: "text", spellcheck: "false", autocomplete: "off", ...attributes });
const select = (options) => h("select", {}, options.map(([value, text]) => h("option", { value }, text)));

// Functions

function ofFunction(id, facts) {
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
    section("Invoke", invoke(id, facts)),
    section("Rights of its role", rights(facts.rights)),
    section("Environment", variables.length > 0 ? list(variables) : h("p", { class: "soft" }, "none")),
  ];
}

function invocations(id) {
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
    const isBad = events.some((it) => it.level === "error");
    const lines = events.filter((it) => it.kind === "log").map((it) => h("li", { class: it.level ?? "" }, said(it)));
    return h(
      "details",
      { class: isBad ? "bad" : "" },
      h("summary", {}, h("time", {}, clock(events[0].time)), ` ${end ? end.text : "running"}`, isBad ? h("b", { class: "bad" }, " error") : null),
      h("p", { class: "soft" }, `request ${request} `, ...actionsOf(events)),
      lines.length > 0 ? h("ol", { class: "log" }, lines) : h("p", { class: "soft" }, "It logged nothing."),
    );
  });
}

/** What can be done with an invocation. */
function actionsOf(events) {
  return [h("button", { type: "button", class: "small", onclick: () => choose(events[0]) }, "Show its way")];
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
    const state = denied ? ["denied", "bad"] : used ? ["used", "good"] : purpose ? [`AWS: ${purpose}`, "soft"] : ["not used yet", "soft"];
    return h("tr", {}, h("td", {}, action), h("td", {}, resource), h("td", { class: state[1] }, state[0]));
  });
  return scrolled("Rights", h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Action"), h("th", { scope: "col" }, "On"), h("th", { scope: "col" }, "Here"))), h("tbody", {}, rows)));
}

function scrolled(name, element) {
  return h("div", { class: "scrolled", tabindex: "0", role: "region", "aria-label": name }, element);
}

// Queues, topics, buses and rules

function ofQueue(id, facts) {
  const isDead = facts.sources.length > 0;
  const messages = section("Messages", peek(id, facts));
  const back = isDead ? section("Redrive", redrive(id, facts)) : null;
  const sent = section("Send", send(id, facts, "Message"));
  return [
    list([
      ["Failed messages of", facts.sources.join(", ")],
      ["Consumed by", facts.consumers.join(", ")],
      ["Receives before it is dead", facts.receives === null ? null : String(facts.receives)],
    ]),
    messages,
    back,
    isDead ? null : sent,
  ].filter(Boolean);
}

function peek(id, facts) {
  const warning = facts.receives ? `A look is a receive: after ${facts.receives} a message goes to the dead-letter queue.` : null;
  return [
    warning ? h("p", { class: "soft" }, warning) : null,
    form(id, [], "Peek", async () => {
      const { counts, messages } = await server.request(state.stack, id, "peek", { limit: 10 });
      const about = `${messages.length} shown of about ${counts.visible} waiting, ${counts.in_flight} in flight`;
      return [h("p", { class: "soft" }, about), ...messages.map((it) => message(id, facts, it))];
    }, { primary: false }),
  ];
}

function message(queue, facts, { id, body, sent, received, group, source, attributes, failure: why }) {
  const element = h(
    "article",
    { class: "message" },
    h("p", { class: "soft" }, [id, `sent ${sent}`, received ? `received ${received} times` : null, group ? `group ${group}` : null, source ? `from ${source}` : null].filter(Boolean).join(" · ")),
    why ? h("p", { class: "bad" }, `${why.function}: `, reason(why.message)) : null,
    h("pre", {}, pretty(body)),
    list(Object.entries(attributes)),
  );
  if (facts.sources.length > 0) element.append(mend(queue, facts, id, body));
  return element;
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

function redrive(id, { sources }) {
  const filter = input({ placeholder: "all messages" });
  return form(id, [field("Only bodies with this text", filter)], "Redrive", async () => {
    const to = sources.join(" or ");
    if (!(await ask(`Send the messages of ${id} back to ${to}?`, "Redrive"))) return h("p", { class: "soft" }, "Nothing was sent.");
    const { moved, stayed, came_back: back } = await server.request(state.stack, id, "redrive", { filter: filter.value || null });
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

function ofTopic(id, facts) {
  const rows = facts.subscriptions.map((it) => h("tr", {}, h("td", {}, it.endpoint ?? it.id), h("td", {}, it.protocol), h("td", {}, it.filter ? JSON.stringify(it.filter) : "all")));
  const table = h("table", {}, h("thead", {}, h("tr", {}, ["To", "Protocol", "Only"].map((it) => h("th", { scope: "col" }, it)))), h("tbody", {}, rows));
  const body = textarea("{}");
  const group = input({ placeholder: "stackwright" });
  const attributes = input({ placeholder: "status=pending, priority=high" });
  const fields = [field("Message", body), field("Attributes", attributes), facts.fifo ? field("Message group", group) : null];
  return [
    section("Subscriptions", rows.length > 0 ? scrolled("Subscriptions", table) : h("p", { class: "soft" }, "none")),
    section(
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

function sendEvent(bus, pattern = null) {
  const first = (name) => (Array.isArray(pattern?.[name]) ? pattern[name].find((it) => typeof it === "string") : null) ?? "";
  const [body, source, kind] = [textarea("{}"), input({ placeholder: "as a rule asks for" }), input({ placeholder: "as a rule asks for" })];
  source.value = first("source");
  kind.value = first("detail-type");
  return section(
    "Send an event",
    form(bus, [field("Source", source), field("Detail type", kind), field("Detail, in JSON", body)], "Send", async () => {
      const given = { body: body.value, source: source.value || null, detail_type: kind.value || null };
      const sent = await server.request(state.stack, bus, "send", given);
      return h("p", { class: "good" }, `sent as ${sent.id}`);
    }),
  );
}

function ofRule(id, facts) {
  return [
    list([["Schedule", facts.schedule], ["To", facts.targets.join(", ")]]),
    facts.pattern ? section("Pattern", h("pre", {}, pretty(facts.pattern))) : null,
    facts.bus ? sendEvent(facts.bus, facts.pattern) : facts.pattern ? h("p", { class: "soft" }, "Its bus is none of the stack: what it matches comes from elsewhere, such as from a bucket.") : null,
  ].filter(Boolean);
}

// Tables

function ofTable(id, facts) {
  const where = select([["", "the table"], ...facts.indexes.map((it) => [it.name, `index ${it.name}`])]);
  const [partition, sort] = [input(), input()];
  const [partitionField, sortField] = [field("", partition), field("", sort)];
  const keysOf = () => facts.indexes.find((it) => it.name === where.value)?.keys ?? facts.keys;
  const name = () => {
    const [hash, range] = keysOf();
    partitionField.firstChild.textContent = `${hash.name} (${hash.type})`;
    partition.placeholder = "all items";
    sortField.hidden = !range;
    if (range) sortField.firstChild.textContent = `${range.name} (${range.type})`;
    sort.value = "";
  };
  where.addEventListener("change", name);
  name();
  const results = h("div");
  const load = async (given, after = null) => {
    const { items, next } = await server.request(state.stack, id, "items", { ...given, after });
    results.append(...items.map((it) => item(id, facts.keys, it)));
    const more = next ? h("button", { type: "button", onclick: async () => { more.remove(); await load(given, next).catch((error) => results.append(failure(error))); } }, "More") : null;
    if (more) results.append(more);
    return items.length;
  };
  const show = form(id, [field("Of", where), partitionField, sortField], "Show items", async () => {
    results.replaceChildren();
    const count = await load({ index: where.value || null, partition: partition.value || null, sort: sort.value || null });
    return count === 0 ? h("p", { class: "soft" }, "no such item") : null;
  });
  queueMicrotask(() => show.requestSubmit());
  return [
    list([["Keys", facts.keys.map((it) => `${it.name} (${it.type})`).join(", ")], ["Time to live", facts.time_to_live]]),
    section("Items", show, results),
  ];
}

/** A value without its type, where that leaves it clear. */
function plain(value) {
  const [kind, inner] = Object.entries(value)[0] ?? ["", ""];
  if (kind === "S") return inner;
  if (kind === "N") return inner;
  if (kind === "M") return JSON.stringify(Object.fromEntries(Object.entries(inner).map(([name, it]) => [name, plain(it)])));
  if (kind === "L") return JSON.stringify(inner.map(plain));
  if (kind === "NULL") return "null";
  return typeof inner === "string" ? inner : JSON.stringify(inner);
}

function item(id, keys, value) {
  const key = Object.fromEntries(keys.map((it) => [it.name, value[it.name]]).filter(([, it]) => it));
  const title = keys.map((it) => (value[it.name] ? plain(value[it.name]) : "")).join(" · ");
  const element = h("details", { class: "item" }, h("summary", {}, title));
  const status = h("div", { role: "status" });
  const shown = list(Object.entries(value).map(([name, it]) => [name, plain(it)]));
  const remove = async () => {
    if (!(await ask(`Delete the item ${title} of ${id}?`, "Delete", { danger: true }))) return;
    try {
      await server.request(state.stack, id, "delete-item", { key });
      element.remove();
    } catch (error) {
      status.replaceChildren(failure(error));
    }
  };
  const edit = () => {
    const text = textarea(JSON.stringify(value, null, 2), 12);
    const save = async () => {
      let changed;
      try {
        changed = JSON.parse(text.value);
        if (!(await ask(`Write the item ${title} of ${id}?`, "Write"))) return;
        await server.request(state.stack, id, "put-item", { key, item: changed });
      } catch (error) {
        status.replaceChildren(failure(error));
        return;
      }
      const fresh = item(id, keys, changed);
      fresh.open = true;
      element.replaceWith(fresh);
    };
    shown.replaceWith(field("The item, in DynamoDB's notation", text), h("div", { class: "row" }, h("button", { type: "button", class: "primary", onclick: save }, "Write")));
  };
  element.append(
    shown,
    h("div", { class: "row" }, h("button", { type: "button", class: "small", onclick: edit }, "Edit"), h("button", { type: "button", class: "small danger", onclick: remove }, "Delete")),
    status,
  );
  return element;
}

// Buckets

function ofBucket(id) {
  const prefix = input({ placeholder: "all objects" });
  const results = h("div");
  const load = async (given, after = null) => {
    const { objects, next } = await server.request(state.stack, id, "objects", { ...given, after });
    results.append(...objects.map((it) => object(id, it)));
    const more = next ? h("button", { type: "button", onclick: async () => { more.remove(); await load(given, next).catch((error) => results.append(failure(error))); } }, "More") : null;
    if (more) results.append(more);
    return objects.length;
  };
  const show = form(id, [field("Keys that begin with", prefix)], "List objects", async () => {
    results.replaceChildren();
    return (await load({ prefix: prefix.value || null })) === 0 ? h("p", { class: "soft" }, "no such object") : null;
  });
  queueMicrotask(() => show.requestSubmit());
  const [key, body] = [input({ placeholder: "folder/name.txt" }), textarea("", 4)];
  const put = form(id, [field("Key", key), field("Text", body)], "Put object", async () => {
    const sent = await server.request(state.stack, id, "send", { body: body.value, key: key.value || null });
    return h("p", { class: "good" }, `put ${sent.id}`);
  });
  return [section("Objects", show, results), section("Put an object", put)];
}

function object(id, { key, size, modified }) {
  const content = h("div");
  const element = h("details", { class: "item" }, h("summary", {}, key, h("span", { class: "soft" }, ` ${bytes(size)}${modified ? ` · ${new Date(modified).toISOString()}` : ""}`)), content);
  element.addEventListener("toggle", async () => {
    if (!element.open || content.childElementCount > 0) return;
    try {
      const shown = await server.request(state.stack, id, "object", { key });
      if (shown.picture) content.append(h("img", { src: server.picture(state.stack, id, key), alt: `The object ${key}`, loading: "lazy" }));
      else if (shown.binary) content.append(h("p", { class: "soft" }, "Its bytes are neither text nor a picture."));
      else if (shown.picture === false) content.append(h("p", { class: "soft" }, "The picture is too large to be shown."));
      else content.append(h("pre", {}, pretty(shown.text)), shown.whole === false ? h("p", { class: "soft" }, "Only its beginning is shown.") : "");
    } catch (error) {
      content.append(failure(error));
    }
    const remove = async () => {
      if (!(await ask(`Delete the object ${key} of ${id}?`, "Delete", { danger: true }))) return;
      try {
        await server.request(state.stack, id, "delete-object", { key });
        element.remove();
      } catch (error) {
        content.append(failure(error));
      }
    };
    content.append(h("div", { class: "row" }, h("button", { type: "button", class: "small danger", onclick: remove }, "Delete")));
  });
  return element;
}

// APIs

function ofApi(id, facts) {
  const routes = select(facts.routes.map(({ method, path }) => [`${method} ${path}`, `${method} ${path}`]));
  const method = select(["GET", "POST", "PUT", "PATCH", "DELETE"].map((it) => [it, it]));
  const path = input();
  const body = textarea("", 5);
  const bodyField = field("Body", body);
  const choose = () => {
    const route = facts.routes.find((it) => `${it.method} ${it.path}` === routes.value);
    if (!route) return;
    method.value = route.method === "ANY" ? "GET" : route.method;
    const query = route.queries.map((it) => `${it}=`).join("&");
    path.value = route.path.replace(/\{([^}+]+)\+?\}/g, "$1") + (query ? `?${query}` : "");
    bodyField.hidden = method.value === "GET";
  };
  routes.addEventListener("change", choose);
  method.addEventListener("change", () => { bodyField.hidden = method.value === "GET"; });
  choose();
  const fields = [field("Route", routes), h("div", { class: "pair" }, field("Method", method), field("Path and query", path)), bodyField];
  return [
    list([["Address", facts.address]]),
    section(
      "Call a route",
      form(id, fields, "Call", async () => {
        const given = { method: method.value, path: path.value, body: bodyField.hidden ? null : body.value };
        const answer = await server.request(state.stack, id, "call", given);
        const headers = answer.headers.map(([name, value]) => `${name}: ${value}`).join("\n");
        return [
          h("p", { class: answer.status < 400 ? "good" : "bad" }, `${answer.status} ${answer.reason ?? ""} in ${answer.milliseconds} ms`),
          h("pre", {}, pretty(answer.body)),
          answer.cut ? h("p", { class: "soft" }, "Only its beginning is shown.") : null,
          h("details", {}, h("summary", {}, "Headers"), h("pre", {}, headers)),
        ];
      }),
    ),
  ];
}
