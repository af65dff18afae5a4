"""Kills the real program with SIGKILL at random moments of large deliveries to a misbehaving stand-in,
and checks after each delivery that the list is exactly the cohort and that the journal explains every
request that arrived. Prints a line per delivery; ends with 1 at the first difference.

usage: kill_delivery.py BINARY KILLS [SEED]
"""

import os
import random
import sqlite3
import sys
import tempfile
import time

from product import Product

COHORT, LIST = "kills", "kills"
POOL = 45_000  # Contacts that are members at one time or another.
MEMBERS = 25_000
CHANGED = 20_000  # Operations of a delivery: one half leaves, one half enters.
MEANWHILE = 40  # Of these, changed back and forth while the delivery is going on.
# Share of the contact calls; each is on in half of the deliveries. Being asked to wait stops
# everything for a second, so that is rare.
FAULTS = {"server_error": 0.006, "bad_gateway": 0.006, "unavailable": 0.006, "rate_limited": 0.0002,
          "reset_before": 0.006, "reset_after": 0.006, "late_write": 0.006, "cut_body": 0.006,
          "slow": 0.004}
REQUEST_TIMEOUT = "1s"
# A write may come as late as this, answers of the fault `slow` do not come in time.
LATE_MS, SLOW_MS = 1_500, 1_300
SHORTEST_LIFE, LONGEST_LIFE = 0.05, 0.7  # Seconds until a kill.
HEALING_SECONDS = 120


class World:
    def __init__(self, binary, directory, rng):
        self.rng = rng
        self.pool = [f"spender{n:05}@example.com" for n in range(POOL)]
        self.members = set()
        self.product = Product(binary, directory)
        self.directory = self.product.directory
        self.product.configure({"cohort": COHORT, "name": LIST, "frequency": "once",
                                "source": {"type": "file", "path": "cohort.csv"}},
                               requests_per_second=10000, request_timeout=REQUEST_TIMEOUT)
        self.product.switch({"cordial.fault_scope": "contact_writes", "cordial.retry_after_seconds": 1,
                             "cordial.late_ms": LATE_MS, "cordial.slow_ms": SLOW_MS})

    # ---- The world changes ----
    def set_faults(self, are_on):
        self.product.switch({
            f"cordial.{fault}": {"next": 0, "probability":
                                 share if are_on and self.rng.random() < 0.5 else 0}
            for fault, share in FAULTS.items()})
        self.product.switch({"cordial.latency_ms": self.rng.choice([0, 1, 3, 6]) if are_on else 0})

    def change_cohort(self, leaving, entering):
        outside = [contact for contact in self.pool if contact not in self.members]
        left = self.rng.sample(sorted(self.members), min(leaving, len(self.members)))
        self.members.difference_update(left)
        self.members.update(self.rng.sample(outside, entering))
        fresh = self.directory / "cohort.csv.tmp"
        fresh.write_text('"email"\n' + "".join(f'"{contact}"\n' for contact in self.members))
        fresh.rename(self.directory / "cohort.csv")

    # ---- The program ----
    def sync_and_kill(self):
        return self.product.sync_and_kill(self.rng.uniform(SHORTEST_LIFE, LONGEST_LIFE))

    def heal(self):
        self.set_faults(False)
        self.product.heal(HEALING_SECONDS)

    # ---- What is true ----
    def journal(self, sql):
        """The one number that `sql` asks of the state; 0 while there is none."""
        path = self.directory / "cohort-sync.db"
        if not path.exists():
            return 0
        # Read only, so that what the killed process left behind stays for the next one to find.
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)
        try:
            return database.execute(sql).fetchone()[0] or 0
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):  # Killed before it was made.
                return 0
            raise
        finally:
            database.close()

    def attempts(self):
        return self.journal("SELECT sum(attempts) FROM operations")

    def closed(self):
        return self.journal("SELECT count(*) FROM operations WHERE state = 'delivered'")

    def in_flight(self):
        return self.journal("SELECT count(*) FROM operations WHERE state = 'in_flight'")


class Delivery:
    """One change of the cohort, from its first sync to the right list."""

    def __init__(self, world):
        self.world = world
        self.attempts, self.closed = world.attempts(), world.closed()
        self.kills = self.unsettled = 0
        world.product.call("DELETE", "/requests")

    def run(self, kills_left):
        world = self.world
        world.change_cohort(min(CHANGED // 2, len(world.members)),
                            CHANGED // 2 if world.members else MEMBERS)
        world.set_faults(True)
        while self.kills < kills_left and world.sync_and_kill():
            self.kills += 1
            # Each claim is one request at most, whatever became of it.
            self.unsettled += world.in_flight()
            if world.rng.random() < 0.3:
                world.change_cohort(MEANWHILE // 2, MEANWHILE // 2)
        world.heal()

    def problem(self):
        """Why this delivery is wrong; None when it is right."""
        contacts = set(self.world.product.call("GET", f"/lists/{LIST}")["contacts"])
        if contacts != self.world.members:
            return (f"the list has {len(contacts - self.world.members)} too many and "
                    f"{len(self.world.members - contacts)} too few")
        self.contacts = len(contacts)
        requests = self.world.product.call("GET", "/requests?service=cordial&path=/v2/contacts&limit=0")
        self.arrived = requests["matching"]
        self.throttled = sum(count for name, count in requests["counts"].items()
                             if name.endswith(" 429"))
        self.delivered = self.world.closed() - self.closed
        self.explained = (self.world.attempts() - self.attempts + self.throttled + self.unsettled)
        if not self.delivered <= self.arrived <= self.explained:
            return (f"{self.arrived:,} requests arrived, expected {self.delivered:,} (delivered) to "
                    f"{self.explained:,} (attempts, answers 429, and claims unsettled at a kill)")
        return None


def main():
    binary, wanted = os.path.abspath(sys.argv[1]), int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(10**9)
    kills = deliveries = operations = 0
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as directory:
        world = World(binary, directory, random.Random(seed))
        try:
            while kills < wanted:
                delivery = Delivery(world)
                delivery.run(wanted - kills)
                kills, deliveries = kills + delivery.kills, deliveries + 1
                problem = delivery.problem()
                if problem:
                    print(f"kill delivery: WRONG in delivery {deliveries}, seed {seed}: {problem}")
                    return 1
                operations += delivery.delivered
                print(f"kill delivery: {kills} kills so far, {time.monotonic() - begin:.0f} s; "
                      f"delivery {deliveries}: {delivery.kills} kills, {delivery.delivered:,} operations"
                      f" delivered, {delivery.arrived:,} calls arrived of at most "
                      f"{delivery.explained:,}, all {delivery.contacts:,} contacts right", flush=True)
        finally:
            world.product.end()
    print(f"kill delivery: {deliveries} deliveries, {operations:,} operations, {kills} kills, every list "
          f"right (seed {seed})")
    return 0


sys.exit(main())
