"""Kills the real program at random moments while it syncs against misbehaving stand-ins, and checks
that the list is right after each healing. Prints a line per round; ends with 1 at the first wrong list.

usage: kill_loop.py BINARY SECONDS [SEED]
"""

import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import urllib.request

COHORT = "7khm89cz"
LIST = "bigspenders"
FAULTS = ["server_error", "bad_gateway", "rate_limited", "reset_before", "reset_after", "late_write",
          "cut_body"]
KILLS_PER_ROUND = 6


def call(method, url, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method,
                                     headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


class World:
    def __init__(self, binary, directory, rng):
        self.binary, self.directory, self.rng = binary, directory, rng
        self.members = {f"spender{n:04}@example.com" for n in range(1, 1001)}
        self.stand_ins = subprocess.Popen(
            [binary, "simulate", "--json", "--amplitude-port", "0", "--cordial-port", "0",
             "--control-port", "0"], stdout=subprocess.PIPE, text=True)
        lines = ""
        while not lines.rstrip().endswith("}"):
            lines += self.stand_ins.stdout.readline()
        access = json.loads(lines)
        self.control = access["control_url"]
        self.environment = dict(os.environ,
                                AMPLITUDE_API_KEY=access["amplitude_api_key"],
                                AMPLITUDE_SECRET_KEY=access["amplitude_secret_key"],
                                CORDIAL_API_KEY=access["cordial_api_key"])
        config = {
            "state": "cohort-sync.db",
            "projects": {"demo": {"base_url": access["amplitude_url"], "poll_interval": "1s",
                                  "api_key": "env:AMPLITUDE_API_KEY",
                                  "secret_key": "env:AMPLITUDE_SECRET_KEY"}},
            "destinations": {"cordial": {"api": "rest", "endpoint": access["cordial_endpoint"],
                                         "api_key": "env:CORDIAL_API_KEY",
                                         "contact_identifier_name": "email",
                                         "contact_identifier_mapping": "email",
                                         "requests_per_second": 2000, "concurrency": 16,
                                         "request_timeout": "1s"}},
            # A removal in doubt is for the histories; here everything passes the guard.
            "limits": {"min_removals": 1000000, "min_added": 1000000},
            "syncs": [{"cohort": COHORT, "source": {"type": "amplitude"}, "frequency": "once"}],
        }
        path = pathlib.Path(directory, "cohort-sync.json")
        path.write_text(json.dumps(config))
        path.chmod(0o600)
        # The proof needs more exports than a month has.
        self.switch({"amplitude.monthly_requests": 1_000_000, "amplitude.requests_per_ten_minutes": 0,
                     "amplitude.polls_until_done": 0, "cordial.late_ms": 1500,
                     "cordial.fault_scope": "contact_writes"})

    def switch(self, switches):
        call("PUT", self.control + "/switches", switches)

    def set_faults(self, probability):
        self.switch({f"cordial.{fault}": {"next": 0, "probability":
                                          probability if self.rng.random() < 0.5 else 0}
                     for fault in FAULTS})

    def change_cohort(self):
        leaving = set(self.rng.sample(sorted(self.members), self.rng.randrange(len(self.members) // 3)))
        entering = {f"new{self.rng.randrange(10**6):06}@example.com"
                    for _ in range(self.rng.randrange(300))}
        self.members = (self.members - leaving) | entering
        call("POST", f"{self.control}/cohorts/{COHORT}/leave", {"emails": sorted(leaving)})
        call("POST", f"{self.control}/cohorts/{COHORT}/enter", {"emails": sorted(entering)})

    def start(self, *words):
        return subprocess.Popen([self.binary, *words], cwd=self.directory, env=self.environment,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def sync_and_kill(self):
        process = self.start("sync", "--wait", "20s")
        try:
            process.wait(timeout=self.rng.uniform(0, 3))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return True
        return False

    def heal(self):
        for words in (("retry",), ("sync",)):
            process = self.start(*words)
            output, _ = process.communicate(timeout=300)
            if process.returncode != 0 and words == ("sync",):
                raise SystemExit(f"healing ended with {process.returncode}:\n{output}")
        return set(call("GET", f"{self.control}/lists/{LIST}")["contacts"])


def main():
    binary, seconds = os.path.abspath(sys.argv[1]), float(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(10**9)
    end = time.monotonic() + seconds
    rounds = kills = 0
    with tempfile.TemporaryDirectory() as directory:
        world = World(binary, directory, random.Random(seed))
        try:
            while rounds == 0 or time.monotonic() < end:
                world.set_faults(0.05)
                for _ in range(KILLS_PER_ROUND):
                    world.change_cohort()
                    kills += world.sync_and_kill()
                world.set_faults(0)
                contacts = world.heal()
                rounds += 1
                if contacts != world.members:
                    print(f"kill loop: WRONG in round {rounds}, seed {seed}: "
                          f"{len(contacts - world.members)} too many, "
                          f"{len(world.members - contacts)} missing")
                    return 1
                print(f"kill loop: round {rounds}, {kills} kills so far, {len(contacts)} contacts right",
                      flush=True)
        finally:
            world.stand_ins.kill()
    print(f"kill loop: {rounds} rounds, {kills} kills, every list right (seed {seed})")
    return 0


sys.exit(main())
