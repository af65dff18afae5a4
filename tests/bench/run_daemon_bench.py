#!/usr/bin/env python3
"""Measures the daemon at rest: how soon it is ready beside a large state, what it costs while
nothing is due, and what a look at it costs.

    run_daemon_bench.py BINARY RESULTS_FILE [SYNCS] [MEMBERS] [SECONDS]

Files are synced to the stand-in first, SYNCS of them with MEMBERS in all. Prints every figure beside
its target and writes them as JSON; a missed target is only marked.
"""

import json
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "prove"))
from product import Product  # noqa: E402

ROUNDS = 5
TICKS = os.sysconf("SC_CLK_TCK")
MARKS = {True: "met", False: "MISSED"}


class Daemon:
    def __init__(self, product, port):
        self.url = f"http://127.0.0.1:{port}"
        begin = time.monotonic()
        self.process = subprocess.Popen([product.binary, "serve"], cwd=product.directory,
                                        env=product.environment)
        while not self.is_ready():
            time.sleep(0.002)
        self.ready_after = time.monotonic() - begin

    def is_ready(self):
        try:
            return self.get("/readyz") == b"ok\n"
        except (urllib.error.URLError, ConnectionError):
            return False

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:
            return answer.read()

    def seconds_for(self, path):
        took = []
        for _ in range(ROUNDS):
            begin = time.monotonic()
            self.get(path)
            took.append(time.monotonic() - begin)
        return statistics.median(took)

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory_mb(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def stop(self):
        self.process.terminate()
        self.process.wait()


def configure(product, directory, syncs, members, port):
    each = members // syncs
    for number in range(syncs):
        (directory / f"cohort{number}.txt").write_text(
            "".join(f"person{number}-{n}@example.com\n" for n in range(each)))
    product.configure(None, requests_per_second=10000, request_timeout="60s",
                      server={"listen": f"127.0.0.1:{port}"})
    path = directory / "cohort-sync.json"
    config = json.loads(path.read_text())
    config["syncs"] = [{"cohort": f"cohort{n}", "name": f"cohort{n}", "frequency": "daily", "at": "03:00",
                        "source": {"type": "file", "path": f"cohort{n}.txt", "format": "identifiers"}}
                       for n in range(syncs)]
    config["destinations"]["cordial"]["concurrency"] = 64
    del config["projects"]
    path.write_text(json.dumps(config))


def main():
    binary, results = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2])
    syncs, members, seconds = (int(given) for given in
                               sys.argv[3:] + ["200", "2000000", "60"][len(sys.argv) - 3:])
    with tempfile.TemporaryDirectory() as name, socket.socket() as probe:
        directory = pathlib.Path(name)
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        product = Product(binary, directory)
        configure(product, directory, syncs, members, port)
        print(f"  syncing {members:,} members of {syncs} cohorts first", flush=True)
        output, _ = (sync := product.start("sync", "--json")).communicate()
        product.end()
        if sync.returncode != 0:
            raise SystemExit(output[-2000:])
        ready = []
        for number in range(ROUNDS):
            daemon = Daemon(product, port)
            ready.append(daemon.ready_after)
            if number + 1 < ROUNDS:
                daemon.stop()
        time.sleep(5)  # What a start leaves to do.
        before = daemon.cpu_seconds()
        time.sleep(seconds)
        idle = (daemon.cpu_seconds() - before) / seconds
        memory = daemon.memory_mb()
        metrics, status = daemon.seconds_for("/metrics"), daemon.seconds_for("/v1/status")
        daemon.stop()
    figures = {"ready after, s": (statistics.median(ready), 1),
               "processor at rest, % of a core": (idle * 100, 1),
               "memory at rest, MB": (memory, 40),
               "a scrape, ms": (metrics * 1000, 50),
               "the dashboard's status, ms": (status * 1000, None)}
    for name, (value, target) in figures.items():
        goal = "" if target is None else f"< {target:<4} {MARKS[value < target]}"
        print(f"  {name:40} {value:8.3g}   {goal}")
    results.parent.mkdir(parents=True, exist_ok=True)
    results.write_text(json.dumps({name: value for name, (value, _) in figures.items()}, indent=2) + "\n")


if __name__ == "__main__":
    main()
