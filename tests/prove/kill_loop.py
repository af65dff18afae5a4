"""Kills the real program at random moments while it syncs against misbehaving stand-ins, and checks
that the list is right after each healing. Prints a line per round; ends with 1 at the first wrong list.

usage: kill_loop.py BINARY SECONDS [SEED]
"""

import os
import random
import sys
import tempfile
import time

from product import Product

COHORT = "7khm89cz"
LIST = "bigspenders"
FAULTS = ["server_error", "bad_gateway", "rate_limited", "reset_before", "reset_after", "late_write",
          "cut_body"]
KILLS_PER_ROUND = 6


class World:
    def __init__(self, binary, directory, rng):
        self.rng = rng
        self.members = {f"spender{n:04}@example.com" for n in range(1, 1001)}
        self.product = Product(binary, directory)
        self.product.configure({"cohort": COHORT, "source": {"type": "amplitude"}, "frequency": "once"},
                               requests_per_second=2000, request_timeout="1s")
        # The proof needs more exports than a month has.
        self.product.switch({"amplitude.monthly_requests": 1_000_000,
                             "amplitude.requests_per_ten_minutes": 0, "amplitude.polls_until_done": 0,
                             "cordial.late_ms": 1500, "cordial.fault_scope": "contact_writes"})

    def set_faults(self, probability):
        self.product.switch({f"cordial.{fault}": {"next": 0, "probability":
                                                  probability if self.rng.random() < 0.5 else 0}
                             for fault in FAULTS})

    def change_cohort(self):
        leaving = set(self.rng.sample(sorted(self.members), self.rng.randrange(len(self.members) // 3)))
        entering = {f"new{self.rng.randrange(10**6):06}@example.com"
                    for _ in range(self.rng.randrange(300))}
        self.members = (self.members - leaving) | entering
        self.product.call("POST", f"/cohorts/{COHORT}/leave", {"emails": sorted(leaving)})
        self.product.call("POST", f"/cohorts/{COHORT}/enter", {"emails": sorted(entering)})

    def sync_and_kill(self):
        return self.product.sync_and_kill(self.rng.uniform(0, 3))

    def heal(self):
        self.product.heal(300)
        return set(self.product.call("GET", f"/lists/{LIST}")["contacts"])


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
            world.product.end()
    print(f"kill loop: {rounds} rounds, {kills} kills, every list right (seed {seed})")
    return 0


sys.exit(main())
