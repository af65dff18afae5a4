#!/usr/bin/env python3
"""Measures what the daemon takes of pushes: durable batches a second from four senders, how long
they wait for their 200, and 16 large batches at once.

    run_push_bench.py BINARY RESULTS_FILE [SECONDS] [ROUNDS]

Batches are only stored in one half (their sync is paused), and planned and delivered meanwhile in
the other. Prints every figure beside its target and writes them as JSON; a missed target is only
marked. Figures are medians of the rounds.
"""

import http.client
import json
import os
import pathlib
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "prove"))
from product import Product  # noqa: E402

COHORT = "pushed"
SENDERS, BATCH, LARGE_BATCH, AT_ONCE = 4, 1_000, 10_000, 16
MARKS = {True: "met", False: "MISSED", None: ""}
# Each request is a message of its own, of the same members.
LUA = """
local thread = 0
function setup(t) thread = thread + 1; t:set("number", thread) end
function init(args)
  local file = io.open(args[1]); body = file:read("*a"); file:close()
  run = args[2]; count = 0
end
function request()
  count = count + 1
  return wrk.format("POST", "/amplitude/webhook", {["Content-Type"] = "application/json"},
                    (body:gsub("MESSAGE", run .. "-" .. number .. "-" .. count, 1)))
end
"""


def body_of(message_id, members):
    users = [{"user_id": f"user{100_000_000 + n}",
              "user_properties": {"email": f"user{100_000_000 + n}@example{n % 97}.com"}}
             for n in range(members)]
    text = json.dumps({"message_id": message_id, "cohort_name": COHORT, "cohort_id": COHORT,
                       "in_cohort": True, "computed_time": "1795240000", "users": users},
                      separators=(",", ":"))
    return text


def post(port, body):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", "/amplitude/webhook", body, {"Content-Type": "application/json"})
    status = connection.getresponse().status
    if status != 200:
        raise SystemExit(f"a push was answered {status}")


class Bench:
    def __init__(self, binary, directory, seconds):
        self.directory, self.seconds = pathlib.Path(directory), seconds
        self.product = Product(binary, directory)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.product.configure({"cohort": COHORT, "source": {"type": "push"}},
                               requests_per_second=10000, request_timeout="30s",
                               server={"listen": f"127.0.0.1:{self.port}"})
        (self.directory / "push.lua").write_text(LUA)
        (self.directory / "body").write_text(body_of("MESSAGE", BATCH))

    def start(self):
        self.daemon = subprocess.Popen([self.product.binary, "serve"], cwd=self.directory,
                                       env=self.product.environment, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                time.sleep(0.05)
        raise SystemExit("the daemon does not listen")

    def stop(self):
        self.daemon.terminate()
        self.daemon.wait()

    def senders(self, run):
        """Batches a second, and the 99th percentile in milliseconds."""
        output = subprocess.run(
            ["wrk", "-t2", f"-c{SENDERS}", f"-d{self.seconds}s", "--latency", "-s", "push.lua",
             f"http://127.0.0.1:{self.port}", "--", "body", run],
            cwd=self.directory, capture_output=True, text=True, check=True).stdout
        if "Non-2xx" in output:
            raise SystemExit(output)
        number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", output).groups()
        scale = {"us": 0.001, "ms": 1, "s": 1000}[unit]
        return float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1]), float(number) * scale

    def disk_limit(self):
        """Batches a second that this disk lets become durable when each sender waits for its own:
        all that wait are written and synced together, and nothing else is done."""
        size = SENDERS * (self.directory / "body").stat().st_size
        took = []
        with open(self.directory / "synced", "wb", buffering=0) as file:
            # Written before, as a WAL is: only data, no growing.
            for timed in (False, True):
                for number in range(50):
                    begin = time.monotonic()
                    os.pwrite(file.fileno(), bytes(size), number * size)
                    os.fdatasync(file.fileno())
                    if timed:
                        took.append(time.monotonic() - begin)
        return SENDERS / statistics.median(took)

    def at_once(self, run):
        """Seconds until the last of them was answered."""
        bodies = [body_of(f"large-{run}-{n}", LARGE_BATCH) for n in range(AT_ONCE)]
        threads = [threading.Thread(target=post, args=(self.port, body)) for body in bodies]
        begin = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.monotonic() - begin


def main():
    binary, results = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    seconds = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 3
    figures = {}
    with tempfile.TemporaryDirectory() as directory:
        bench = Bench(str(binary), directory, seconds)
        bench.start()
        post(bench.port, body_of("first", BATCH))
        time.sleep(2)
        bench.stop()
        for half in ("stored only", "planned meanwhile"):
            bench.product.start("pause" if half == "stored only" else "resume", COHORT).wait()
            rates, shares, waits, large = [], [], [], []
            bench.start()
            for number in range(rounds):
                limit = bench.disk_limit()
                rate, wait = bench.senders(f"{half[:1]}{number}")
                rates.append(rate)
                shares.append(rate / limit)
                waits.append(wait)
                large.append(bench.at_once(f"{half[:1]}{number}"))
            bench.stop()
            figures[f"{half}: batches of {BATCH:,} a second, {SENDERS} senders"] = (
                statistics.median(rates), 2000, True)
            figures[f"{half}: of what the disk lets {SENDERS} waiting senders have"] = (
                statistics.median(shares), None, True)
            figures[f"{half}: 99 of 100 answered within, ms"] = (
                statistics.median(waits), 100, False)
            figures[f"{half}: {AT_ONCE} batches of {LARGE_BATCH:,} at once, s"] = (
                statistics.median(large), 1, False)
        bench.product.end()
    for name, (value, target, at_least) in figures.items():
        if target is None:
            print(f"  {name:64} {value:10.3g}")
            continue
        met = value >= target if at_least else value < target
        print(f"  {name:64} {value:10.3g}   {'≥' if at_least else '<'} {target:<6} {MARKS[met]}")
    results.parent.mkdir(parents=True, exist_ok=True)
    results.write_text(json.dumps({name: value for name, (value, _, _) in figures.items()},
                                  indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
