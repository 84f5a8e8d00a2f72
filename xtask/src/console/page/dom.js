// Elements of the page. Whatever comes from a message or a log becomes text: nothing here reads markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes, listeners (`onclick`), and children that are elements or texts. */
export function h(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same in a picture. */
export function s(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Text that is JSON with its structure, any other as it is. */
export function pretty(text) {
  if (typeof text !== "string") return JSON.stringify(text, null, 2);
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** A time of day to the millisecond. */
export function clock(milliseconds) {
  const time = new Date(milliseconds);
  const two = (number) => String(number).padStart(2, "0");
  const parts = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":");
  return `${parts}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}

/** A duration in milliseconds as people read it. */
export function duration(milliseconds) {
  if (milliseconds >= 10_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return milliseconds >= 10 ? `${Math.round(milliseconds)} ms` : `${Number(milliseconds.toFixed(1))} ms`;
}

/** A number of bytes as people read it. */
export function bytes(count) {
  if (count < 1000) return `${count} B`;
  const units = ["kB", "MB", "GB", "TB"];
  const power = Math.min(Math.floor(Math.log10(count) / 3), units.length);
  return `${(count / 1000 ** power).toFixed(1)} ${units[power - 1]}`;
}

/** `1,204`. */
export function count(number) {
  return number.toLocaleString("en-US");
}

/** `1,204 items`. */
export function quantity(number, unit) {
  return `${count(number)} ${unit}${number === 1 ? "" : "s"}`;
}

/** Asks before something is done. Resolves to whether it may be. */
export function ask(text, verb, { danger = false, more = null } = {}) {
  const dialog = document.getElementById("question");
  return new Promise((resolve) => {
    const answer = (value) => () => {
      dialog.close();
      dialog.replaceChildren();
      resolve(value);
    };
    const yes = h("button", { type: "button", class: danger ? "danger" : "primary", onclick: answer(true) }, verb);
    const no = h("button", { type: "button", onclick: answer(false) }, "Cancel");
    dialog.replaceChildren(h("p", { id: "question-text" }, text), more ?? "", h("div", { class: "row" }, no, yes));
    dialog.oncancel = answer(false);
    dialog.showModal();
    no.focus();
  });
}
