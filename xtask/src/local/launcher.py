"""Runs MiniStack as the local cloud of this workspace, with what its own command lacks.

- It leads its own session, so that a Ctrl-C in the terminal that started it does not reach it.
- It holds a lock on STACKWRIGHT_LOCK while it runs: whoever finds the file locked may trust the process id in it,
  and whoever finds it unlocked but not empty knows that the process was killed before it could save.
- It saves its state shortly after a request, not only when it stops.
- The names it makes up differ from region to region, as they do on AWS: IAM's are one space for all regions, and the
  role of a stack in one region would overwrite that of the same stack in another.
- Its loopback counts as TLS: policies that refuse plain requests hold, and no client needs a certificate.
- `GET /_stackwright/health` says who answers, `POST /_stackwright/save` saves now.
- It keeps what sessions of roles were allowed and denied, which `GET /_stackwright/calls` tells: who, which action, on
  which resource, and how often; nothing else of a request.
- It keeps the last events of each function with their answers. `GET /_stackwright/events` lists them, the latest last, and
  `GET /_stackwright/events/REQUEST_ID` has one in full.
- A service that is sent a trace with a request passes it on with the message, as on AWS.
- A function has its new code at once.
- CloudFormation refuses to delete a bucket with objects, and one that it deleted does not come back with the next start.
- CloudFormation makes applications and deployment groups of CodeDeploy, which do nothing: an alias names its new version at once.
- A change set in which only outputs are others can be executed.
- CloudFormation has stack refactors, by which resources get other logical ids and go to other stacks.
- CloudWatch Logs gives each event an id, and answers FilterLogEvents in pages.
- Programs that are workers run as processes, between none and as many as the messages in their queues ask for; workers.py
  says how. `/_stackwright/workers` tells of them.
- Calls of chosen roles fail when a test asks for it, by `/_stackwright/faults`; faults.py says how.
- Roles are asked for what AWS asks them for; authorization.py says where that is something else.
- KMS has `ReEncrypt`.
"""

import asyncio
import bisect
import contextlib
import contextvars
import fcntl
import heapq
import inspect
import json
import logging
import os
import re
import resource
import secrets
import sys
import threading
import time
import uuid
from importlib.metadata import version

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from faults import Faults, throttled  # noqa: E402 - is found only now
from kept import Kept, problems  # noqa: E402 - the same

lock = open(os.environ.pop("STACKWRIGHT_LOCK"), "r+")


def record(text):
    lock.seek(0)
    lock.truncate()
    lock.write(text)
    lock.flush()


for _ in range(20):
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        break
    except BlockingIOError:
        time.sleep(0.05)  # a command that looks whether it is locked holds it for a moment
else:
    sys.exit("another local cloud uses this state folder")
record(json.dumps({"pid": os.getpid(), "port": int(os.environ["GATEWAY_PORT"]), "started": int(time.time())}))
try:
    os.setsid()
except PermissionError:
    pass  # it leads a session already

state = os.environ["STATE_DIR"]


def set_unreadable_state_aside():
    """Without this MiniStack starts the service empty, and the next save overwrites the file."""
    for entry in sorted(os.listdir(state)) if os.path.isdir(state) else []:
        path = os.path.join(state, entry)
        if entry.endswith(".json"):
            try:
                with open(path, encoding="utf-8") as file:
                    json.load(file)
            except (OSError, ValueError):
                os.replace(path, path + ".unreadable")
                service = entry.removesuffix(".json")
                problems.append(f"the saved state of {service} cannot be read; kept as {path}.unreadable")


class PersistenceErrors(logging.Handler):
    """MiniStack only logs that it could not save or restore a service."""

    def emit(self, record):
        message = record.getMessage()
        if record.name == "persistence" or "persisted state" in message:
            problems.append(message)


set_unreadable_state_aside()
logging.getLogger().addHandler(PersistenceErrors(logging.ERROR))

