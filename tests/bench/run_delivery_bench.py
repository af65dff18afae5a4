#!/usr/bin/env python3
"""Measures the delivery of pending operations against what limits it, in one run.

    run_delivery_bench.py BUILD_FOLDER RESULTS_FILE [OPERATIONS] [ROUNDS]

Prints every figure beside its target, writes them as JSON to RESULTS_FILE, and ends with 1 when an
operation was not delivered or a request cannot be explained by the journal; a missed target is only
marked. Contestants take turns in each round; figures are medians, ratios medians of those of the
rounds.
"""

import concurrent.futures
import datetime
import itertools
import json
import pathlib
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import make_export

IN_FLIGHT = 64
WRK_SECONDS = 5
# Milliseconds of an answer, calls in flight, share of in flight / answer time that is to be reached.
LATENCIES = ((100, 64, 0.97), (20, 16, 0.95))
LATENCY_SECONDS = 10
RATES = (50, 200)
FAULTY_OPERATIONS = 20_000
FAULTS = {"server_error": 0.01, "bad_gateway": 0.01, "reset_before": 0.01, "reset_after": 0.01,
          "cut_body": 0.01, "rate_limited": 0.0005}
LIST = "bench"
MARKS = {True: "met", False: "MISSED", None: ""}


class Server:
    """A program that prints where it listens, and serves until the end of a `with`."""

    def __init__(self, *command):
        self.command = [str(part) for part in command]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        self.started()
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


class InstantServer(Server):
    def __init__(self, build, latency_ms=0):
        super().__init__(build / "instant_server", latency_ms)

    def started(self):
        self.origin = f"http://127.0.0.1:{int(self.process.stdout.readline())}"
        self.endpoint = self.origin + "/v2"

    def count(self):
        with urllib.request.urlopen(self.origin + "/count", timeout=30) as answer:
            return int(answer.read())


class StandIn(Server):
    """The product's own stand-in of Cordial, with the list that is delivered to."""

    def __init__(self, build, **switches):
        super().__init__(build / "cohort-sync", "simulate", "--json", "--amplitude-port", 0,
                         "--cordial-port", 0, "--control-port", 0)
        self.switches = {f"cordial.{name}": value for name, value in switches.items()}

    def started(self):
        text = ""
        while not text.rstrip().endswith("}"):
            text += self.process.stdout.readline()
        access = json.loads(text)
        self.endpoint, self.api_key = access["cordial_endpoint"], access["cordial_api_key"]
        self.control = access["control_url"]
        self.call("POST", "/contacts", {"emails": [], "lists": [LIST]})
        self.call("PUT", "/switches", self.switches)

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.control + path, data=data, method=method,
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)

    def requests(self, limit):
        """Those about contacts: their counts by answer, and up to `limit` of them."""
        return self.call("GET", f"/requests?service=cordial&path=/v2/contacts&limit={limit}")


