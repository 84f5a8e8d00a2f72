// What happened, in the order of time, and the way of one message or request through the system.

import { clock, count, h } from "./dom.js";
import { flash, light, partsOf } from "./graph.js";
import { about, changed, onChange, shownStack, state, trailOf } from "./state.js";

/** The height of a row. Only those are drawn that are seen. */
const ROW = 24;
/** How many rows are drawn above and below those that are seen. */
const SPARE = 6;
/** How long a step of a trail is shown. */
const STEP = 650;

const holder = document.getElementById("timeline");
const wanted = { part: false, errors: false, text: "" };
let rows = [];
/** How many events there are of the stack that is shown. */
let known = 0;
let follows = true;
let chosen = null;
/** The event whose way is shown: one without a trace of its own stays in the way in which it was chosen. */
let followed = null;
let openPart = null;

const list = h("div", { class: "rows", role: "list", tabindex: "0", "aria-label": "Events, the latest last" });
const space = h("div", { class: "space" });
const total = h("span", { class: "soft" });
const onlyPart = h("input", { type: "checkbox", disabled: true });
const onlyErrors = h("input", { type: "checkbox" });
const search = h("input", { type: "search", placeholder: "Text, request or message id", "aria-label": "Only events with this text" });
const trailBox = h("div", { class: "trail", hidden: true });

/** Shows what happens, and calls `open` with the id of a part that an event is about. */
export function start(open) {
  openPart = open;
  list.append(space);
  holder.append(
    h(
      "div",
      { class: "head" },
      h("h2", {}, "Timeline"),
      total,
      h("label", {}, onlyPart, " this part"),
      h("label", {}, onlyErrors, " errors"),
      search,
      h("button", { type: "button", id: "fold", "aria-expanded": "true", "aria-label": "Fold the timeline", onclick: fold }, "▾"),
    ),
    h("div", { class: "body" }, list, trailBox),
  );
  onlyPart.addEventListener("change", () => filter({ part: onlyPart.checked }));
  onlyErrors.addEventListener("change", () => filter({ errors: onlyErrors.checked }));
  search.addEventListener("input", () => filter({ text: search.value.trim().toLowerCase() }));
  list.addEventListener("scroll", () => {
    follows = list.scrollTop + list.clientHeight >= list.scrollHeight - ROW;
    draw();
  });
  list.addEventListener("keydown", move);
  new ResizeObserver(draw).observe(list);
  onChange(({ what }) => {
    const isOther = what.has("stacks") || what.has("stack") || (what.has("part") && wanted.part);
    onlyPart.disabled = !state.part;
    if (isOther || what.has("events")) gather();
    if (what.has("events") && state.trail) goOn();
    if (what.has("trail")) showTrail();
  });
}

function fold(event) {
  const isOpen = holder.classList.toggle("folded");
  event.currentTarget.setAttribute("aria-expanded", String(!isOpen));
  event.currentTarget.textContent = isOpen ? "▴" : "▾";
}

function filter(change) {
  Object.assign(wanted, change);
  gather();
}

function isWanted(event) {
  if (wanted.part && state.part && !partsOf(event).includes(state.part)) return false;
  if (wanted.errors && event.level !== "error") return false;
  if (wanted.text === "") return true;
  const text = `${event.part} ${event.text} ${event.request ?? ""} ${JSON.stringify(event.fields ?? {})}`;
  return text.toLowerCase().includes(wanted.text);
}

function gather() {
  const own = state.events.filter((it) => it.stack === state.stack);
  known = own.length;
  rows = own.filter(isWanted);
  total.textContent = `${count(rows.length)} of ${count(known)}`;
  space.style.setProperty("height", `${rows.length * ROW}px`);
  if (follows) list.scrollTop = list.scrollHeight;
  draw();
}

function draw() {
  // When there are fewer rows than before, the browser scrolls back only later.
  const top = Math.max(0, Math.min(list.scrollTop, rows.length * ROW - list.clientHeight));
  const first = Math.max(0, Math.floor(top / ROW) - SPARE);
  const last = Math.min(rows.length, Math.ceil((top + list.clientHeight) / ROW) + SPARE);
  const shown = rows.slice(first, last).map((event, place) => row(event, first + place));
  if (rows.length === 0) shown.push(h("p", { class: "hint" }, nothing()));
  space.replaceChildren(...shown);
}

/** Why no row is shown. */
function nothing() {
  if (known > 0) return `None of the ${count(known)} events is of what is asked for above.`;
  return state.changes ? "Nothing has happened yet. Choose a part of the picture and send it something." : "Nothing has happened in the last minutes.";
}

