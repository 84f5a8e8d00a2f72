"""Calculates the tables of the page `lambda-or-kubernetes.md`: what functions and workers cost, and how far they reach.

    python3 lambda_or_kubernetes.py            # prints the tables
    python3 lambda_or_kubernetes.py --check    # exits with 1 when the page has other tables

It needs nothing but Python 3.10. Change the figures below to those of your region and your messages.
"""

import math
import pathlib
import sys

HOURS = 730  # of a month, as AWS reckons
SECONDS = HOURS * 3600

# US dollars in us-east-1. The page says where each is from.
REQUEST = 0.20 / 1e6  # of Lambda
GIB_SECOND = {"arm64": 0.0000133334, "x86_64": 0.0000166667}  # of Lambda
FREE_REQUESTS, FREE_GIB_SECONDS = 1e6, 400_000  # of a month, for all functions of an account
SQS_REQUEST = 0.40 / 1e6  # of standard queues
CLUSTER_HOUR = 0.10
XLARGE_HOUR = {"arm64": 0.145, "x86_64": 0.1785}  # c7g.xlarge and c7i.xlarge: 4 vCPUs, 8 GiB
LARGE_HOUR = {"arm64": 0.0725, "x86_64": 0.08925}  # c7g.large and c7i.large: 2 vCPUs, 4 GiB
NODES_HOUR = {
    "c7g.xlarge": 0.145,
    "m7g.xlarge": 0.1632,
    "t4g.xlarge": 0.1344,
    "c7i.xlarge": 0.1785,
    "m7i.xlarge": 0.2016,
    "t3.xlarge": 0.1664,
}
FARGATE_VCPU_HOUR, FARGATE_GB_HOUR = 0.04048, 0.004445

# What a message takes, and what it gets.
CPU_MS = 1  # ms of a whole vCPU, an assumption
MEMORY_MIB = 256
FUNCTION_VCPU = MEMORY_MIB / 1769
POD_VCPU = 0.25
SLOTS = 10  # batches at once in one pod
UTILISATION = 0.6
NODE_OVERHEAD_VCPU = 0.4  # of each node, for the kubelet and what runs on every node; an assumption
FIRST_NODES = 2  # of a new cluster
POLL_SECONDS = 20
POLLERS = 5  # of a mapping that is idle
SCALER_CALLS_PER_SECOND = 1 / 30 + 1 / 15  # KEDA itself, and Kubernetes's autoscaler through it

WAYS = {
    "1": (1, False),
    "10, one after the other": (10, False),
    "10, at once": (10, True),
}
TIMES_MS = (10, 50, 200)


def duration_ms(message_ms, way, vcpu):
    """How long a batch takes with that share of a processor."""
    size, at_once = WAYS[way]
    if at_once:
        return max(message_ms, size * CPU_MS / vcpu)
    return size * max(message_ms, CPU_MS / vcpu)


def function_message(message_ms, way, architecture):
    """Requests and GiB-seconds of Lambda for one message, and their price."""
    size, _ = WAYS[way]
    requests = 1 / size
    gib_seconds = math.ceil(duration_ms(message_ms, way, FUNCTION_VCPU)) / 1000 * MEMORY_MIB / 1024 / size
    return requests, gib_seconds, requests * REQUEST + gib_seconds * GIB_SECOND[architecture]


def pod_rate(message_ms, way):
    """How many messages a second one pod can process: as its slots and its processor allow."""
    size, at_once = WAYS[way]
    batch_ms = message_ms if at_once else size * message_ms
    return min(SLOTS * size / batch_ms, POD_VCPU / CPU_MS) * 1000


def pods_of_node(vcpus):
    return int((vcpus - NODE_OVERHEAD_VCPU) / POD_VCPU)


def pod_month(hour, vcpus=4):
    return hour * HOURS / pods_of_node(vcpus)


def sqs_message(way):
    """Receive and delete, which are the same for both."""
    return 2 / WAYS[way][0] * SQS_REQUEST


def functions_month(rate, message_ms, way, architecture, is_free=False):
    requests, gib_seconds, _ = (it * rate * SECONDS for it in function_message(message_ms, way, architecture))
    if is_free:
        requests, gib_seconds = max(0, requests - FREE_REQUESTS), max(0, gib_seconds - FREE_GIB_SECONDS)
    idle = POLLERS / POLL_SECONDS * SECONDS * SQS_REQUEST
    return requests * REQUEST + gib_seconds * GIB_SECOND[architecture] + idle


