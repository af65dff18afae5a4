#!/usr/bin/env python3
"""Measures the plan of a large cohort against `wc -l` of the same file, interleaved, and prints ratios.

    run_bench.py PLAN_BENCH [MEMBERS] [ROUNDS]

Every round is a fresh process, so that its peak of memory is the plan's own. Ends with 1 when a
target of design/performance.md, section 1, is missed at the full size.
"""

import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

CHANGED_PERCENT = 1
FULL_SIZE = 2_000_000
MAX_RATIO = 12
MAX_RSS_MIB = 300


def run(*command):
    """Runs to the end; returns what it printed and the milliseconds it took."""
    begin = time.perf_counter()
    done = subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE)
    return done.stdout, (time.perf_counter() - begin) * 1000


def measure(program, folder, rounds):
    """Alternates the floor and the plan, so that a busy machine slows both."""
    floors, plans = [], []
    for _ in range(rounds):
        floors.append(run("wc", "-l", folder / "after.csv")[1])
        plans.append(json.loads(run(program, "plan", folder / "state.db", folder / "after.csv")[0]))
    return floors, plans


def check(plan, members):
    """A fast wrong answer is worth nothing."""
    changed = int(members * CHANGED_PERCENT / 200)
    expected = {"added": changed, "removed": changed, "unchanged": members - changed}
    for key, value in expected.items():
        if plan[key] != value:
            sys.exit(f"bench: the plan is wrong: {key} is {plan[key]:,}, expected {value:,}")


def report(floors, plans, members, first_ms):
    floor = statistics.median(floors)
    plan = statistics.median(entry["plan_ms"] for entry in plans)
    peak = max(entry["peak_rss_mib"] for entry in plans)
    ratio = plan / floor
    print(f"{members:,} members, {CHANGED_PERCENT} % changed, median of {len(plans)} rounds")
    print(f"  wc -l of the file      {floor:9.1f} ms")
    print(f"  file to finished plan  {plan:9.1f} ms   {ratio:.1f} x wc -l (target {MAX_RATIO})")
    print(f"  peak memory of a plan  {peak:9.1f} MiB  (target {MAX_RSS_MIB})")
    print(f"  first snapshot, stored {first_ms:9.1f} ms   {first_ms * 1000 / members:.2f} us a row")
    return ratio <= MAX_RATIO and peak <= MAX_RSS_MIB


def main(arguments):
    program = pathlib.Path(arguments[0])
    members = int(arguments[1]) if len(arguments) > 1 else FULL_SIZE
    rounds = int(arguments[2]) if len(arguments) > 2 else 5
    generator = pathlib.Path(__file__).with_name("make_export.py")
    with tempfile.TemporaryDirectory(prefix="cohort-sync-bench-") as directory:
        folder = pathlib.Path(directory)
        run(sys.executable, generator, folder, members, CHANGED_PERCENT)
        _, first_ms = run(program, "first", folder / "state.db", folder / "before.csv")
        measure(program, folder, 1)  # Warms the caches of both.
        floors, plans = measure(program, folder, rounds)
    check(plans[0], members)
    reached = report(floors, plans, members, first_ms)
    if members >= FULL_SIZE and not reached:
        print("bench: a target is missed")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
