// What a deployment would change, and the deployment of it.

import { ask, h } from "./dom.js";
import * as server from "./server.js";
import { state } from "./state.js";

/** Shows the pending plan of the stack in `panel`. */
export async function show(panel) {
  const stack = state.stack;
  panel.replaceChildren(
    h("p", { class: "soft", role: "status" }, "Building what changed and comparing it with what is deployed …"),
  );
  let plan;
  try {
    plan = await server.plan(stack);
  } catch (error) {
    panel.replaceChildren(h("pre", { class: "failure", role: "alert" }, error.message));
    return;
  }
  const lines = plan.lines.map(({ tone, text }) => h("span", { class: tone }, `${text}\n`));
  panel.replaceChildren(h("pre", { class: "plan", tabindex: "0" }, lines));
  for (const refusal of plan.refusals) panel.append(h("pre", { class: "failure" }, refusal));
  if (plan.empty) {
    panel.append(h("p", {}, "What is deployed is as the source says."));
    return;
  }
  if (plan.refusals.length > 0) return;
  if (!state.changes) {
    panel.append(h("p", { class: "soft" }, "This console only looks. `cargo xtask deploy` deploys it, and so does a console that was started with `--allow-changes`."));
    return;
  }
  const status = h("p", { role: "status" });
  const button = h("button", { type: "button", class: "primary" }, "Deploy this");
  button.addEventListener("click", async () => {
    if (!(await ask(`${plan.question}?`, "Deploy"))) return;
    button.disabled = true;
    status.textContent = "Deploying …";
    try {
      await server.deploy(stack, plan.seal);
      status.textContent = "Deployed.";
    } catch (error) {
      status.replaceChildren(h("span", { class: "failure" }, error.message));
      button.disabled = false;
    }
  });
  panel.append(h("div", { class: "row" }, button), status);
}
