"""Runs workers as processes of the local cloud, as a cluster with EKS Pod Identity and KEDA runs them as pods.

- CloudFormation knows `AWS::EKS::PodIdentityAssociation`. A worker has credentials while its association is deployed.
- Its processes get short-lived credentials of its role, if the role's trust policy lets EKS assume it with its tags.
- As many run as the messages in its queues ask for, which are read with the role of its scaler, as KEDA's operator does.
- What they write is in the log group `/stackwright/workers/STACK/ID`, a stream for each process.
- They end with their association, with the local cloud, and with this process however it ends.
"""

import ctypes
import datetime
import json
import logging
import math
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from typing import NamedTuple

from addresses import reachable
from kept import Kept
from ministack.core import iam_evaluator
from ministack.core.responses import request_scope
from ministack.services import cloudwatch_logs, iam, sqs, sts
from ministack.services.cloudformation import provisioners

# Seconds from one look at the queues to the next. KEDA's `pollingInterval` is 30 by default.
INTERVAL = 0.5
# For how many seconds fewer processes must have been enough before any is ended. KEDA's `cooldownPeriod`, and the time for
# which Kubernetes waits before it scales down, are 300 by default.
COOLDOWN = 10
# Seconds until a process that failed is started again: at first, and at most; twice as long after each time.
FIRST_PAUSE, LONGEST_PAUSE = 1, 30
# A process that lived for so many seconds is started again after the first of these.
LONG_LIVED = 5
# For how long credentials are good. EKS Pod Identity gives them for 6 hours.
CREDENTIALS = 3600

# Where the engine keeps a file for each version of a program. Nothing else is run, and nothing else is deleted.
PROGRAMS = os.path.join(os.path.dirname(os.path.realpath(__file__)), "workers")

SIGKILL = int(signal.SIGKILL)
log = logging.getLogger("workers")


