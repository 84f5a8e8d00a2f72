// The picture of a stack, with its numbers.

import { count, duration, quantity, s } from "./dom.js";
import { difference, hasFailed, onChange, shownStack, state } from "./state.js";

const MARGIN = 20;
/** How small the picture is at first, and how small on demand, where it does not fit. */
const READABLE = 0.7;
const SMALLEST = 0.35;
/** How long a way is lit after something went along it. */
const LIT = 1400;

const holder = document.getElementById("picture");
const drawn = { stack: null, parts: new Map(), ways: new Map(), svg: null, size: null };
let zoom = null;
let floor = READABLE;
const lit = new Map();

/** Draws, and calls `open` with the id of a part that is chosen. */
export function start(open) {
  for (const [id, factor] of [["smaller", 1 / 1.2], ["larger", 1.2]]) {
    document.getElementById(id).addEventListener("click", () => scale((zoom ?? fitting()) * factor));
  }
  document.getElementById("fit").addEventListener("click", () => {
    floor = SMALLEST;
    scale(null);
  });
  new ResizeObserver(() => scale(zoom)).observe(holder);
  onChange(({ what, passages, numbers }) => {
    if (what.has("stacks") || what.has("stack")) draw(open);
    else if (what.has("since")) for (const id of drawn.parts.keys()) write(id);
    else for (const key of numbers.keys()) {
      const place = key.indexOf("/");
      if (key.slice(0, place) === drawn.stack) write(key.slice(place + 1));
    }
    for (const passage of passages) if (passage.stack === drawn.stack) light(passage);
    if (what.has("part") || what.has("trail") || what.has("stacks") || what.has("stack")) mark();
    if (what.has("trail") && state.trail) bring(state.trail.flatMap(partsOf));
  });
}

function draw(open) {
  const stack = shownStack();
  drawn.stack = stack?.name ?? null;
  drawn.parts.clear();
  drawn.ways.clear();
  lit.clear();
  if (!stack) return;
  const { width, height, parts, ways } = stack.picture;
  drawn.size = { width: width + 2 * MARGIN, height: height + 2 * MARGIN };
  const below = s("g");
  const labels = s("g", { "aria-hidden": "true" });
  const above = s("g");
  for (const way of ways) {
    const failed = way.line === "dashed";
    const element = s(
      "g",
      { class: failed ? "way failed" : "way", "aria-hidden": "true" },
      s("path", { class: "line", d: way.path }),
      s("path", { class: "light", d: way.path, pathLength: 100 }),
      s("path", { class: "tip", d: way.tip }),
    );
    below.append(element);
    const all = [element];
    if (way.label) all.push(label(way.label));
    labels.append(...all.slice(1));
    const key = `${way.from}\n${way.to}`;
    drawn.ways.set(key, [...(drawn.ways.get(key) ?? []), ...all]);
  }
  for (const part of parts) above.append(card(part, open));
  drawn.svg = s(
    "svg",
    { viewBox: `${-MARGIN} ${-MARGIN} ${drawn.size.width} ${drawn.size.height}`, role: "group", "aria-label": `Parts of ${stack.name}` },
    below,
    labels,
    above,
  );
  drawn.svg.classList.toggle("gone", Boolean(stack.gone));
  holder.replaceChildren(drawn.svg);
  for (const { id } of parts) write(id);
  scale(zoom);
}

/** The kinds of parts of which something is counted. */
const COUNTED = ["function", "worker", "queue", "dead-letter-queue", "table", "bucket"];
/** Those of which only AWS counts anything. */
const COUNTED_ON_AWS = ["api"];

function label({ area, lines }) {
  const texts = lines.map((line, place) =>
    s("text", { class: "label", x: area.x + area.width / 2, y: area.y + 14 * place + 12.5 }, line),
  );
  return s("g", { class: "beside" }, s("rect", { class: "paper", x: area.x, y: area.y, width: area.width, height: area.height, rx: 4 }), texts);
}

