// The details of a worker: how many run, its last batches, and what its role allows.

import { count, h, quantity } from "./dom.js";
import { list, section } from "./form.js";
import { environment, invocations, rights } from "./function.js";

export function ofWorker(id, facts) {
  const { running } = facts;
  return [
    list([
      ["Program", facts.program],
      ["Queues", facts.queues.join(", ")],
      ["Runs", running ? `${count(running.processes.length)} of at most ${count(facts.max)}` : `up to ${quantity(facts.max, "pod")}`],
      ["Started again", running?.restarts ? quantity(running.restarts, "time") : null],
      ["Namespace", facts.namespace],
      ["Service account", facts.service_account],
      ["Role", facts.role?.split("/").at(-1)],
    ]),
    running?.problem ? h("p", { class: "bad", role: "status" }, running.problem) : null,
    section("Last batches", h("div", { "data-invocations": id }, invocations(id))),
    section("Rights of its role", rights(facts.rights)),
    section("Environment", environment(facts.variables)),
  ];
}
