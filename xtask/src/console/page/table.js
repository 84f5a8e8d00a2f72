// The details of a table: its items.

import { ask, h } from "./dom.js";
import { failure, field, form, input, list, section, select, show, textarea } from "./form.js";
import * as server from "./server.js";
import { state } from "./state.js";

export function ofTable(id, facts) {
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
  const look = form(id, [field("Of", where), partitionField, sortField], "Show items", async () => {
    if (sort.value && !partition.value && !sortField.hidden) throw new Error("a sort key is looked for within a partition: fill in that key as well");
    results.replaceChildren();
    const count = await load({ index: where.value || null, partition: partition.value || null, sort: sort.value || null });
    return count === 0 ? h("p", { class: "soft" }, "no such item") : null;
  });
  show(look, id);
  return [
    list([["Keys", facts.keys.map((it) => `${it.name} (${it.type})`).join(", ")], ["Time to live", facts.time_to_live]]),
    section("Items", look, results),
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
    const leave = () => {
      status.replaceChildren();
      place.replaceChildren(shown, buttons);
    };
    const choices = [h("button", { type: "button", class: "primary", onclick: save }, "Write"), h("button", { type: "button", onclick: leave }, "Cancel")];
    place.replaceChildren(field("The item, in DynamoDB's notation", text), h("div", { class: "row" }, choices));
    text.focus();
  };
  const buttons = state.changes ? h("div", { class: "row" }, h("button", { type: "button", class: "small", onclick: edit }, "Edit"), h("button", { type: "button", class: "small danger", onclick: remove }, "Delete")) : "";
  const place = h("div", { class: "form" }, shown, buttons);
  element.append(place, status);
  return element;
}