import ministack.app  # noqa: E402 - reads the environment and configures logging when it is imported
from ministack.core import iam_evaluator, router  # noqa: E402 - the same
from ministack.services import cloudformation, cloudwatch_logs, kms, lambda_svc, s3, sqs, sts  # noqa: E402 - the same
from ministack.services.cloudformation import provisioners  # noqa: E402 - the same
from addresses import reachable  # noqa: E402 - the same
from authorization import ask_as_aws_does  # noqa: E402 - the same
from workers import Name, Refused, Workers  # noqa: E402 - the same


def name_by_region():
    try:
        generate, seed, region = provisioners._physical_name, provisioners._NAME_SEED, provisioners.get_region
    except AttributeError as error:
        sys.exit(f"this version of MiniStack names resources in another way than the launcher knows: {error}")

    def physical_name(*arguments, **options):
        outer = seed.set(f"{region()}{seed.get()}")
        try:
            return generate(*arguments, **options)
        finally:
            seed.reset(outer)

    provisioners._physical_name = physical_name


# Objects have as many ARNs as keys, so their number is bounded: for one action of one session, and of all.
MOST_RESOURCES = 500
MOST_CALLS = 10_000
LONGEST_ARN = 2048


class Calls(Kept):
    """What sessions of roles were allowed and denied."""

    path = os.path.join(state, "stackwright-calls.json")
    what = "the calls that were recorded"

    def __init__(self):
        self.clear()

    def clear(self):
        self.known = {}  # from role, session, action, resource and decision to count and time of the last
        self.resources = {}  # from role, session, action and decision to the number of resources
        self.left_out = 0
        self.changed = True

    def add(self, session, action, resource, allowed, count=1, last=None):
        role, name = session
        key = (role, name, action, resource, allowed)
        last = int(time.time()) if last is None else last
        known = self.known.get(key)
        self.changed = True
        if known is not None:
            known[0] += count
            known[1] = last
            return
        group = (role, name, action, allowed)
        resources = self.resources.get(group, 0)
        if resources >= MOST_RESOURCES or len(self.known) >= MOST_CALLS:
            self.left_out += count
            return
        self.resources[group] = resources + 1
        self.known[key] = [count, last]

    def content(self):
        names = ("role", "session", "action", "resource", "allowed")
        # A copy, since threads of the emulator add to it.
        known = [dict(zip(names, key)) | {"count": it[0], "last": it[1]} for key, it in list(self.known.items())]
        return {"version": 1, "calls": known, "left_out": self.left_out}

    def restore(self, saved):
        for it in saved["calls"]:
            session = (it["role"], it["session"])
            self.add(session, it["action"], it["resource"], it["allowed"], it["count"], it["last"])
        self.left_out = saved["left_out"]


calls = Calls()

# What is kept of events and answers: of a function, and of all together.
MOST_EVENTS = 100
MOST_BYTES = 16 << 20  # two payloads of Lambda's largest synchronous size fit: 6 MB for an event, and for an answer


class Events(Kept):
    """The last events of each function, with their answers."""

    path = os.path.join(state, "stackwright-events.json")
    what = "the events that were kept"

    def __init__(self):
        self.lock = threading.Lock()
        self.clear()

    def clear(self):
        with self.lock:
            self.kept = {}  # from the ARN of a function to its invocations, the earliest first
            self.sizes = {}  # from the ARN of a function to the bytes of its invocations
            self.changed = True

    def add(self, invocation):
        function, size = invocation["function"], self.size(invocation)
        if size > MOST_BYTES:
            return
        with self.lock:
            self.kept.setdefault(function, []).append(invocation)
            self.sizes[function] = self.sizes.get(function, 0) + size
            if len(self.kept[function]) > MOST_EVENTS:
                self.forget(function)
            while sum(self.sizes.values()) > MOST_BYTES:
                self.forget(max(self.sizes, key=self.sizes.get))
            self.changed = True

    def forget(self, function):
        self.sizes[function] -= self.size(self.kept[function].pop(0))
        if not self.kept[function]:
            del self.kept[function], self.sizes[function]

    @staticmethod
    def size(invocation):
        return len(invocation["event"]) + len(invocation["answer"])

    def content(self):
        with self.lock:
            kept = [invocation for invocations in self.kept.values() for invocation in invocations]
        return sorted(kept, key=lambda invocation: invocation["time"])

    def listed(self):
        content = ("event", "answer")
        kept = [{name: it[name] for name in it if name not in content} for it in self.content()]
        return {"version": 1, "invocations": kept}

    def find(self, request):
        for it in self.content():
            if it["request"] == request:
                return it | {"version": 1, "event": json.loads(it["event"]), "answer": json.loads(it["answer"])}

    def restore(self, saved):
        for invocation in saved:
            self.add(invocation)