def outlived_by_nothing():
    """What a process does before it becomes a worker, so that it ends with this one however that ends."""
    if not sys.platform.startswith("linux"):
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def prepare():
        libc.prctl(1, SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def command_of(program):
    """Where Linux's way to end with this process is missing, another process ends the worker when this one is gone."""
    if sys.platform.startswith("linux"):
        return [program]
    keeper = (
        "import os, signal, subprocess, sys, threading\n"
        "worker = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)\n"
        "signal.signal(signal.SIGTERM, lambda *_: worker.terminate())\n"
        "threading.Thread(target=lambda: (sys.stdin.read(), worker.kill()), daemon=True).start()\n"
        "sys.exit(worker.wait())\n"
    )
    return [sys.executable, "-I", "-c", keeper, program]


class Name(NamedTuple):
    """What a worker is called. A stack has the same name in each of its regions, and its workers the same logical ids."""

    region: str
    stack: str
    id: str


class Process:
    """A process of a worker."""

    def __init__(self, worker, prepare):
        spec = worker.spec
        self.worker, self.generation, self.grace = worker, worker.generation, spec["grace"]
        self.started, self.ending_since = time.monotonic(), None
        environment = {
            "PATH": os.environ["PATH"],
            "LANG": os.environ["LANG"],
            "HOME": os.environ["HOME"],
            "TMPDIR": os.environ["TMPDIR"],
            "AWS_ENDPOINT_URL": os.environ["AWS_ENDPOINT_URL"],
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_REGION": worker.name.region,
            "AWS_DEFAULT_REGION": worker.name.region,
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": worker.credentials_url(),
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": worker.token,
            **reachable(spec["environment"]),
            # Several run on this machine.
            "WORKER_ADDRESS": "127.0.0.1:0",
        }
        self.child = subprocess.Popen(
            command_of(spec["program"]),
            env=environment,
            cwd=os.environ["TMPDIR"],
            stdin=subprocess.PIPE if prepare is None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # A Ctrl-C in a terminal is not meant for it.
            start_new_session=True,
            preexec_fn=prepare,
        )
        self.last_line = ""
        self.reader = threading.Thread(target=self.keep_lines, daemon=True)
        self.reader.start()

    def keep_lines(self):
        stream = f"{datetime.date.today():%Y/%m/%d}/[{self.worker.name.id}]{self.child.pid}"
        self.worker.open_stream(stream)
        for line in self.child.stdout:
            text = line.decode("utf-8", errors="replace").rstrip("\n")
            self.last_line = text or self.last_line
            self.worker.write(stream, text)

    def end(self):
        """Tells it to end, once: told twice it would drop its work."""
        if self.ending_since is None:
            self.ending_since = time.monotonic()
            self.send(signal.SIGTERM)

    def send(self, what):
        try:
            self.child.send_signal(what)
        except ProcessLookupError:
            pass  # it has ended by itself


class Worker:
    """What runs for an association."""

    def __init__(self, name, spec):
        self.name = name
        self.processes = []
        self.wanted = 0
        self.enough_since = None  # since when fewer processes would do
        self.unread = None  # why its queues cannot be read
        self.failed = None  # how its processes failed, or why they have no credentials
        self.generation = 0
        self.restarts = 0
        self.has_credentials = True  # unless it was refused them
        self.pause, self.not_before = FIRST_PAUSE, 0
        self.reader = None  # the credentials of its scaler, and until when they are good
        self.token = secrets.token_urlsafe(24)
        self.spec = spec

    def credentials_url(self):
        return f"{os.environ['AWS_ENDPOINT_URL']}/_stackwright/workers/{'/'.join(self.name)}/credentials"

    @property
    def log_group(self):
        return f"/stackwright/workers/{self.name.stack}/{self.name.id}"

    def scope(self):
        return request_scope(os.environ["MINISTACK_ACCOUNT_ID"], self.name.region)

    def open_stream(self, stream):
        with self.scope():
            cloudwatch_logs._create_log_group({"logGroupName": self.log_group})
            cloudwatch_logs._create_log_stream({"logGroupName": self.log_group, "logStreamName": stream})

    def write(self, stream, line):
        with self.scope():
            event = {"timestamp": int(time.time() * 1000), "message": line}
            cloudwatch_logs._put_log_events(
                {"logGroupName": self.log_group, "logStreamName": stream, "logEvents": [event]}
            )

    def messages(self):
        """How many messages each of its queues has for it, those at work included, as KEDA counts them."""
        spec, counts = self.spec, []
        with self.scope():
            if spec["scaler_role"] is not None and (self.reader is None or time.monotonic() > self.reader[1]):
                made = session_of(spec["scaler_role"], spec["keda_operator"], "keda", {})
                self.reader = made["AccessKeyId"], time.monotonic() + CREDENTIALS / 2
            for queue in spec["queues"]:
                if self.reader is not None:
                    action = "sqs:GetQueueAttributes"
                    region = self.name.region
                    if iam_evaluator.enforce(self.reader[0], action, "sqs", region, queue["arn"]) is not None:
                        raise Refused(f"the role of its scaler does not allow {action} on {queue['arn']}")
                names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
                request = {"QueueUrl": queue["url"], "AttributeNames": names}
                attributes = sqs._act_get_queue_attributes(request, queue["url"])["Attributes"]
                counts.append(sum(int(attributes.get(it, 0)) for it in names))
        return counts

    def desired(self):
        spec = self.spec
        asked = max((math.ceil(count / spec["messages_per_pod"]) for count in self.messages()), default=0)
        return max(spec["min"], min(spec["max"], asked))

    def scale(self, now):
        """Decides how many are wanted: more at once, fewer after a while."""
        try:
            desired = self.desired()
            self.unread = None
        except Exception as error:  # noqa: BLE001 - whatever it is, the other workers go on
            self.unread = f"its queues cannot be read: {error}"
            return
        if desired >= self.wanted:
            self.wanted, self.enough_since = desired, None
        elif self.enough_since is None:
            self.enough_since = now
        elif now - self.enough_since >= COOLDOWN:
            self.wanted, self.enough_since = desired, None

    def reconcile(self, now, prepare):
        for process in list(self.processes):
            status = process.child.poll()
            if status is None:
                if process.ending_since is not None and now - process.ending_since > process.grace:
                    process.send(signal.SIGKILL)
                continue
            self.processes.remove(process)
            if process.ending_since is None:
                self.restarts += 1
            if process.ending_since is None and status != 0:
                self.pause = FIRST_PAUSE if now - process.started > LONG_LIVED else self.pause
                self.failed = f"a process ended by itself ({ended(status)}): {process.last_line[:500]}"
                self.not_before = now + self.pause
                self.pause = min(2 * self.pause, LONGEST_PAUSE)
        living = [it for it in self.processes if it.ending_since is None]
        for process in living:
            if process.generation != self.generation:
                process.end()
        current = [it for it in living if it.generation == self.generation]
        for process in current[self.wanted:]:
            process.end()
        is_well = any(now - it.started > LONG_LIVED for it in current)
        if is_well and self.has_credentials:
            self.failed = None
        if len(current) < self.wanted and now >= self.not_before:
            try:
                self.processes.append(Process(self, prepare))
            except OSError as error:
                self.failed = f"it cannot be started: {error}"
                self.not_before = now + LONGEST_PAUSE

    def told(self):
        return {
            **self.name._asdict(),
            "processes": [it.child.pid for it in self.processes if it.child.poll() is None],
            "wanted": self.wanted,
            "max": self.spec["max"],
            "restarts": self.restarts,
            "grace": max([self.spec["grace"], *(it.grace for it in self.processes)]),
            "log_group": self.log_group,
            "problem": self.unread or self.failed,
        }


def ended(status):
    return f"signal {-status}" if status < 0 else f"exit code {status}"


class Refused(Exception):
    """Why there are no credentials, or why something is not run."""


def trusting(trust, service):
    """A trust policy without the statements on other services."""
    trust = json.loads(trust) if isinstance(trust, str) else trust
    statements = trust.get("Statement", [])
    statements = statements if isinstance(statements, list) else [statements]

    def names(statement):
        principal = statement.get("Principal", {})
        named = principal.get("Service", []) if isinstance(principal, dict) else []
        return service in ([named] if isinstance(named, str) else named)

    return {**trust, "Statement": [it for it in statements if names(it)]}


def session_of(role_arn, principal, session, tags):
    """Credentials of the role for `principal`, as its trust policy allows, in the scope of the account."""
    account, name = role_arn.split(":")[4], role_arn.rsplit("/", 1)[-1]
    role = iam._roles.get(name)
    if role is None:
        raise Refused(f"there is no role {role_arn}")
    trust, caller = role.get("AssumeRolePolicyDocument", "{}"), principal
    if not principal.startswith("arn:"):
        # To the emulator every service is the account's root.
        trust, caller = trusting(trust, principal), f"arn:aws:iam::{account}:root"
    for action in ("sts:AssumeRole", "sts:TagSession") if tags else ("sts:AssumeRole",):
        context = iam_evaluator.EvalContext(
            principal_arn=caller,
            principal_type="Root",
            principal_account=account,
            action=action,
            resource_arn=role_arn,
            region="",
            service_context={},
            request_tags=tags,
            tag_keys=list(tags),
        )
        if not iam_evaluator.evaluate_trust_policy(trust, caller, context):
            raise Refused(f"{principal} is not authorized to perform: {action} on resource: {role_arn}")
    expiration = time.time() + CREDENTIALS
    made = {
        "AccessKeyId": sts._gen_session_access_key(),
        "SecretAccessKey": sts._gen_secret(),
        "Token": sts._gen_session_token(),
        "Expiration": f"{datetime.datetime.fromtimestamp(expiration, datetime.timezone.utc):%Y-%m-%dT%H:%M:%SZ}",
        "AccountId": account,
    }
    sts.register_session(made["AccessKeyId"], {
        "Arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
        "UserId": f"{sts._role_id(role_arn)}:{session}",
        "SecretAccessKey": made["SecretAccessKey"],
        "SessionToken": made["Token"],
        "Expiration": expiration,
        "AccountId": account,
        "PrincipalType": "AssumedRole",
        "SessionTags": [{"Key": key, "Value": value} for key, value in tags.items()],
        "SessionPolicies": None,
    })
    return made


class Workers(Kept):
    """All workers, and the associations that let them have their roles."""

    what = "the workers"

    def __init__(self, state):
        self.path = os.path.join(state, "stackwright-workers.json")
        self.lock = threading.RLock()
        self.workers = {}  # from their names
        self.associations = {}  # from the physical id to the name and the properties
        self.leaving = []  # workers that nobody wants any more, with processes that have not ended
        self.changed = False
        self.thread, self.stopping = None, threading.Event()
        self.register()

    def register(self):
        try:
            handlers = provisioners._RESOURCE_HANDLERS
            _ = iam._roles, sts._gen_session_access_key, sts._gen_secret, sts._gen_session_token, sts._role_id
            _ = sqs._act_get_queue_attributes, cloudwatch_logs._put_log_events, iam_evaluator.evaluate_trust_policy
        except AttributeError as error:
            sys.exit(f"this version of MiniStack differs from what the launcher knows: {error}")

        def name_of(stack_name, logical_id):
            return Name(provisioners.get_region(), stack_name, logical_id)

        def create(logical_id, properties, stack_name):
            physical_id = f"a-{secrets.token_hex(8)}"
            with self.lock:
                self.associations[physical_id] = {"name": name_of(stack_name, logical_id), "properties": dict(properties)}
                self.changed = True
            return physical_id, self.attributes(physical_id, properties)

        def update(physical_id, old, new, stack_name, logical_id=None):
            with self.lock:
                association = self.associations.setdefault(physical_id, {"name": name_of(stack_name, logical_id)})
                association["properties"] = dict(new)
                self.changed = True
            return physical_id, self.attributes(physical_id, new)

        def delete(physical_id, properties):
            with self.lock:
                association = self.associations.pop(physical_id, None)
                self.changed = True
            if association is not None:
                # Its processes still ask this one to take their messages back, which it could not while it waits.
                threading.Thread(target=self.end, args=association["name"], daemon=True).start()

        handlers["AWS::EKS::PodIdentityAssociation"] = {"create": create, "update": update, "delete": delete}

    @staticmethod
    def attributes(physical_id, properties):
        account, cluster = os.environ["MINISTACK_ACCOUNT_ID"], properties.get("ClusterName", "")
        arn = f"arn:aws:eks:{provisioners.get_region()}:{account}:podidentityassociation/{cluster}/{physical_id}"
        return {"AssociationArn": arn, "AssociationId": physical_id}

    def association_of(self, name):
        return next((it for it in self.associations.values() if it["name"] == name), None)

    def put(self, name, spec):
        """Runs the worker, or what runs of it with another program or environment; whether that is another than before."""
        if os.path.realpath(os.path.dirname(spec["program"])) != PROGRAMS:
            raise Refused(f"{spec['program']} is not in {PROGRAMS}")
        with self.lock:
            worker = self.workers.get(name)
            is_other = worker is None or worker.spec != spec
            if worker is None:
                worker = self.workers[name] = Worker(name, spec)
            elif worker.spec != spec:
                worker.generation += 1
                worker.reader = None
                worker.not_before, worker.pause, worker.failed = 0, FIRST_PAUSE, None
                worker.spec = spec
            self.changed = True
            used = {os.path.basename(worker.spec["program"]) for worker in self.workers.values()}
        for entry in os.scandir(PROGRAMS):
            if entry.name not in used and time.time() - entry.stat().st_mtime > 60:
                os.remove(entry.path)
        return is_other

    def end(self, region, stack, id=None):
        """Ends a worker, or all of a stack in a region, and waits until its processes have ended."""
        def is_meant(name):
            return name[:2] == (region, stack) and id in (None, name.id)

        with self.lock:
            self.leaving += [self.workers.pop(name) for name in list(self.workers) if is_meant(name)]
            # Also those that were told to end before.
            ending = [worker for worker in self.leaving if is_meant(worker.name)]
            self.changed = True
        self.finish(ending)
        with self.lock:
            self.leaving = [worker for worker in self.leaving if worker not in ending]
        for worker in ending:
            for process in worker.processes:
                process.reader.join(1)
            with worker.scope():
                cloudwatch_logs._delete_log_group({"logGroupName": worker.log_group})

    def finish(self, ending, patience=None):
        """Has all processes of workers end within their grace, or within `patience` seconds."""
        began = time.monotonic()
        processes = [process for worker in ending for process in worker.processes]
        for process in processes:
            process.end()
        for process in processes:
            deadline = process.ending_since + process.grace if patience is None else began + patience
            try:
                process.child.wait(max(0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.send(signal.SIGKILL)
                process.child.wait()

    def clear(self):
        with self.lock:
            ending = [*self.workers.values(), *self.leaving]
            self.workers, self.associations, self.leaving = {}, {}, []
            self.changed = True
        # Their queues are gone, so that there is nothing to give back.
        self.finish(ending, 1)

    def credentials(self, name, token):
        with self.lock:
            # What ends still deletes what it has done.
            known = [worker for worker in (*self.workers.values(), *self.leaving) if worker.name == name]
            association = self.association_of(name)
        worker = next((it for it in known if secrets.compare_digest(it.token.encode(), token.encode())), None)
        if worker is None:
            return 404, {"message": "there is no such worker"}
        if association is None:
            return 400, {"code": "ResourceNotFoundException", "message": "no association for the service account"}
        properties = association["properties"]
        # https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html
        tags = {
            "eks-cluster-name": properties["ClusterName"],
            "kubernetes-namespace": properties["Namespace"],
            "kubernetes-service-account": properties["ServiceAccount"],
        }
        try:
            with worker.scope():
                session = f"eks-{name.id}"[:64]
                made = session_of(properties["RoleArn"], "pods.eks.amazonaws.com", session, tags)
            worker.has_credentials = True
            return 200, made
        except Refused as refused:
            worker.has_credentials, worker.failed = False, f"it has no credentials: {refused}"
            return 400, {"code": "AccessDeniedException", "message": str(refused)}

    def told(self):
        with self.lock:
            return {"version": 1, "workers": [it.told() for it in (*self.workers.values(), *self.leaving)]}

    def start(self):
        # A process ends with the thread that started it, so that one thread starts all.
        self.thread = threading.Thread(target=self.run, name="workers", daemon=True)
        self.thread.start()

    def run(self):
        prepare = outlived_by_nothing()
        while not self.stopping.wait(INTERVAL):
            with self.lock:
                workers = list(self.workers.values())
            now = time.monotonic()
            for worker in workers:
                worker.scale(now)
                with self.lock:
                    if self.workers.get(worker.name) is worker:
                        worker.reconcile(now, prepare)
        # The processes would be killed with the thread that started them: they may have their grace.
        threading.Event().wait()

    def stop(self, patience=None):
        """Ends all processes; the next start of the local cloud runs them again."""
        self.stopping.set()
        with self.lock:
            workers = [*self.workers.values(), *self.leaving]
        self.finish(workers, patience)

    def content(self):
        with self.lock:
            specs = [{"name": name, "spec": worker.spec} for name, worker in self.workers.items()]
            return {"version": 2, "workers": specs, "associations": self.associations}

    def restore(self, saved):
        if saved["version"] != 2:
            raise ValueError("another version of this program kept them: destroy their stacks, and deploy them again")
        associations = saved["associations"].items()
        self.associations = {physical_id: it | {"name": Name(*it["name"])} for physical_id, it in associations}
        workers = [Worker(Name(*it["name"]), it["spec"]) for it in saved["workers"]]
        self.workers = {worker.name: worker for worker in workers}
