// The details of a part. What a type of resource has more is in a module of its own.

import { ofApi } from "./api.js";
import { ofBucket } from "./bucket.js";
import { h } from "./dom.js";
import * as forms from "./form.js";
import { copied, failure, list, section } from "./form.js";
import { invocations, ofFunction } from "./function.js";
import { errors, ofBus, ofQueue, ofRule, ofTopic } from "./messages.js";
import * as server from "./server.js";
import { shownStack, state } from "./state.js";
import { ofTable } from "./table.js";
import { showWays } from "./timeline.js";
import { ofWorker } from "./worker.js";

const KINDS = {
  "AWS::Lambda::Function": ofFunction,
  "AWS::EKS::PodIdentityAssociation": ofWorker,
  "AWS::SQS::Queue": ofQueue,
  "AWS::DynamoDB::Table": ofTable,
  "AWS::DynamoDB::GlobalTable": ofTable,
  "AWS::S3::Bucket": ofBucket,
  "AWS::SNS::Topic": ofTopic,
  "AWS::Events::EventBus": ofBus,
  "AWS::Events::Rule": ofRule,
  "AWS::ApiGateway::RestApi": ofApi,
};

/** Shows the part `id` in `body`. */
export async function show(body, id) {
  const stack = shownStack();
  const drawn = stack?.picture.parts.find((it) => it.id === id);
  body.replaceChildren(h("p", { class: "what" }, [drawn?.what, drawn?.detail].filter(Boolean).join(" · ")));
  if (stack?.gone) {
    body.append(h("p", {}, "It is gone with its stack."));
    return;
  }
  const waiting = h("p", { class: "soft", role: "status" }, "Looking …");
  body.append(waiting);
  let facts;
  try {
    facts = await server.facts(state.stack, id);
  } catch (error) {
    waiting.replaceWith(failure(error));
    return;
  }
  waiting.remove();
  if (!facts.type) {
    body.append(h("p", {}, "It is outside of the stack, and the console knows nothing more of it."));
    return;
  }
  body.append(...(KINDS[facts.type]?.(id, facts) ?? []).filter(Boolean), about(facts));
}

/** Brings what is shown of a part up to date that follows from events. */
export function refresh(panel) {
  showWays(panel);
  forms.refresh(panel);
  for (const element of panel.querySelectorAll("[data-errors]")) {
    if (!element.contains(document.activeElement)) element.replaceChildren(errors(element.dataset.errors.split(",")));
  }
  for (const element of panel.querySelectorAll("[data-invocations]")) {
    // What somebody unfolded, or is at, stays as it is.
    if (!element.querySelector("details[open]") && !element.contains(document.activeElement)) element.replaceChildren(...invocations(element.dataset.invocations));
  }
}

function about({ type, name, arn, source }) {
  return section("Resource", list([["Type", type], ["Name", name && copied(name)], ["ARN", arn === name || !arn ? null : copied(arn)], ["Declared at", source]]));
}
