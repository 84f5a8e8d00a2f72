"""Runs MiniStack as the local cloud of this workspace, with what its own command lacks.

- It leads its own session, so that a Ctrl-C in the terminal that started it does not reach it.
- It holds a lock on STACKWRIGHT_LOCK while it runs: whoever finds the file locked may trust the process id in it,
  and whoever finds it unlocked but not empty knows that the process was killed before it could save.
- It saves its state shortly after a request, not only when it stops.
- The names it makes up differ from region to region, as they do on AWS: IAM's are one space for all regions, and the
  role of a stack in one region would overwrite that of the same stack in another.
- Its loopback counts as TLS: policies that refuse plain requests hold, and no client needs a certificate.
- `GET /_stackwright/health` says who answers, `POST /_stackwright/save` saves now.
"""

import asyncio
import fcntl
import json
import logging
import os
import resource
import sys
import time
from importlib.metadata import version

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
problems = []


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
from ministack.services.cloudformation import provisioners  # noqa: E402 - the same


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


name_by_region()
served = ministack.app.app
# SHORTEST_PAUSE seconds between two saves, and more for a large state: saving stops the emulator meanwhile.
SHORTEST_PAUSE = 2
dirty = False


def save():
    global dirty
    began = time.monotonic()
    dirty = False
    ministack.app.save_all(ministack.app._build_persistence_save_dict())
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


async def answer(send, body):
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


async def app(scope, receive, send):
    global dirty
    if scope["type"] == "lifespan":
        saver = asyncio.create_task(save_when_changed())
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
    else:
        await served(scope | {"scheme": "https"}, receive, send)
        dirty = True


ministack.app.app = app
sys.argv = ["ministack"]
ministack.app.main()
# It has saved, but does not tell whether that worked.
known = len(problems)
save()
if len(problems) > known:
    sys.exit("\n".join(problems[known:]))
record("")
