// The page: who listens to whom.

import { clock, h } from "./dom.js";
import * as graph from "./graph.js";
import * as part from "./part.js";
import * as plan from "./plan.js";
import * as server from "./server.js";
import { changed, countFromNow, onChange, setConnected, setProblem, setStacks, shownStack, state, take, trouble } from "./state.js";
import * as timeline from "./timeline.js";

const panel = document.getElementById("panel");
const stacks = document.getElementById("stacks");
const status = document.getElementById("status");
const problem = document.getElementById("problem");
const arrived = document.getElementById("arrived");
const opened = document.getElementById("opened");

function open(id) {
  state.part = id;
  changed("part");
  frame(id, (body) => part.show(body, id));
}

async function frame(title, show) {
  const body = h("div", { class: "panel-body" });
  const close = h("button", { type: "button", "aria-label": "Close the details", onclick: shut }, "✕");
  panel.replaceChildren(h("header", {}, h("h2", {}, title), close), body);
  panel.hidden = false;
  panel.scrollTop = 0;
  panel.focus({ preventScroll: true });
  // On a narrow page it is below the picture, and there is room for it only when it has its content.
  panel.scrollIntoView();
  await show(body);
  if (body.isConnected) panel.scrollIntoView();
}

function shut() {
  const id = state.part;
  state.part = null;
  panel.hidden = true;
  panel.replaceChildren();
  changed("part");
  if (id) graph.focus(id);
}

/** Shows another stack. */
function choose(name) {
  state.stack = name;
  state.part = null;
  state.trail = null;
  state.arrived = state.arrived.filter((it) => it !== name);
  panel.hidden = true;
  changed("stack");
  changed("trail");
}

function showStacks() {
  const buttons = state.stacks.map((stack) => {
    const { name, stage, gone } = stack;
    return h(
      "button",
      {
        type: "button",
        class: gone ? "gone" : "",
        "aria-pressed": String(name === state.stack),
        onclick: () => {
          if (name !== state.stack) choose(name);
        },
      },
      stage === "dev" ? name : `${name} ${stage}`,
      gone ? " (destroyed)" : null,
      ill(stack),
    );
  });
  // A tab that somebody is at stays as long as it says the same.
  if (buttons.length === stacks.childElementCount && buttons.every((it, place) => it.isEqualNode(stacks.children[place]))) return;
  const place = [...stacks.children].indexOf(document.activeElement);
  stacks.replaceChildren(...buttons);
  buttons[place]?.focus();
}

/** What is wrong with a stack that is not shown. */
function ill(stack) {
  if (stack.name === state.stack || stack.gone) return null;
  const { dead, failed } = trouble(stack);
  if (dead > 0) return h("span", { class: "bad" }, ` ${dead} dead`);
  return failed ? h("span", { class: "bad", title: "Functions failed" }, " !") : null;
}

/** Says which stacks were deployed meanwhile. */
function showArrived() {
  arrived.hidden = state.arrived.length === 0;
  arrived.replaceChildren(
    ...state.arrived.map((name) =>
      h("span", {}, `${name} was deployed. `, h("button", { type: "button", class: "small", onclick: () => choose(name) }, `Show ${name}`)),
    ),
    h("button", { type: "button", class: "small", "aria-label": "Close this message", onclick: () => { state.arrived = []; showArrived(); } }, "✕"),
  );
}

function showStatus() {
  const stack = state.stacks.find((it) => it.name === state.stack);
  const live = state.changes ? "live" : "live, looks only";
  status.textContent = state.connected ? `${live} · ${stack?.place ?? "no stack"}` : "not connected";
  const text = obstacle(stack);
  status.classList.toggle("live", !text);
  problem.hidden = !text;
  problem.textContent = text;
}

/** What is wrong, in words. */
function obstacle(stack) {
  if (!state.connected) return "The console does not answer. It may have been ended with Ctrl-C; one that is started again has another address.";
  if (stack?.gone) return `${stack.name} is not deployed any more, seen at ${clock(stack.gone).slice(0, 8)}. What was seen of it stays here until the console ends.`;
  return state.problem ?? "";
}

function showSince() {
  const time = new Date(state.since);
  opened.dateTime = time.toISOString();
  opened.textContent = time.toTimeString().slice(0, 8);
}

/** The address tells what is shown, so that it is shown again when the page is loaded again. */
function remember() {
  const place = [state.stack, state.part].filter(Boolean).map(encodeURIComponent).join("/");
  history.replaceState(null, "", `#${place}`);
}

/** The stack and the part that the address tells. */
const told = location.hash.slice(1).split("/").map(decoded);
state.stack = told[0] || null;

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

graph.start(open);
timeline.start(open);
document.getElementById("since").addEventListener("click", countFromNow);
document.getElementById("plan").addEventListener("click", () => {
  state.part = null;
  changed("part");
  frame("Pending plan", plan.show);
});
document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest?.("input, textarea, select, dialog");
  if (event.key === "Escape" && !isTyping && !panel.hidden) shut();
});
onChange(({ what }) => {
  if (what.has("stacks") || what.has("stack") || what.has("numbers")) showStacks();
  if (what.has("stacks") || what.has("stack")) showArrived();
  if (what.has("stacks") || what.has("stack") || what.has("status")) showStatus();
  if (what.has("since") || what.has("stacks")) showSince();
  if (what.has("stacks") && shownStack()?.name === told[0]) {
    const [id] = told.splice(1);
    if (shownStack().picture.parts.some((it) => it.id === id)) open(id);
  }
  if (what.has("stack") || what.has("part")) remember();
  if (what.has("stacks") && state.part && !state.stacks.some((it) => it.picture.parts.some(({ id }) => id === state.part))) shut();
  if (state.part && (what.has("events") || what.has("numbers"))) part.refresh(panel);
});
server.listen({
  connected: setConnected,
  stacks: setStacks,
  past: (told) => take(told, true),
  change: take,
  problem: setProblem,
});
