// What the page knows. It is as bounded as what the console knows.

const MOST_EVENTS = 10_000;

export const state = {
  stacks: [],
  /** The name of the stack that is shown. */
  stack: null,
  /** The id of the part whose details are shown. */
  part: null,
  events: [],
  /** Numbers as they were when changes began to count, by stack and part. */
  before: new Map(),
  since: Date.now(),
  /** Errors as they were when somebody last said to count from now on, by stack and part. */
  calm: new Map(),
  connected: false,
  problem: null,
  /** Whether the stacks are in the local cloud, and whether the page may change anything. */
  local: true,
  changes: false,
  /** The names of stacks that were deployed since the page was opened and not looked at yet. */
  arrived: [],
  /** The events that are about one message or request, when one was chosen. */
  trail: null,
};

const listeners = [];
let waiting = null;

/** Calls `listener` before the next picture of the browser in which something changed, with what did. */
export function onChange(listener) {
  listeners.push(listener);
}

/** Says that something changed. */
export function changed(what) {
  if (waiting === null) {
    waiting = { what: new Set(), passages: [], numbers: new Map() };
    // A page in the background gets no frames. A busy one leaves time for whoever uses it.
    const rest = document.hidden ? 250 : Math.min(250, Math.max(0, ended + LEISURE * took - performance.now()));
    setTimeout(() => (document.hidden ? flush() : requestAnimationFrame(flush)), rest);
  }
  waiting.what.add(what);
  return waiting;
}

/** When changes were shown last, and how long that took. */
let ended = 0;
let took = 0;

/** How many times as long as showing changes took nothing more is shown. */
const LEISURE = 4;

function flush() {
  const change = waiting;
  waiting = null;
  const began = performance.now();
  for (const listener of listeners) listener(change);
  ended = performance.now();
  took = ended - began;
}

/** The stack that is shown. */
export function shownStack() {
  return state.stacks.find((it) => it.name === state.stack) ?? null;
}

/** How many messages are in dead-letter queues of a stack, and whether one of its functions failed. */
export function trouble({ name, picture, numbers }) {
  const dead = picture.parts.filter((it) => it.kind === "dead-letter-queue").map(({ id }) => numbers[id]);
  return {
    dead: dead.reduce((sum, it) => sum + (it ? it.waiting + it.in_flight : 0), 0),
    failed: picture.parts.some(({ id }) => hasFailed(name, id)),
  };
}

export function setStacks({ stacks, problem, local, changes, anew }) {
  const isThere = (all, name) => all.some((it) => it.name === name && !it.gone);
  const isFirst = state.stacks.length === 0;
  const arrived = isFirst ? [] : stacks.filter(({ name, gone }) => !gone && !isThere(state.stacks, name)).map(({ name }) => name);
  state.arrived = [...state.arrived, ...arrived].filter((name) => name !== state.stack && isThere(stacks, name));
  Object.assign(state, { stacks, problem, local, changes });
  if (!shownStack()) state.stack = stacks[0]?.name ?? null;
  for (const { name, numbers } of stacks) {
    for (const [id, it] of Object.entries(numbers)) remember(name, id, it);
  }
  // Whatever happened is told again.
  if (anew) state.events = [];
  changed("stacks");
}

export function setProblem({ problem }) {
  state.problem = problem;
  changed("status");
}

export function setConnected(connected) {
  state.connected = connected;
  changed("status");
}

/** Takes what changed, or with `isPast` what had happened before. */
export function take({ numbers = {}, events = [], passages = [] }, isPast = false) {
  for (const [name, parts] of Object.entries(numbers)) {
    const stack = state.stacks.find((it) => it.name === name);
    if (!stack) continue;
    for (const [id, it] of Object.entries(parts)) {
      remember(name, id, it);
      stack.numbers[id] = it;
      changed("numbers").numbers.set(`${name}/${id}`, it);
    }
  }
  if (events.length > 0) {
    state.events.push(...events);
    // An event may be seen after later ones of another function.
    if (isPast || outOfOrder(events)) state.events.sort((one, other) => one.time - other.time || one.number - other.number);
    if (state.events.length > MOST_EVENTS) state.events.splice(0, state.events.length - MOST_EVENTS);
    changed("events");
  }
  if (passages.length > 0) changed("passages").passages.push(...passages);
}

