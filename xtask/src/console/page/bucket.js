// The details of a bucket: its objects.

import { ask, bytes, h, pretty } from "./dom.js";
import { failure, field, form, input, section, show, textarea } from "./form.js";
import * as server from "./server.js";
import { state } from "./state.js";

/** How large a file may be that is put. */
const LARGEST = 16 * 1024 * 1024;

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
  const look = form(id, [field("Keys that begin with", prefix)], "List objects", async () => {
    results.replaceChildren();
    return (await load({ prefix: prefix.value || null })) === 0 ? h("p", { class: "soft" }, "no such object") : null;
  });
  show(look, id);
  const [file, key, body] = [h("input", { type: "file" }), input({ placeholder: "folder/name.txt" }), textarea("", 4)];
  const text = field("Text", body);
  // The key that was proposed, which another file's replaces.
  let proposed = "";
  file.addEventListener("change", () => {
    text.hidden = file.files.length > 0;
    if (key.value === proposed) key.value = file.files[0]?.name ?? "";
    proposed = key.value;
  });
  const put = form(id, [field("File", file), field("Key", key), text], "Put object", async () => {
    if (!key.value) throw new Error("an object needs a key: the name that it has in the bucket");
    const content = file.files.length > 0 ? { bytes: await base64(file.files[0]), content_type: file.files[0].type } : { body: body.value };
    const sent = await server.request(state.stack, id, "send", { ...content, key: key.value });
    look.requestSubmit();
    return h("p", { class: "good" }, `put ${sent.id}${sent.content_type ? ` as ${sent.content_type}` : ""}`);
  });
  return [section("Objects", look, results), state.changes ? section("Put an object", put) : null];
}

/** What is in a file, in Base64. */
function base64(file) {
  if (file.size > LARGEST) throw new Error(`${file.name} has ${bytes(file.size)}, and a page puts 16 MB at most: \`cargo xtask send\` puts larger files`);
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.split(",")[1] ?? "");
    reader.onerror = () => reject(new Error(`${file.name} cannot be read`));
    reader.readAsDataURL(file);
  });
}

/** Whether text of a media type is shown as it is: JSON has its structure, and so has what looks like it and has no type of its own. */
const isPlain = (type) => Boolean(type) && !/json|octet-stream/i.test(type);

function object(id, { key, size, modified }) {
  const content = h("div");
  const element = h("details", { class: "item" }, h("summary", {}, key, h("span", { class: "soft" }, ` ${bytes(size)}${modified ? ` · ${new Date(modified).toISOString()}` : ""}`)), content);
  element.addEventListener("toggle", async () => {
    if (!element.open || content.childElementCount > 0) return;
    try {
      const shown = await server.request(state.stack, id, "object", { key });
      if (shown.type) content.append(h("p", { class: "soft" }, shown.type));
      if (shown.picture) content.append(h("img", { src: server.picture(state.stack, id, key), alt: `The object ${key}`, loading: "lazy" }));
      else if (shown.binary) content.append(h("p", { class: "soft" }, "Its bytes are neither text nor a picture."));
      else if (shown.picture === false) content.append(h("p", { class: "soft" }, "The picture is too large to be shown."));
      else {
        const about = [shown.packed && "It is unpacked from gzip.", shown.whole === false && "Only its beginning is shown."].filter(Boolean).join(" ");
        content.append(h("pre", {}, isPlain(shown.type) ? shown.text : pretty(shown.text)), about ? h("p", { class: "soft" }, about) : "");
      }
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