function row(event, place) {
  const element = h(
    "div",
    {
      class: `row ${event.level ?? ""}${event === chosen ? " chosen" : ""}`,
      role: "listitem",
      "aria-posinset": place + 1,
      "aria-setsize": rows.length,
      "aria-current": event === chosen ? "true" : null,
      onclick: () => {
        choose(event);
        // Why a message is dead is told where it is now.
        if (event.kind === "dead") openPart(event.part);
      },
    },
    h("time", {}, clock(event.time)),
    h("b", { title: event.part }, event.part),
    h("span", { class: "kind" }, KINDS[event.kind] ?? event.level ?? ""),
    h("span", { class: "said", title: said(event) }, said(event)),
  );
  element.style.setProperty("top", `${place * ROW}px`);
  return element;
}

const KINDS = { start: "start", end: "end", call: "call", dead: "dead" };

/** An event as one line. */
export function said(event) {
  const all = Object.entries(event.fields ?? {});
  // Why comes first: lines are cut at their end.
  const why = all.filter(([name]) => name === "error" || name === "reason");
  const fields = [...why, ...all.filter((it) => !why.includes(it))].map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  return [event.text, ...fields].filter(Boolean).join("  ");
}

function move(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Escape" && state.trail) return leave();
  if (!step || rows.length === 0) return;
  event.preventDefault();
  const place = rows.indexOf(chosen);
  const next = place < 0 ? rows.length - 1 : Math.min(Math.max(place + step, 0), rows.length - 1);
  const top = next * ROW;
  if (top < list.scrollTop) list.scrollTop = top;
  else if (top + ROW > list.scrollTop + list.clientHeight) list.scrollTop = top + ROW - list.clientHeight;
  choose(rows[next]);
}

/** Shows the way of the message or request that `event` is about. */
export function choose(event) {
  chosen = event;
  if (event.trace || !state.trail?.includes(event)) {
    followed = event;
    state.trail = trailOf(event);
    changed("trail");
  }
  draw();
}

/** Adds to the way that is shown what happened since. */
function goOn() {
  const trail = trailOf(followed);
  if (trail.length <= state.trail.length) return;
  state.trail = trail;
  changed("trail");
}

/** A button that shows what happened with a message or request, as soon as something is known of it. */
export function wayTo(id) {
  const place = h("span", { "data-way": id });
  showWays(place);
  return place;
}

/** Adds the buttons for what is known meanwhile. */
export function showWays(element) {
  for (const place of [element, ...element.querySelectorAll("[data-way]")]) {
    const id = place.dataset.way;
    if (!id || place.childElementCount > 0 || !about(id)) continue;
    place.append(h("button", { type: "button", class: "small", onclick: () => choose(about(id)) }, "Show its way"));
  }
}

function leave() {
  chosen = null;
  followed = null;
  state.trail = null;
  changed("trail");
  draw();
}

function showTrail() {
  const trail = state.trail;
  trailBox.hidden = !trail;
  trailBox.replaceChildren();
  if (!trail) return;
  const began = trail[0]?.time ?? 0;
  const steps = trail.map((event) =>
    h(
      "li",
      { class: event.level ?? "" },
      h("span", { class: "soft" }, `+${((event.time - began) / 1000).toFixed(3)} s`),
      h("b", { title: event.part }, event.part),
      h("span", {}, event.kind === "start" ? "was invoked" : event.kind === "end" ? `ended: ${event.text}` : said(event)),
    ),
  );
  trailBox.append(
    h(
      "div",
      { class: "row-of-buttons" },
      h("h3", {}, trail.length === 1 ? "One event" : `Its way: ${trail.length} events`),
      h("button", { type: "button", onclick: () => play(trail, steps) }, "Play"),
      h("button", { type: "button", "aria-label": "Close the way", onclick: leave }, "✕"),
    ),
    h("ol", {}, steps),
  );
  // On a narrow page it is below the rows.
  trailBox.scrollIntoView({ block: "nearest" });
}

/** The ways along which something went with an event. */
function waysOf({ kind, part, from, to, level }, trail) {
  if (kind === "dead") {
    const ways = shownStack()?.picture.ways.filter((way) => way.to === part && way.line === "dashed") ?? [];
    return ways.filter((way) => ways.length === 1 || trail.some((it) => partsOf(it).includes(way.from))).map((way) => ({ ...way, good: false }));
  }
  const own = part.split(",");
  return own.flatMap((it) => [from && { from, to: it }, to && { from: it, to, good: level !== "error" }]).filter(Boolean);
}

async function play(trail, steps) {
  for (const [place, event] of trail.entries()) {
    if (state.trail !== trail) return;
    steps.forEach((step, other) => step.classList.toggle("now", other === place));
    steps[place].scrollIntoView({ block: "nearest" });
    for (const way of waysOf(event, trail)) light(way);
    partsOf(event).forEach(flash);
    await new Promise((resolve) => setTimeout(resolve, STEP));
  }
  steps.forEach((step) => step.classList.remove("now"));
}
