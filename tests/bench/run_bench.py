#!/usr/bin/env python3
"""Measures our plan beside other designs and the limits of the machine, on the same data.

    run_bench.py BUILD_FOLDER RESULTS_FILE [MEMBERS] [ROUNDS]

Every round runs every contestant once, so that a busy machine slows all of them; each run is a fresh
process on a copy of the state. Prints medians and ratios, writes them as JSON to RESULTS_FILE, and
ends with 1 when a contestant computes a wrong change.
"""

import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

CHANGED_PERCENT = 1
DESIGNS = {
    "scan": "hash table in memory + scan of a row table",
    "merge": "sort + merge with a clustered row table",
    "except": "temporary table + `EXCEPT` both ways",
    "upsert": "upsert each row, delete the stale",
}


def timed(*command):
    """Runs to the end; returns what it printed and the milliseconds it took."""
    begin = time.perf_counter()
    done = subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE)
    return done.stdout, (time.perf_counter() - begin) * 1000


class Bench:
    def __init__(self, build, folder, members):
        self.build, self.folder, self.members = build, folder, members
        self.before, self.after = folder / "before.csv", folder / "after.csv"
        self.first = {}

    def run(self, program, *arguments, one_core=False):
        bound = ["taskset", "-c", "0"] if one_core else []
        return json.loads(timed(*bound, self.build / program, *arguments)[0])

    def prepare(self):
        """The files, and the first snapshot of every contestant."""
        generator = pathlib.Path(__file__).with_name("make_export.py")
        timed(sys.executable, generator, self.folder, self.members, CHANGED_PERCENT)
        state = self.folder / "ours"
        self.first["ours"] = self.run("plan_bench", "first", state, self.before)
        self.delivery = self.run("plan_bench", "deliver", state)
        for design in DESIGNS:
            self.first[design] = self.run("design_bench", design, self.folder / design, self.before)

    def on_copy(self, name, program, *arguments, one_core=False):
        """Runs on a copy of the state `name`, so that every round finds the same."""
        copy = self.folder / "copy"
        shutil.copyfile(self.folder / name, copy)
        copy.chmod(0o600)
        os.sync()  # Else the commit that is measured waits for the pages of the copy.
        try:
            return self.run(program, *arguments, copy, self.after, one_core=one_core)
        finally:
            for path in self.folder.glob("copy*"):
                path.unlink()

    def round(self):
        """One measurement of everything."""
        result = {"wc": {"ms": timed("wc", "-l", self.after)[1]}}
        with self.after.open("rb", buffering=0) as file:
            block, begin = bytearray(1 << 18), time.perf_counter()
            while file.readinto(block):
                pass
            result["read_call"] = {"ms": (time.perf_counter() - begin) * 1000}
        result["read"] = self.run("plan_bench", "read", self.folder / "ours", self.after)
        result["read_one_core"] = self.run(
            "plan_bench", "read", self.folder / "ours", self.after, one_core=True)
        result["ours"] = self.on_copy("ours", "plan_bench", "commit")
        result["ours_one_core"] = self.on_copy("ours", "plan_bench", "commit", one_core=True)
        for design in DESIGNS:
            result[design] = self.on_copy(design, "design_bench", design)
        return result

    def nothing_changed(self):
        """What a run writes whose snapshot is the state."""
        return self.run("plan_bench", "commit", self.folder / "ours", self.before)

    def check(self, result):
        """A fast wrong answer is worth nothing."""
        changed = int(self.members * CHANGED_PERCENT / 200)
        for name in ["ours", "ours_one_core", *DESIGNS]:
            for key in ("added", "removed"):
                if result[name][key] != changed:
                    sys.exit(f"bench: {name} is wrong: {key} is {result[name][key]:,},"
                             f" expected {changed:,}")


def medians(rounds):
    """Of every number of every contestant."""
    return {name: {key: statistics.median(one[name][key] for one in rounds) for key in first}
            for name, first in rounds[0].items()}


def report(result):
    members, median = result["members"], result["median"]
    floor, ours = median["wc"]["ms"], median["ours"]["ms"]
    changes = median["ours"]["added"] + median["ours"]["removed"]
    size = result["file_bytes"]

    def line(name, value, unit, more=""):
        print(f"  {name:<46}{value:>10,.1f} {unit:<4} {more}".rstrip())

    print(f"{members:,} members, {CHANGED_PERCENT} % changed, medians of {result['rounds']} rounds")
    line("wc -l of the file", floor, "ms")
    line("file to committed plan", ours, "ms", f"{ours / floor:.1f} x wc -l")
    one = median["ours_one_core"]["ms"]
    line("  on one core", one, "ms", f"{one / floor:.1f} x wc -l (target 12)")
    targets = {"except": " (target 30)", "upsert": " (target 50)"}
    for design, name in DESIGNS.items():
        value = median[design]["ms"]
        line(name, value, "ms", f"{value / ours:.1f} x ours{targets.get(design, '')}")
    line("written per change", median["ours"]["written_bytes"] / changes, "B", "(target 100)")
    line("written when nothing changed", result["nothing_changed"]["written_bytes"], "B")
    line("peak memory", median["ours"]["peak_rss_mib"], "MiB", "(target 300)")
    for name, key in (("reading the file", "read"), ("  on one core", "read_one_core")):
        share = median["read_call"]["ms"] / median[key]["ms"]
        line(name, size / 1000 / median[key]["ms"], "MB/s", f"{share:.2f} x read() (target 0.30)")
    first, delivery = result["first"], result["delivery"]
    for name in ("ours", *DESIGNS):
        line(f"first snapshot stored, {name}", first[name]["ms"] * 1000 / members, "us",
             "a member" + (" (target 1.3)" if name == "ours" else ""))
    line("claim and acknowledgement", delivery["cpu_ms"] * 1000 / delivery["delivered"], "us",
         "of processor time an operation")


def main(arguments):
    build, results = pathlib.Path(arguments[0]).resolve(), pathlib.Path(arguments[1])
    members = int(arguments[2]) if len(arguments) > 2 else 2_000_000
    rounds = int(arguments[3]) if len(arguments) > 3 else 5
    with tempfile.TemporaryDirectory(prefix="cohort-sync-bench-") as directory:
        bench = Bench(build, pathlib.Path(directory), members)
        bench.prepare()
        bench.round()  # Warms the caches of all.
        measured = [bench.round() for _ in range(rounds)]
        for one in measured:
            bench.check(one)
        result = {"members": members, "rounds": rounds, "file_bytes": bench.after.stat().st_size,
                  "first": bench.first, "delivery": bench.delivery,
                  "nothing_changed": bench.nothing_changed(), "median": medians(measured)}
    report(result)
    results.parent.mkdir(parents=True, exist_ok=True)
    results.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