function outOfOrder(events) {
  const start = Math.max(0, state.events.length - events.length - 1);
  for (let place = start + 1; place < state.events.length; place += 1) {
    if (state.events[place].time < state.events[place - 1].time) return true;
  }
  return false;
}

function remember(stack, id, numbers) {
  const key = `${stack}/${id}`;
  if (!state.before.has(key)) state.before.set(key, numbers);
}

/** Counts changes from now on. */
export function countFromNow() {
  state.before.clear();
  state.since = Date.now();
  for (const { name, numbers } of state.stacks) {
    for (const [id, it] of Object.entries(numbers)) {
      remember(name, id, it);
      state.calm.set(`${name}/${id}`, faults(it));
    }
  }
  changed("numbers");
  changed("since");
}

function faults(numbers) {
  if (numbers.kind === "api") return numbers.server_errors;
  return numbers.kind === "function" ? numbers.errors + numbers.denied + numbers.throttles : 0;
}

/** Whether a part has failed since somebody last said to count from now on. */
export function hasFailed(stack, id) {
  const now = state.stacks.find((it) => it.name === stack)?.numbers[id];
  return Boolean(now) && faults(now) > (state.calm.get(`${stack}/${id}`) ?? 0);
}

/** How many there are: of `about 1,204 items` 1204. */
export function held(holds) {
  return Number((holds ?? "0").replace(/[^0-9]/g, "")) || 0;
}

/** How a part has changed: a text, and whether that is bad. */
export function difference(stack, id) {
  const before = state.before.get(`${stack}/${id}`);
  const now = state.stacks.find((it) => it.name === stack)?.numbers[id];
  if (!before || !now || before.kind !== now.kind) return null;
  if (now.kind === "function") {
    const errors = faults(now) - faults(before);
    if (errors > 0) return { text: `+${errors} error${errors === 1 ? "" : "s"}`, bad: true };
    return signed(now.invocations - before.invocations);
  }
  if (now.kind === "api") return signed(now.requests - before.requests);
  if (now.kind === "queue") return signed(now.waiting + now.in_flight - before.waiting - before.in_flight);
  return signed(held(now.holds) - held(before.holds));
}

function signed(number) {
  if (number === 0) return null;
  return { text: number > 0 ? `+${number.toLocaleString("en-US")}` : `−${(-number).toLocaleString("en-US")}`, bad: false };
}

/** The keys of events, by event: they are asked for often. */
const keysByEvent = new WeakMap();

/** By what the events of one way know each other: their trace, and the ids of what they are about, sent or received. */
function keysOf(event) {
  if (!keysByEvent.has(event)) {
    const { trace, message, text, fields = {} } = event;
    const ids = { called: fields.id, received: fields.ids }[text];
    const keys = [trace, message, fields.message_id, fields.messageId, fields.MessageId, ...(typeof ids === "string" ? ids.split(" ") : [])];
    keysByEvent.set(event, keys.filter((it) => typeof it === "string" && it !== ""));
  }
  return keysByEvent.get(event);
}

/** The last grave event, or else the last one, that is about the message or request `id`; nothing when none is. */
export function about(id) {
  const all = state.events.filter((it) => it.stack === state.stack && (it.request === id || keysOf(it).includes(id)));
  return all.findLast((it) => it.level === "error") ?? all.at(-1) ?? null;
}

/** The events that are about the same message or request as `event`, in the order of time. */
export function trailOf(event) {
  const own = state.events.filter((it) => it.stack === event.stack);
  const same = event.request ? own.filter((it) => it.request === event.request) : [event];
  const keyed = own.map((it) => [it, keysOf(it)]).filter(([, keys]) => keys.length > 0);
  const named = keysOf(event);
  const keys = new Set(named.length > 0 ? named : same.flatMap(keysOf));
  const all = new Set(keys.size > 0 ? [] : same);
  // What was sent on may have another trace: from each event the next are found.
  for (let before = -1; before < all.size; ) {
    before = all.size;
    for (const [it, its] of keyed) {
      if (all.has(it) || !its.some((key) => keys.has(key))) continue;
      all.add(it);
      for (const key of its) keys.add(key);
    }
  }
  const requests = new Set([...all].map((it) => it.request).filter(Boolean));
  const isOfAll = (it) => requests.has(it.request) && keysOf(it).length === 0;
  return own.filter((it) => all.has(it) || isOfAll(it));
}