class Bench:
    def __init__(self, build, folder, operations, rounds):
        self.build, self.folder = build, folder
        self.operations, self.rounds = operations, rounds
        self.figures, self.raw, self.failures = [], {}, []
        self.serial = itertools.count()
        self.writing = threading.Lock()

    # ---- Figures ----
    def figure(self, name, value, unit="", at_least=None, at_most=None):
        met = None
        if at_least is not None or at_most is not None:
            met = (at_least is None or value >= at_least) and (at_most is None or value <= at_most)
        target = "" if met is None else f"≥ {at_least:g}" if at_least is not None else f"≤ {at_most:g}"
        self.figures.append({"name": name, "value": value, "unit": unit, "target": target, "met": met})
        shown = f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.3g}"
        print(f"  {name:<66}{shown:>12} {unit:<8}{target:<10}{MARKS[met]}".rstrip(), flush=True)

    def check(self, is_right, message):
        """A fast wrong delivery is worth nothing."""
        if not is_right:
            self.failures.append(message)
            print(f"  WRONG: {message}", flush=True)

    # ---- Contestants ----
    def run(self, *arguments):
        command = [str(self.build / "delivery_bench"), *(str(part) for part in arguments)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
        return json.loads(done.stdout)

    def prepare(self, endpoint, operations):
        """A state with so many pending operations."""
        state = self.folder / f"state{next(self.serial)}"
        csv = self.folder / f"{operations}.csv"
        with self.writing:  # Several threads may want the same.
            if not csv.exists():
                make_export.write(csv, [make_export.row(number) for number in range(operations)], seed=1)
        self.run("prepare", state, csv, endpoint)
        return state

    def deliver(self, state, endpoint, in_flight, rate, operations, *api_key):
        """Delivers everything, from a copy of the state which stays."""
        copy = self.folder / f"copy{next(self.serial)}"
        shutil.copyfile(state, copy)
        copy.chmod(0o600)
        result = self.run("deliver", copy, endpoint, in_flight, rate, *api_key)
        self.check(result["delivered"] == operations and result["pending"] == 0,
                   f"{result['delivered']:,} of {operations:,} were delivered: {result['error']}")
        result["state"] = copy
        return result

    def wrk(self, server):
        """Requests a second with the same body and as many connections."""
        script = self.folder / "post.lua"
        script.write_text(
            'wrk.method = "POST"\n'
            """wrk.body = '{"channels":{"email":{"address":"user100000000@example1.com"}},"""
            """"identifyBy":["email"],"bench":true}'\n"""
            'wrk.headers["Content-Type"] = "application/json"\n'
            'wrk.headers["Authorization"] = "Basic YmVuY2gta2V5Og=="\n')
        done = subprocess.run(["wrk", "-t1", f"-c{IN_FLIGHT}", f"-d{WRK_SECONDS}s", "-s", script,
                               server.endpoint + "/contacts"], check=True, stdout=subprocess.PIPE,
                              text=True)
        line = next(line for line in done.stdout.splitlines() if "Requests/sec" in line)
        return float(line.split()[1])

    # ---- Sections ----
    def at_once(self):
        """Answers at once: what the journal costs, and what the client is worth."""
        print(f"answers at once, {IN_FLIGHT} in flight, {self.operations:,} operations")
        rounds = []
        with InstantServer(self.build) as server:
            state = self.prepare(server.endpoint, self.operations)
            for _ in range(self.rounds):
                before = server.count()
                ours = self.deliver(state, server.endpoint, IN_FLIGHT, 0, self.operations)
                self.check(server.count() - before == self.operations,
                           f"{server.count() - before:,} requests for {self.operations:,} operations")
                ours.pop("state").unlink()
                bare = self.run("bare", server.endpoint, IN_FLIGHT, self.operations)
                rounds.append({"ours": ours, "bare": bare, "wrk": self.wrk(server)})
        self.raw["at_once"] = rounds
        per_second = self.operations * 1000

        def median(of):
            return statistics.median(of(one) for one in rounds)

        self.figure("durable deliveries", median(lambda one: per_second / one["ours"]["ms"]), "/s")
        self.figure("the same calls without a journal",
                    median(lambda one: per_second / one["bare"]["ms"]), "/s")
        self.figure("wrk, the same requests", median(lambda one: one["wrk"]), "/s")
        self.figure("durable deliveries / calls without a journal",
                    median(lambda one: one["bare"]["ms"] / one["ours"]["ms"]), at_least=0.9)
        self.figure("durable deliveries / wrk",
                    median(lambda one: per_second / one["ours"]["ms"] / one["wrk"]), at_least=0.16)
        self.figure("processor time of an operation",
                    median(lambda one: one["ours"]["cpu_ms"] * 1000 / self.operations), "us")
        self.figure("processor time of an operation / of a call without a journal",
                    median(lambda one: one["ours"]["cpu_ms"] / one["bare"]["cpu_ms"]), at_most=1.3)
        self.figure("memory above idle, at most",
                    max(one["ours"]["peak_anon_kib"] - one["ours"]["idle_anon_kib"]
                        for one in rounds) / 1024, "MiB", at_most=64)
        self.figure("written per operation",
                    median(lambda one: one["ours"]["written_bytes"] / self.operations), "bytes")

    def slow_answers(self):
        print("slow answers")
        rounds = {}
        for latency, in_flight, share in LATENCIES:
            expected = in_flight * 1000 / latency
            operations = int(expected * LATENCY_SECONDS)
            with InstantServer(self.build, latency) as server:
                state = self.prepare(server.endpoint, operations)
                rounds[latency] = []
                for _ in range(self.rounds):
                    ours = self.deliver(state, server.endpoint, in_flight, 0, operations)
                    ours.pop("state").unlink()
                    bare = self.run("bare", server.endpoint, in_flight, operations)
                    rounds[latency].append({"ours": ours, "bare": bare})
            rate, bare = (statistics.median(operations * 1000 / one[name]["ms"]
                                            for one in rounds[latency]) for name in ("ours", "bare"))
            name = f"answers after {latency} ms, {in_flight} in flight: "
            self.figure(name + "deliveries", rate, "/s")
            self.figure(name + f"of {expected:g}/s", rate / expected, at_least=share)
            self.figure(name + f"calls without a journal, of {expected:g}/s", bare / expected)
        self.raw["slow_answers"] = rounds

    def rates(self):
        print("limits, a minute each, all at the same time")
        cases = [(limit, named) for limit in RATES for named in (True, False)]
        with concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:
            results = list(pool.map(lambda case: self.limited(*case), cases))
        self.raw["rates"] = results
        for result in results:
            limit, second = result["limit"], result["accepted_in_second"]
            if result["named"]:
                self.figure(f"limit {limit}/s, configured: used over a minute",
                            sum(second[:60]) / (60 * limit), at_least=0.98)
                self.figure(f"limit {limit}/s, configured: refused after the first second", result["refused_after_first_second"],
                            at_most=0)
            else:
                self.figure(f"limit {limit}/s, found out: used from second 30 to 60",
                            sum(second[30:60]) / (30 * limit), at_least=0.9)
                self.figure(f"limit {limit}/s, found out: share of calls that were refused",
                            100 * result["refused"] / result["requests"], "%", at_most=1)

    def limited(self, limit, named):
        with StandIn(self.build, rate_limit=limit) as server:
            operations = limit * 62
            state = self.prepare(server.endpoint, operations)
            self.deliver(state, server.endpoint, IN_FLIGHT, limit if named else "unknown", operations,
                         server.api_key)
            requests = server.requests(100_000)["requests"]
        times = [datetime.datetime.fromisoformat(one["time"].replace("Z", "+00:00"))
                 for one in requests]
        seconds = [(time - times[0]).total_seconds() for time in times]
        statuses = [one["status"] for one in requests]
        accepted = [0] * (int(seconds[-1]) + 61)
        for second, status in zip(seconds, statuses):
            accepted[int(second)] += status < 300
        return {"limit": limit, "named": named, "requests": len(requests),
                "refused": statuses.count(429), "accepted_in_second": accepted,
                "refused_after_first_second": sum(
                    status == 429 and second > 1 for second, status in zip(seconds, statuses))}

    def faulty(self):
        """Every request that arrives is one that the journal knows of."""
        print(f"faults, {FAULTY_OPERATIONS:,} operations")
        faults = {name: {"next": 0, "probability": share} for name, share in FAULTS.items()}
        with StandIn(self.build, fault_scope="contact_writes", retry_after_seconds=1,
                     **faults) as server:
            state = self.prepare(server.endpoint, FAULTY_OPERATIONS)
            result = self.deliver(state, server.endpoint, 16, 0, FAULTY_OPERATIONS, server.api_key)
            arrived = server.requests(0)
            contacts = server.call("GET", f"/lists/{LIST}")["count"]
        with sqlite3.connect(result["state"]) as journal:
            calls, = journal.execute("SELECT sum(calls) FROM runs").fetchone()
            attempts, = journal.execute("SELECT sum(attempts) FROM operations").fetchone()
        throttled = arrived["counts"].get("POST 429", 0)
        self.raw["faulty"] = {"arrived": arrived["matching"], "counts": arrived["counts"],
                              "calls": calls, "attempts": attempts}
        self.figure("faults: operations", FAULTY_OPERATIONS)
        self.figure("faults: requests that arrived", arrived["matching"])
        self.figure("faults: calls that the journal knows of", calls)
        self.figure("faults: of these, repeats after a fault", attempts - FAULTY_OPERATIONS)
        self.figure("faults: of these, repeats after being asked to wait", throttled)
        self.figure("faults: of these, repeats while the other side seemed away",
                    calls - attempts - throttled)
        self.check(arrived["matching"] == calls,
                   f"{arrived['matching']:,} requests arrived, the journal knows of {calls:,}")
        self.check(calls >= attempts + throttled,
                   f"{calls:,} calls for {attempts:,} attempts and {throttled:,} answers 429")
        self.check(contacts == FAULTY_OPERATIONS, f"{contacts:,} contacts are on the list")


def main(arguments):
    build, results = pathlib.Path(arguments[0]).resolve(), pathlib.Path(arguments[1])
    operations = int(arguments[2]) if len(arguments) > 2 else 200_000
    rounds = int(arguments[3]) if len(arguments) > 3 else 5
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cohort-sync-bench-") as directory:
        bench = Bench(build, pathlib.Path(directory), operations, rounds)
        for section in (bench.at_once, bench.slow_answers, bench.rates, bench.faulty):
            section()
    print(f"{time.monotonic() - begin:.0f} s, medians of {rounds} rounds")
    results.parent.mkdir(parents=True, exist_ok=True)
    results.write_text(json.dumps({"operations": operations, "rounds": rounds,
                                   "figures": bench.figures, "raw": bench.raw},
                                  indent=1, default=str) + "\n")
    missed = [one["name"].strip() for one in bench.figures if one["met"] is False]
    print("every target is met" if not missed else "MISSED: " + "; ".join(missed))
    if bench.failures:
        sys.exit("bench: WRONG: " + "; ".join(bench.failures))


if __name__ == "__main__":
    main(sys.argv[1:])
