// The details of a REST API: calls of its routes.

import { h, pretty } from "./dom.js";
import { copied, field, form, input, list, section, select, textarea } from "./form.js";
import { lastEvent } from "./function.js";
import * as server from "./server.js";
import { state } from "./state.js";
import { wayTo } from "./timeline.js";

export function ofApi(id, facts) {
  const address = list([["Address", facts.address && copied(facts.address)]]);
  if (!state.changes) return [address, section("Routes", h("ul", {}, facts.routes.map((it) => h("li", {}, `${it.method} ${it.path}`))))];
  const routes = select(facts.routes.map(({ method, path }) => [`${method} ${path}`, `${method} ${path}`]));
  const method = select(["GET", "POST", "PUT", "PATCH", "DELETE"].map((it) => [it, it]));
  const path = input();
  const body = textarea("", 5);
  const bodyField = field("Body", body);
  const choose = async () => {
    const route = facts.routes.find((it) => `${it.method} ${it.path}` === routes.value);
    if (!route) return;
    method.value = route.method === "ANY" ? "GET" : route.method;
    const query = route.queries.map((it) => `${it}=`).join("&");
    path.value = route.path + (query ? `?${query}` : "");
    bodyField.hidden = method.value === "GET";
    // The body that last came this way, as far as it was kept and nobody has written another meanwhile.
    body.value = "";
    const isOfRoute = (it) => it.fields?.from === `${route.method === "ANY" ? method.value : route.method} ${route.path}`;
    const last = await lastEvent(isOfRoute);
    if (last?.body && body.value === "" && routes.value === `${route.method} ${route.path}`) body.value = pretty(last.body);
  };
  routes.addEventListener("change", choose);
  method.addEventListener("change", () => { bodyField.hidden = method.value === "GET"; });
  choose();
  const fields = [field("Route", routes), h("div", { class: "pair" }, field("Method", method), field("Path and query", path)), bodyField];
  return [
    address,
    section(
      "Call a route",
      form(id, fields, "Call", async () => {
        const open = path.value.match(/\{[^}]*\}/);
        if (open) throw new Error(`put a value in the place of ${open[0]}`);
        const given = { method: method.value, path: path.value, body: bodyField.hidden ? null : body.value };
        const answer = await server.request(state.stack, id, "call", given);
        const headers = answer.headers.map(([name, value]) => `${name}: ${value}`).join("\n");
        return [
          h("p", { class: answer.status < 400 ? "good" : "bad" }, `${answer.status} ${answer.reason ?? ""} in ${answer.milliseconds} ms `, wayTo(answer.trace)),
          h("pre", {}, pretty(answer.body)),
          answer.cut ? h("p", { class: "soft" }, "Only its beginning is shown.") : null,
          h("details", {}, h("summary", {}, "Headers"), h("pre", {}, headers)),
        ];
      }),
    ),
  ];
}
