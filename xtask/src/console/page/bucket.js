// The details of a bucket: its objects.

import { ask, bytes, h, pretty } from "./dom.js";
import { failure, field, form, input, section, textarea } from "./form.js";
import * as server from "./server.js";
import { state } from "./state.js";

export function ofBucket(id) {
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
  return [section("Objects", show, results), state.changes ? section("Put an object", put) : null];
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
    if (state.changes) content.append(h("div", { class: "row" }, h("button", { type: "button", class: "small danger", onclick: remove }, "Delete")));
  });
  return element;
}