events = Events()


def keep_events():
    expected = ["func", "config", "event", "request_id", "started"]
    try:
        dispatch = lambda_svc._execute_function_dispatch
    except AttributeError as error:
        sys.exit(f"this version of MiniStack runs functions in another way than the launcher knows: {error}")
    if list(inspect.signature(dispatch).parameters) != expected:
        sys.exit("this version of MiniStack runs functions in another way than the launcher knows: its parameters")

    def answer_of(result):
        answer = result.get("body")
        if isinstance(answer, bytes):
            answer = answer.decode("utf-8", errors="replace")
        if isinstance(answer, str) and result.get("raw_payload"):
            try:
                return json.loads(answer)
            except ValueError:
                pass
        return answer

    def kept(func, config, event, request_id, started):
        given = json.dumps(event)  # before the function has it
        result = dispatch(func, config, event, request_id, started)
        events.add({
            "request": request_id,
            # Without the version or the alias.
            "function": ":".join(config["FunctionArn"].split(":")[:7]),
            "time": int(started * 1000),
            "duration": int((time.time() - started) * 1000),
            "code": config.get("CodeSha256"),
            "failed": bool(result.get("error")),
            "event": given,
            "answer": json.dumps(answer_of(result)),
        })
        return result

    lambda_svc._execute_function_dispatch = kept


# The header of the request that is served: https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
trace_of_request = contextvars.ContextVar("trace_of_request", default=None)


def pass_traces_on():
    """MiniStack takes a trace only as a system attribute of a message, and leaves it with whom it was sent to."""
    try:
        of_sent, complete = sqs._build_send_sys_attrs, sqs._ensure_msg_fields
        of_invocation = lambda_svc._xray_trace_id_for_invocation
    except AttributeError as error:
        sys.exit(f"this version of MiniStack knows traces in another way than the launcher: {error}")

    def of_sent_or_request(now, attributes):
        return with_trace(of_sent(now, attributes))

    def complete_with_trace(message):
        complete(message)
        with_trace(message["sys"])

    def with_trace(attributes):
        if trace_of_request.get() is not None:
            attributes.setdefault("AWSTraceHeader", trace_of_request.get())
        return attributes

    def of_any_invocation(config, inbound=None):
        given = of_invocation(config, inbound or trace_of_request.get())
        # On AWS an invocation is of a trace even where that is not recorded.
        return given or f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)};Parent={secrets.token_hex(8)};Sampled=0"

    sqs._build_send_sys_attrs = of_sent_or_request
    sqs._ensure_msg_fields = complete_with_trace
    lambda_svc._xray_trace_id_for_invocation = of_any_invocation


def lead_functions_here():
    """MiniStack gives functions the addresses that APIs and functions have on AWS."""
    try:
        variables_of = lambda_svc._runtime_env_vars
    except AttributeError as error:
        sys.exit(f"this version of MiniStack tells functions their variables in another way than the launcher knows: {error}")
    lambda_svc._runtime_env_vars = lambda config: reachable(variables_of(config))


def swap_code_at_once():
    """MiniStack takes half a second until a function has its new code, to be like AWS."""
    if not isinstance(getattr(lambda_svc, "_LAMBDA_STATE_TRANSITION_DELAY", None), float):
        sys.exit("this version of MiniStack updates functions in another way than the launcher knows")
    lambda_svc._LAMBDA_STATE_TRANSITION_DELAY = 0.0


def session_of(access_key):
    """The role and the session's name; nothing of users and of the account's root."""
    _, is_role, name = sts._sessions.get(access_key, {}).get("Arn", "").partition(":assumed-role/")
    return name.rsplit("/", 1) if is_role else None


