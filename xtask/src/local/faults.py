"""Lets calls of chosen roles fail as calls to AWS do: throttled before anything is done, or done without an answer.

A service says in its own protocol that it throttles: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""

import json
import random
import threading

MESSAGE = "Rate exceeded"


class Injection:
    """The faults of the calls of some roles."""

    def __init__(self, asked):
        if not isinstance(asked, dict):
            raise ValueError(f"{json.dumps(asked)} was asked for, expected an object with `roles`")
        roles = asked.get("roles")
        if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
            raise ValueError(f"`roles` is {json.dumps(roles)}, expected a list of names of roles")
        self.roles = frozenset(roles)
        self.shares = [(kind, self.share(asked, kind)) for kind in ("throttled", "unanswered")]
        if sum(share for _, share in self.shares) > 1:
            raise ValueError("`throttled` and `unanswered` are more than 1 together")
        self.count = {kind: 0 for kind, _ in self.shares}

    @staticmethod
    def share(asked, kind):
        share = asked.get(kind, 0)
        if not isinstance(share, (int, float)) or not 0 <= share <= 1:
            raise ValueError(f"`{kind}` is {json.dumps(share)}, expected a share of the calls, 0 to 1")
        return share

    def draw(self):
        drawn = random.random()
        for kind, share in self.shares:
            if drawn < share:
                self.count[kind] += 1
                return kind
            drawn -= share


class Faults:
    """What is injected, by the name of who asked for it."""

    def __init__(self):
        self.lock = threading.Lock()
        self.injections = {}

    def put(self, name, asked):
        injection = Injection(asked)
        with self.lock:
            self.injections[name] = injection

    def end(self, name):
        """How many calls failed, and how."""
        with self.lock:
            injection = self.injections.pop(name, None)
        return {} if injection is None else injection.count

    def clear(self):
        with self.lock:
            self.injections.clear()

    def draw(self, role):
        """How a call of a role fails; `None` when it does not."""
        with self.lock:
            found = next((it for it in self.injections.values() if role in it.roles), None)
            return None if found is None else found.draw()


def throttled(headers, service):
    """Status, content type and body of the answer to a call with these headers."""
    def as_json(status, code):
        return status, "application/x-amz-json-1.0", json.dumps({"__type": code, "message": MESSAGE})

    def as_xml(status, error):
        return status, "text/xml", f'<?xml version="1.0" encoding="UTF-8"?>{error}'

    if "x-amz-target" in headers:
        return as_json(400, "RequestThrottled" if service == "sqs" else "ThrottlingException")
    if service == "s3":
        return as_xml(503, f"<Error><Code>SlowDown</Code><Message>{MESSAGE}</Message></Error>")
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        error = f"<Error><Type>Sender</Type><Code>Throttling</Code><Message>{MESSAGE}</Message></Error>"
        return as_xml(400, f"<ErrorResponse>{error}</ErrorResponse>")
    return as_json(429, "TooManyRequestsException")