def workers_month(rate, message_ms, way, architecture, is_new):
    pods = max(1, math.ceil(rate / (UTILISATION * pod_rate(message_ms, way))))
    calls = SLOTS / POLL_SECONDS + SCALER_CALLS_PER_SECOND
    fixed = calls * SECONDS * SQS_REQUEST
    if is_new:
        fixed += (CLUSTER_HOUR + FIRST_NODES * LARGE_HOUR[architecture]) * HOURS
        pods = max(0, pods - FIRST_NODES * pods_of_node(2))
    return pods * pod_month(XLARGE_HOUR[architecture]) + fixed


def crossing(message_ms, way, architecture, is_new, is_free=False):
    """The least rate, in messages a second, from which on workers cost less at every rate that was tried."""
    rates = [10 ** (step / 400) for step in range(-400, 2000)]
    least = None
    for rate in rates:
        functions = functions_month(rate, message_ms, way, architecture, is_free)
        if workers_month(rate, message_ms, way, architecture, is_new) < functions:
            least = least or rate
        else:
            least = None
    return least


def about(number):
    """Two digits are as much as such a model has."""
    digits = 1 - math.floor(math.log10(number))
    return f"{round(number, digits):,.{max(0, digits)}f}"


def table(head, rows):
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def pods():
    each = NODES_HOUR.items()
    rows = [[f"`{name}`", f"{hour:.4f}", pods_of_node(4), f"{pod_month(hour):.2f}"] for name, hour in each]
    fargate = POD_VCPU * FARGATE_VCPU_HOUR + 0.5 * FARGATE_GB_HOUR
    rows.append(["Fargate, 0.25 vCPU and 0.5 GB", f"{fargate:.4f}", 1, f"{fargate * HOURS:.2f}"])
    return table(["node", "$ per hour", "pods", "$ per pod and month"], rows)


def million():
    rows = []
    for message_ms in TIMES_MS:
        for way in WAYS:
            _, _, price = function_message(message_ms, way, "arm64")
            rate = UTILISATION * pod_rate(message_ms, way)
            pod = pod_month(XLARGE_HOUR["arm64"]) / (rate * SECONDS)
            prices = [price, pod, sqs_message(way)]
            rows.append([f"{message_ms} ms; {way}", *(f"{it * 1e6:.3f}" for it in prices), f"{rate:.0f}"])
    head = ["a message; the batch", "Lambda, $", "pods, $", "SQS for either, $", "messages a second of a pod"]
    return table(head, rows)


def crossings():
    rows = []
    for message_ms in TIMES_MS:
        for way in WAYS:
            found = [
                crossing(message_ms, way, "arm64", is_new=False),
                crossing(message_ms, way, "x86_64", is_new=False),
                crossing(message_ms, way, "arm64", is_new=False, is_free=True),
                crossing(message_ms, way, "arm64", is_new=True),
                crossing(message_ms, way, "x86_64", is_new=True),
            ]
            rows.append([f"{message_ms} ms; {way}", *map(about, found)])
    head = [
        "a message; the batch",
        "cluster there, arm64",
        "there, x86_64",
        "there, arm64, free tier",
        "new cluster, arm64",
        "new, x86_64",
    ]
    return table(head, rows)


def months():
    rows = []
    for way in ("1", "10, at once"):
        for rate in (1, 10, 100, 1_000, 10_000):
            workers = [workers_month(rate, 50, way, "arm64", is_new) for is_new in (False, True)]
            functions = functions_month(rate, 50, way, "arm64")
            prices = [functions, *workers, sqs_message(way) * rate * SECONDS]
            rows.append([f"{rate:,}; {way}", *(f"{it:,.0f}" for it in prices)])
    head = ["messages a second; the batch", "functions, $", "workers, $", "with a new cluster, $", "SQS for either, $"]
    return table(head, rows)


def reach():
    message_ms, functions, count = 50, 1_000, 50_000
    rows = []
    for way, (size, _) in WAYS.items():
        by_concurrency = functions / duration_ms(message_ms, way, FUNCTION_VCPU) * 1000
        invocations = min(by_concurrency, 10 * functions)
        each = pod_rate(message_ms, way)
        rows.append([
            way,
            f"{invocations * size:,.0f}",
            f"{count * each:,.0f}",
            f"{UTILISATION * count * each:,.0f}",
            f"{count * SLOTS * size:,}",
        ])
    head = [
        "the batch",
        "1,000 functions",
        "50,000 pods, at most",
        "50,000 pods at 60 %",
        "messages in flight in 50,000 busy pods",
    ]
    return table(head, rows)


def main():
    tables = [pods(), million(), crossings(), months(), reach()]
    if "--check" not in sys.argv[1:]:
        print("\n\n".join(tables))
        return 0
    page = pathlib.Path(__file__).with_name("lambda-or-kubernetes.md").read_text()
    lacking = [it for it in tables if it not in page]
    for it in lacking:
        print(f"the page lacks this table:\n\n{it}\n", file=sys.stderr)
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