def record_calls():
    expected = ["access_key_id", "iam_action", "service", "region", "resource_arn", "service_context"]
    try:
        enforce, denial, sessions = iam_evaluator.enforce, iam_evaluator.EvalResult, sts._sessions
    except AttributeError as error:
        sys.exit(f"this version of MiniStack authorizes in another way than the launcher knows: {error}")
    if list(inspect.signature(enforce).parameters) != expected or not isinstance(sessions, dict):
        sys.exit("this version of MiniStack authorizes in another way than the launcher knows: `enforce`")

    def recorded(access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
        refused = enforce(access_key_id, iam_action, service, region, resource_arn, service_context)
        session = session_of(access_key_id)
        # Other refusals are of the signature: nothing was asked of the role.
        if session is not None and (refused is None or isinstance(refused, denial)):
            calls.add(session, iam_action, str(resource_arn)[:LONGEST_ARN], refused is None)
        return refused

    iam_evaluator.enforce = recorded


def encrypt_again():
    """MiniStack's KMS has no ReEncrypt: https://docs.aws.amazon.com/kms/latest/APIReference/API_ReEncrypt.html"""
    try:
        handle, decrypt, encrypt, answer = kms.handle_request, kms._decrypt, kms._encrypt, kms.json_response
    except AttributeError as error:
        sys.exit(f"this version of MiniStack encrypts in another way than the launcher knows: {error}")

    def of_key(request, end):
        names = ("KeyId", "EncryptionContext", "EncryptionAlgorithm")
        return {name: request[end + name] for name in names if end + name in request}

    async def handled(method, path, headers, body, query_params):
        if headers.get("x-amz-target") != "TrentService.ReEncrypt":
            return await handle(method, path, headers, body, query_params)
        request = json.loads(body)
        status, *_, content = opened = decrypt(of_key(request, "Source") | {"CiphertextBlob": request["CiphertextBlob"]})
        if status != 200:
            return opened
        source = json.loads(content)
        status, *_, content = closed = encrypt(of_key(request, "Destination") | {"Plaintext": source["Plaintext"]})
        if status != 200:
            return closed
        destination = json.loads(content)
        return answer({
            "CiphertextBlob": destination["CiphertextBlob"],
            "KeyId": destination["KeyId"],
            "SourceKeyId": source["KeyId"],
            "SourceEncryptionAlgorithm": source["EncryptionAlgorithm"],
            "DestinationEncryptionAlgorithm": destination["EncryptionAlgorithm"],
        })

    kms.handle_request = handled


def delete_buckets_as_s3_does():
    """MiniStack's CloudFormation deletes full buckets, and leaves the folders of all, where the next start finds them."""
    try:
        handlers = provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"]
        forget, delete_bucket = handlers["delete"], s3._delete_bucket
    except (AttributeError, KeyError) as error:
        sys.exit(f"this version of MiniStack deletes buckets in another way than the launcher knows: {error}")

    def delete(physical_id, properties):
        if delete_bucket(physical_id)[0] == 409:
            raise ValueError("The bucket you tried to delete is not empty (Service: S3, Status Code: 409)")
        forget(physical_id, properties)

    handlers["delete"] = delete


def name_rules_with_their_bus():
    """MiniStack's CloudFormation leaves the bus out of the physical id of a rule."""
    try:
        handlers = provisioners._RESOURCE_HANDLERS["AWS::Events::Rule"]
        create, update, delete = handlers["create"], handlers["update"], handlers["delete"]
        bus_of = provisioners._eb_rule_bus_name
    except (AttributeError, KeyError) as error:
        sys.exit(f"this version of MiniStack makes rules in another way than the launcher knows: {error}")

    def with_bus(made, properties):
        (name, attributes), bus = made, bus_of(properties)
        return (name if bus == "default" else f"{bus}|{name}"), attributes

    def name_of(physical_id):
        return physical_id.rpartition("|")[2]

    def created(logical_id, properties, stack_name):
        return with_bus(create(logical_id, properties, stack_name), properties)

    def updated(physical_id, old, new, stack_name, logical_id=None):
        return with_bus(update(name_of(physical_id), old, new, stack_name, logical_id), new)

    def deleted(physical_id, properties):
        return delete(name_of(physical_id), properties)

    handlers.update(create=created, update=updated, delete=deleted)


def make_deployment_groups():
    """MiniStack has no CodeDeploy, and refuses a template with its resources."""
    try:
        handlers, physical_name = provisioners._RESOURCE_HANDLERS, provisioners._physical_name
    except AttributeError as error:
        sys.exit(f"this version of MiniStack makes resources in another way than the launcher knows: {error}")

    def by(property):
        def created(logical_id, properties, stack_name):
            return properties.get(property) or physical_name(stack_name, logical_id, max_len=100), {}

        def updated(physical_id, old, new, stack_name, logical_id=None):
            return new.get(property) or physical_id, {}

        return {"create": created, "update": updated, "delete": lambda physical_id, properties: None}

    for resource, name in [("Application", "ApplicationName"), ("DeploymentGroup", "DeploymentGroupName")]:
        handlers.setdefault(f"AWS::CodeDeploy::{resource}", by(name))


def refactor_stacks():
    """MiniStack's CloudFormation knows no stack refactors."""
    try:
        handlers, helpers = cloudformation._ACTION_HANDLERS, cloudformation.helpers
        p, xml, error = helpers._p, helpers._xml, helpers._error
        read, parse = helpers._resolve_template, cloudformation.engine._parse_template
        find = cloudformation.handlers._resolve_stack
        outputs_of, exports = cloudformation.stacks._resolve_stack_outputs, cloudformation._exports
    except AttributeError as missing:
        sys.exit(f"this version of MiniStack handles stacks in another way than the launcher knows: {missing}")
    refactors = {}

    def answer(action, inner):
        return xml(200, f"{action}Response", f"<{action}Result>{inner}</{action}Result>")

    def parts_of(params):
        number = 1
        while name := p(params, f"StackDefinitions.member.{number}.StackName"):
            definition = f"StackDefinitions.member.{number}."
            wanted = ("TemplateBody", "TemplateURL")
            yield name, {it: params[definition + it] for it in wanted if definition + it in params}
            number += 1

    def ways_of(params, stacks):
        number = 1
        while p(params, f"ResourceMappings.member.{number}.Source.LogicalResourceId"):
            ends = [f"ResourceMappings.member.{number}.{end}." for end in ("Source", "Destination")]
            yield [(stacks[p(params, end + "StackName")], p(params, end + "LogicalResourceId")) for end in ends]
            number += 1

    def arranged(parts, ways):
        """The resources of each stack once they are where they go."""
        resources = {stack["StackId"]: {} for stack, _ in parts}
        for stack, _ in parts:
            for old, deployed in stack["_resources"].items():
                to, new = ways.get((stack["StackId"], old), (stack["StackId"], old))
                resources[to][new] = {**deployed, "LogicalResourceId": new}
        return resources

    def create(params):
        parts, stacks = [], {}
        for name, source in parts_of(params):
            stack = find(name)
            if not stack:
                return error("ValidationError", f"Stack with id {name} does not exist")
            body, problem = read(source)
            if problem:
                return problem
            parts.append((stack, body))
            stacks[name] = stack["StackId"]
        ways = {tuple(source): destination for source, destination in ways_of(params, stacks)}
        for stack, body in parts:
            described = set(parse(body).get("Resources") or {})
            strange = described ^ set(arranged(parts, ways)[stack["StackId"]])
            if strange:
                return error("ValidationError", f"a stack refactor makes and deletes no resources: {', '.join(sorted(strange))}")
        name = str(uuid.uuid4())
        refactors[name] = [parts, ways, "AVAILABLE"]
        return answer("CreateStackRefactor", f"<StackRefactorId>{name}</StackRefactorId>")

    def describe(params):
        name = p(params, "StackRefactorId")
        if name not in refactors:
            return error("StackRefactorNotFoundException", f"there is no stack refactor {name}", 404)
        parts, _, execution = refactors[name]
        ids = "".join(f"<member>{stack['StackId']}</member>" for stack, _ in parts)
        return answer(
            "DescribeStackRefactor",
            f"<StackRefactorId>{name}</StackRefactorId><StackIds>{ids}</StackIds>"
            f"<Status>CREATE_COMPLETE</Status><ExecutionStatus>{execution}</ExecutionStatus>",
        )

    def execute(params):
        name = p(params, "StackRefactorId")
        if name not in refactors or refactors[name][2] != "AVAILABLE":
            return error("ValidationError", f"the stack refactor {name} cannot be executed")
        parts, ways, _ = refactors[name]
        resources = arranged(parts, ways)
        for stack, body in parts:
            stack["_resources"] = resources[stack["StackId"]]
            stack["_template"], stack["_template_body"] = parse(body), body
        # What imports comes after what exports.
        waiting = [stack for stack, _ in parts]
        while waiting:
            later, problem = [], None
            for stack in waiting:
                template = stack["_template"]
                try:
                    outputs, exported = outputs_of(
                        template.get("Outputs") or {}, stack.get("_conditions") or {}, stack["_resources"],
                        stack.get("_resolved_params") or {}, template.get("Mappings") or {},
                        stack["StackName"], stack["StackId"],
                    )
                except ValueError as missing:
                    later.append(stack)
                    problem = missing
                    continue
                stack["Outputs"] = outputs
                exports.update(exported)
            if len(later) == len(waiting):
                return error("ValidationError", f"the outputs of a stack cannot be told: {problem}")
            waiting = later
        refactors[name][2] = "EXECUTE_COMPLETE"
        return xml(200, "ExecuteStackRefactorResponse", "")

    handlers["CreateStackRefactor"] = create
    handlers["DescribeStackRefactor"] = describe
    handlers["ExecuteStackRefactor"] = execute


class OutputChanges(list):
    """No changes of resources, and yet a change: true although it is empty."""

    def __bool__(self):
        return True


def see_changes_of_outputs():
    """MiniStack's change sets see nothing to change where only outputs are others."""
    try:
        change_sets, stacks = cloudformation.changesets, cloudformation._stacks
        changes_of = change_sets._diff_resources
    except AttributeError as missing:
        sys.exit(f"this version of MiniStack makes change sets in another way than the launcher knows: {missing}")

    def with_outputs(old, new, resources, template, *rest):
        changes = changes_of(old, new, resources, template, *rest)
        deployed = next((stack for stack in stacks.values() if stack.get("_resources") is resources), {})
        outputs = [(it or {}).get("Outputs") or {} for it in (deployed.get("_template"), template)]
        if changes or not resources or outputs[0] == outputs[1]:
            return changes
        return OutputChanges()

    change_sets._diff_resources = with_outputs


def page_log_events():
    """MiniStack answers FilterLogEvents with the first 10,000 events, without their ids and without a way to the others."""
    try:
        filter_events = cloudwatch_logs._filter_log_events
        groups, group_of = cloudwatch_logs._log_groups, cloudwatch_logs._resolve_log_group_name
        matcher, lock = cloudwatch_logs._compile_filter_pattern, cloudwatch_logs._log_events_lock
        answer = cloudwatch_logs.json_response
    except AttributeError as missing:
        sys.exit(f"this version of MiniStack keeps logs in another way than the launcher knows: {missing}")
    # CloudWatch Logs answers with 1 MB at most, and counts 26 bytes more for each event.
    most, largest, overhead = 10_000, 1_000_000, 26

    def page(data):
        group = group_of(data)
        if group not in groups:
            return filter_events(data)
        pattern = data.get("filterPattern", "")
        # Several texts, of which any will do.
        texts = re.findall(r'\?"([^"]*)"', pattern) if pattern.startswith("?") else None
        matches = matcher(pattern) if texts is None else lambda message: any(text in message for text in texts)
        # The place of the last event of the page before: its time, and how many of that time there were.
        token = data.get("nextToken")
        time, met = map(int, token.split("/")) if token else (data.get("startTime") or 0, 0)
        end = data.get("endTime")
        names = data.get("logStreamNames")
        with lock:
            streams = [
                [(event, name) for event in stream["events"][bisect.bisect_left(stream["events"], time, key=time_of):]]
                for name, stream in groups[group]["streams"].items()
                if not names or name in names
            ]
        found, size, skipped = [], 0, met
        for event, name in heapq.merge(*streams, key=lambda entry: time_of(entry[0])):
            if end is not None and time_of(event) > end:
                break
            if skipped and time_of(event) == time:
                skipped -= 1
                continue
            if len(found) == min(data.get("limit", most), most) or size > largest:
                return answer({"events": found, "searchedLogStreams": [], "nextToken": f"{time}/{met}"})
            time, met = (time, met + 1) if time_of(event) == time else (time_of(event), 1)
            if matches(event["message"]):
                event.setdefault("eventId", uuid.uuid4().hex)
                found.append({**event, "logStreamName": name})
                size += len(event["message"]) + overhead
        return answer({"events": found, "searchedLogStreams": []})

    def time_of(event):
        return event["timestamp"]

    cloudwatch_logs._filter_log_events = page


page_log_events()
refactor_stacks()
see_changes_of_outputs()
delete_buckets_as_s3_does()
name_rules_with_their_bus()
make_deployment_groups()
name_by_region()
record_calls()
ask_as_aws_does()
encrypt_again()
calls.load()
keep_events()
events.load()
workers = Workers(state)
workers.load()
faults = Faults()
pass_traces_on()
lead_functions_here()
swap_code_at_once()
served = ministack.app.app
# SHORTEST_PAUSE seconds between two saves, and more for a large state: saving stops the emulator meanwhile.
SHORTEST_PAUSE = 2
dirty = False


def of_one_moment(get_state):
    """Threads of functions and workers change what is copied meanwhile: then it is copied again."""

    def state():
        for _ in range(20):
            with contextlib.suppress(RuntimeError):  # dictionary changed size during iteration
                return get_state()
            time.sleep(0.005)
        return get_state()

    return state


def save():
    global dirty
    began = time.monotonic()
    dirty = False
    states = ministack.app._build_persistence_save_dict()
    ministack.app.save_all({service: of_one_moment(get_state) for service, get_state in states.items()})
    calls.save()
    events.save()
    workers.save()
    return time.monotonic() - began


async def save_when_changed():
    pause = SHORTEST_PAUSE
    while True:
        await asyncio.sleep(pause)
        if dirty:
            pause = max(SHORTEST_PAUSE, 20 * save())


def memory():
    """The largest resident set so far, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


async def answer(send, body, status=200):
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


async def body_of(receive):
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body


async def serve_workers(scope, receive, send):
    """`GET` tells of all, `POST …/stop` ends the processes of all; `PUT …/REGION/STACK/ID` runs a worker, `DELETE
    …/REGION/STACK` ends those of a stack, and `GET …/REGION/STACK/ID/credentials` is for a worker itself."""
    headers = dict(scope.get("headers") or ())
    match scope["method"], scope["path"].removeprefix("/_stackwright/workers").strip("/").split("/"):
        case "GET", [""]:
            await answer(send, workers.told())
        case "GET", [region, stack, id, "credentials"]:
            token = headers.get(b"authorization", b"").decode("latin-1")
            status, found = workers.credentials(Name(region, stack, id), token)
            await answer(send, found, status)
        case "PUT", [region, stack, id]:
            try:
                spec = json.loads(await body_of(receive))
                is_other = await asyncio.to_thread(workers.put, Name(region, stack, id), spec)
                await answer(send, {"changed": is_other})
            except Refused as refused:
                await answer(send, {"message": str(refused)}, 400)
        case "POST", ["stop"]:
            await asyncio.to_thread(workers.stop)
            await answer(send, {})
        case "DELETE", [region, stack]:
            await asyncio.to_thread(workers.end, region, stack)
            await answer(send, {})
        case _:
            await answer(send, {"message": "there is nothing here"}, 404)


async def serve_faults(scope, receive, send):
    """`PUT …/NAME` lets calls fail until `DELETE …/NAME`, which tells how many did."""
    name = scope["path"].removeprefix("/_stackwright/faults/")
    match scope["method"]:
        case "PUT":
            try:
                faults.put(name, json.loads(await body_of(receive)))
                await answer(send, {})
            except ValueError as refused:
                await answer(send, {"message": str(refused)}, 400)
        case "DELETE":
            await answer(send, faults.end(name))
        case _:
            await answer(send, {"message": "there is nothing here"}, 404)


def fault_of(headers):
    """How the call with these headers fails, if it does."""
    session = session_of(router.extract_access_key_id(headers, {}))
    return None if session is None else faults.draw(session[0])


async def throttle(headers, receive, send):
    await body_of(receive)
    # AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, ...
    scope = headers.get("authorization", "").partition("Credential=")[2].split(",")[0].split("/")
    status, content_type, body = throttled(headers, scope[3] if len(scope) > 3 else "")
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", content_type.encode())]})
    await send({"type": "http.response.body", "body": body.encode()})


async def serve_without_answer(scope, receive, send):
    async def keep(_):
        pass

    await served(scope, receive, keep)
    # An answer that ends early: the connection is closed, as when the network fails.
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})


async def serve_while_connected(scope, receive, send):
    """Gives a request up when its client goes away: a message must not be handed to a client that was killed."""
    request = {"type": "http.request", "body": await body_of(receive), "more_body": False}
    given = False

    async def given_again():
        nonlocal given
        if given:
            await asyncio.Event().wait()
        given = True
        return request

    async def until_gone():
        while (await receive())["type"] != "http.disconnect":
            pass

    serving, gone = asyncio.create_task(served(scope, given_again, send)), asyncio.create_task(until_gone())
    try:
        await asyncio.wait({serving, gone}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        gone.cancel()
        if not serving.done():
            serving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await serving


async def app(scope, receive, send):
    global dirty
    if scope["type"] == "lifespan":
        saver = asyncio.create_task(save_when_changed())
        workers.start()
        try:
            await served(scope, receive, send)
        finally:
            saver.cancel()
        return
    path = scope.get("path")
    if path == "/_stackwright/health":
        answered = {"pid": os.getpid(), "version": version("ministack"), "memory": memory(), "state": state}
        await answer(send, answered | {"problems": problems})
    elif path == "/_stackwright/save":
        known = len(problems)
        save()
        await answer(send, {"problems": problems[known:]})
    elif path == "/_stackwright/calls":
        await answer(send, calls.content())
    elif path == "/_stackwright/events":
        await answer(send, events.listed())
    elif path.startswith("/_stackwright/events/"):
        found = events.find(path.removeprefix("/_stackwright/events/"))
        await answer(send, found, 404 if found is None else 200)
    elif path.startswith("/_stackwright/workers"):
        await serve_workers(scope, receive, send)
        dirty = True
    elif path.startswith("/_stackwright/faults/"):
        await serve_faults(scope, receive, send)
    else:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope.get("headers") or ()}
        trace_of_request.set(headers.get("x-amzn-trace-id"))
        match fault_of(headers):
            case "throttled":
                return await throttle(headers, receive, send)
            case "unanswered":
                serve = serve_without_answer
            case _:
                is_long_poll = headers.get("x-amz-target", "").endswith(".ReceiveMessage")
                serve = serve_while_connected if is_long_poll else served
        await serve(scope | {"scheme": "https"}, receive, send)
        if path == "/_ministack/reset" and scope.get("method") == "POST":
            calls.clear()
            events.clear()
            faults.clear()
            await asyncio.to_thread(workers.clear)
        dirty = True


ministack.app.app = app
sys.argv = ["ministack"]
ministack.app.main()
# Where they were not stopped before, they can give nothing back any more.
workers.stop(1)
# It has saved, but does not tell whether that worked.
known = len(problems)
save()
if len(problems) > known:
    sys.exit("\n".join(problems[known:]))
record("")