function card(part, open) {
  const { area } = part;
  const texts = [["title", part.id], ["what", part.what], ...(part.detail ? [["what", part.detail]] : [])];
  const hasNumbers = COUNTED.includes(part.kind) || (!state.local && COUNTED_ON_AWS.includes(part.kind));
  const middle = (area.height - (hasNumbers ? 26 : 0)) / 2;
  const first = middle - (17 * (texts.length - 1)) / 2 + 4.5;
  const numbers = s("text", { class: "numbers", x: 12, y: area.height - 11 });
  // Above the card: within it there are names.
  const changeText = s("text", { class: "change", x: area.width - 8, y: -8, "text-anchor": "end" });
  const element = s(
    "g",
    {
      class: "part",
      transform: `translate(${area.x} ${area.y})`,
      role: "button",
      tabindex: "0",
      "data-part": part.id,
      onclick: () => open(part.id),
      onkeydown: (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        open(part.id);
      },
    },
    s("rect", { class: "focus", x: -4, y: -4, width: area.width + 8, height: area.height + 8, rx: 14 }),
    s("rect", { class: "card", width: area.width, height: area.height, rx: 10, stroke: part.colour, "stroke-dasharray": part.is_dashed ? "5 4" : null }),
    s(
      "g",
      { transform: `translate(12 ${middle - 15})` },
      s("rect", { width: 30, height: 30, rx: 8, fill: part.colour }),
      s("path", { class: "sign", d: part.sign }),
    ),
    texts.map(([name, text], place) => [s("text", { class: name, x: 54, y: first + 17 * place }, text), " "]),
    hasNumbers ? s("path", { class: "divider", d: `M1 ${area.height - 27} H${area.width - 1}` }) : null,
    numbers,
    " ",
    changeText,
  );
  drawn.parts.set(part.id, { element, numbers, changeText, part });
  return element;
}

/** The numbers of a part: pieces of text, each with whether it is bad. */
function pieces(numbers, kind) {
  const isDead = kind === "dead-letter-queue";
  const isWorker = kind === "worker";
  if (!numbers) return [];
  if (numbers.kind === "function") {
    if (numbers.invocations + numbers.throttles === 0) return [[isWorker ? "no batches" : "not invoked", ""]];
    const all = [[isWorker ? `batches: ${count(numbers.invocations)}` : quantity(numbers.invocations, "invocation"), ""]];
    if (numbers.errors > 0) all.push([quantity(numbers.errors, "error"), "bad"]);
    if (numbers.denied > 0) all.push([`${count(numbers.denied)} denied`, "bad"]);
    if (numbers.throttles > 0) all.push([`${count(numbers.throttles)} throttled`, "bad"]);
    if (numbers.p50 !== null) {
      const isShort = all.length > 1;
      all.push([isShort ? `p99 ${duration(numbers.p99)}` : `p50 ${duration(numbers.p50)}`, "soft"]);
      if (!isShort) all.push([`p99 ${duration(numbers.p99)}`, "soft"]);
    }
    return all;
  }
  if (numbers.kind === "queue") {
    if (isDead) {
      const dead = numbers.waiting + numbers.in_flight;
      return dead > 0 ? [[`${count(dead)} dead`, "bad"]] : [["none dead", "soft"]];
    }
    const all = [[`${count(numbers.waiting)} waiting`, numbers.waiting > 0 ? "" : "soft"]];
    all.push([`${count(numbers.in_flight)} in flight`, numbers.in_flight > 0 ? "" : "soft"]);
    if (numbers.delayed > 0) all.push([`${count(numbers.delayed)} delayed`, ""]);
    return all;
  }
  if (numbers.kind === "api") {
    const all = [[quantity(numbers.requests, "request"), numbers.requests > 0 ? "" : "soft"]];
    if (numbers.client_errors > 0) all.push([`${count(numbers.client_errors)} 4xx`, ""]);
    if (numbers.server_errors > 0) all.push([`${count(numbers.server_errors)} 5xx`, "bad"]);
    return all;
  }
  return [[numbers.holds ?? "empty", numbers.holds ? "" : "soft"]];
}

