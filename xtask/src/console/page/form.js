// Pieces of the details of a part: lists, sections and forms.

import { h } from "./dom.js";
import { shownStack, state } from "./state.js";

/** What went wrong. */
export function failure(error) {
  return h("pre", { class: "failure", role: "alert" }, error.message);
}

/** A part of the details with a title. */
export function section(title, ...children) {
  return h("section", {}, h("h3", {}, title), children);
}

/** A text with a button that copies it. */
export function copied(text) {
  const button = h("button", { type: "button", class: "small", "aria-label": `Copy ${text}` }, "Copy");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text).then(() => { button.textContent = "Copied"; }, () => { button.textContent = "Not allowed"; });
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
  return [text, " ", button];
}

/** Names with their values; those without one are left out. */
export function list(pairs) {
  return h("dl", {}, pairs.filter(([, value]) => value !== null && value !== undefined && value !== "").map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

/** A form that asks something of the part, with a place for the answer. `work` gives what is shown of it. */
export function form(id, fields, verb, work, { primary = true } = {}) {
  const answer = h("div", { class: "answer", role: "status" });
  const button = h("button", { type: "submit", class: primary ? "primary" : "" }, verb);
  const element = h("form", { class: "form" }, fields, h("div", { class: "row" }, button), answer);
  let [isBusy, isLate] = [false, false];
  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    // The page itself may ask again while it waits.
    isLate = isBusy;
    if (isBusy) return;
    isBusy = true;
    button.disabled = true;
    answer.replaceChildren(h("p", { class: "soft" }, "Working …"));
    try {
      answer.replaceChildren(...[await work()].flat().filter(Boolean));
    } catch (error) {
      answer.replaceChildren(failure(error));
    }
    button.disabled = false;
    isBusy = false;
    if (isLate) element.requestSubmit();
  });
  return element;
}

let labels = 0;

/** How much is in a part, as the console counted it last. */
function held(id) {
  const { waiting, in_flight: flying, holds = waiting + flying } = shownStack()?.numbers[id] ?? {};
  return String(holds);
}

/** Submits the form now, and in the local cloud, where that costs nothing, whenever another number is in the part `id`. */
export function show(element, id) {
  if (state.local) {
    element.dataset.follows = id;
    element.addEventListener("submit", () => { element.dataset.held = held(id); });
  }
  queueMicrotask(() => element.requestSubmit());
}

/** Submits the forms that follow a part anew, unless somebody is at what they show. */
export function refresh(panel) {
  for (const element of panel.querySelectorAll("[data-follows]")) {
    const isUsed = element.closest("section").querySelector("details[open], input:focus, textarea:focus");
    if (element.dataset.held !== held(element.dataset.follows) && !isUsed) element.requestSubmit();
  }
}

/** An input with its label. */
export function field(title, input) {
  labels += 1;
  input.id ||= `field-${labels}`;
  return h("div", { class: "field" }, h("label", { for: input.id }, title), input);
}

export const textarea = (value = "", rows = 6) => {
  const element = h("textarea", { rows, spellcheck: "false" });
  element.value = value;
  return element;
};
export const input = (attributes = {}) => h("input", { type: "text", spellcheck: "false", autocomplete: "off", ...attributes });
export const select = (options) => h("select", {}, options.map(([value, text]) => h("option", { value }, text)));

/** A wide element that is scrolled by itself. */
export function scrolled(name, element) {
  return h("div", { class: "scrolled", tabindex: "0", role: "region", "aria-label": name }, element);
}