function write(id) {
  const it = drawn.parts.get(id);
  const stack = shownStack();
  if (!it || !stack) return;
  const isDead = it.part.kind === "dead-letter-queue";
  const all = pieces(stack.numbers[id], it.part.kind);
  const spans = all.map(([text, kind], place) => [place > 0 ? " " : "", s("tspan", { class: kind, dx: place > 0 ? 6 : null }, text)]).flat();
  it.numbers.replaceChildren(...spans);
  const change = difference(stack.name, id);
  it.changeText.textContent = change?.text ?? "";
  it.changeText.classList.toggle("bad", change?.bad ?? false);
  it.element.classList.toggle("alarm", isDead ? all.some(([, kind]) => kind === "bad") : hasFailed(stack.name, id));
}

/** Lights a way for a moment. */
export function light({ from, to, good = true }) {
  for (const way of drawn.ways.get(`${from}\n${to}`) ?? []) {
    clearTimeout(lit.get(way));
    way.classList.add("lit");
    way.classList.toggle("ill", !good);
    lit.set(way, setTimeout(() => way.classList.remove("lit", "ill"), LIT));
  }
}

/** Marks the part that is open, and the parts of the trail. */
function mark() {
  const trail = state.trail && new Set(state.trail.flatMap((event) => partsOf(event)));
  for (const [id, { element }] of drawn.parts) {
    element.classList.toggle("open", id === state.part);
    if (id === state.part) {
      element.setAttribute("aria-current", "true");
      bring([id]);
    } else element.removeAttribute("aria-current");
    element.classList.toggle("faint", Boolean(trail) && !trail.has(id) && id !== state.part);
  }
  for (const [key, ways] of drawn.ways) {
    const [from, to] = key.split("\n");
    for (const way of ways) way.classList.toggle("faint", Boolean(trail) && !(trail.has(from) && trail.has(to)));
  }
}

/** Scrolls the picture so that parts are seen, the first ones where there is no room for all. The page stays where it is. */
function bring(ids) {
  // When the picture has its new size.
  requestAnimationFrame(() => {
    const areas = ids.map((id) => drawn.parts.get(id)?.element.getBoundingClientRect()).filter(Boolean);
    if (areas.length === 0) return;
    const view = holder.getBoundingClientRect();
    const by = (low, high) => {
      const [before, after] = [Math.min(...areas.map((it) => it[low])) - view[low], Math.max(...areas.map((it) => it[high])) - view[high]];
      return before < 0 ? before : Math.max(0, Math.min(before, after));
    };
    holder.scrollBy(by("left", "right"), by("top", "bottom"));
  });
}

/** The parts of the picture that an event is about: where something came from, who did something, and where it went. */
export function partsOf({ from, part, to }) {
  return [from, ...part.split(","), to].filter(Boolean);
}

/** Lights a part for a moment. */
export function flash(id) {
  const it = drawn.parts.get(id);
  if (!it) return;
  it.element.classList.add("flash");
  setTimeout(() => it.element.classList.remove("flash"), 700);
}

/** Sets the focus back to the part `id`. */
export function focus(id) {
  drawn.parts.get(id)?.element.focus();
}

function fitting() {
  if (!drawn.size) return 1;
  const width = holder.clientWidth / drawn.size.width;
  const height = holder.clientHeight / drawn.size.height;
  // Smaller, nobody reads it: then it is scrolled.
  return Math.max(Math.min(width, height, 1.15), floor);
}

function scale(to) {
  zoom = to === null ? null : Math.min(Math.max(to, 0.2), 3);
  if (!drawn.svg) return;
  const factor = zoom ?? fitting();
  drawn.svg.setAttribute("width", Math.floor(drawn.size.width * factor));
  drawn.svg.setAttribute("height", Math.floor(drawn.size.height * factor));
}
