"""Pushes changes of a cohort to the real daemon, in any order, some of them twice, and kills it with
SIGKILL after an answer of 200, again and again; then checks that the list is exactly who entered
last. Prints a line per round; ends with 1 at the first difference.

usage: kill_pushes.py BINARY ROUNDS [MEMBERS] [SEED]
"""

import http.client
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse

from product import Product

COHORT, LIST = "pushed", "pushed"
BATCH = 1_000
SHARED = 10  # One contact in so many has two members.
CHANGED = 0.2  # Share of the members that leave, come back or get another address.
REPEATED = 0.2  # Share of the batches that come again, now or later.
KILLED = 0.5  # Share of the answers after which the daemon is killed.
READY_SECONDS, DONE_SECONDS = 30, 900
BEGIN = 1_795_000_000  # Seconds: when Amplitude computed the first change.


class Daemon:
    def __init__(self, product, port):
        self.product, self.port, self.process = product, port, None
        self.starts = 0

    def start(self):
        self.process = subprocess.Popen(
            [self.product.binary, "serve"], cwd=self.product.directory,
            env=self.product.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.starts += 1

    def kill(self):
        self.process.kill()
        self.process.wait()

    def post(self, body):
        """Until it is answered 200, as Amplitude repeats."""
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
                connection.request("POST", "/amplitude/webhook", body,
                                   {"Content-Type": "application/json"})
                status = connection.getresponse().status
                if status == 200:
                    return
                raise SystemExit(f"a push was answered {status}")
            except OSError:
                if self.process.poll() is not None:
                    raise SystemExit(f"the daemon ended with {self.process.returncode}")
                time.sleep(0.005)
        raise SystemExit(f"no answer within {READY_SECONDS} s")


def free_port():
    import socket
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def address(member, turn):
    owner = member - 1 if member % SHARED == 1 else member
    return f"m{owner}@example.com" if turn == 0 else f"m{member}.{turn}@example.com"


def changes_of(members, rng):
    """Batches as (time, enters, members), and who is on the list at the end."""
    batches, last = [], {}
    everybody = list(range(members))
    rng.shuffle(everybody)

    def add(seconds, enters, entries):
        for first in range(0, len(entries), BATCH):
            batches.append((seconds, enters, entries[first:first + BATCH]))
        for member, contact in entries:
            last[member] = contact if enters else None

    add(BEGIN, True, [(member, address(member, 0)) for member in everybody])
    for turn in range(1, 4):
        some = rng.sample(everybody, int(members * CHANGED))
        leaving = [member for member in some if last[member] is not None and rng.random() < 0.6]
        gone = set(leaving)
        entering = [member for member in some if member not in gone]
        add(BEGIN + 60 * turn, False, [(member, None) for member in leaving])
        add(BEGIN + 60 * turn, True, [(member, address(member, turn)) for member in entering])
    return batches, {contact for contact in last.values() if contact is not None}


def body_of(number, batch):
    seconds, enters, entries = batch
    users = [{"user_id": f"u{member}", "user_properties": {"email": contact}} if contact
             else {"user_id": f"u{member}"} for member, contact in entries]
    word = "enter" if enters else "exit"
    return json.dumps({"cohort_name": LIST, "cohort_id": COHORT, "in_cohort": enters,
                       "computed_time": str(seconds), "message_id": f"run::{word}::{number}",
                       "users": users}).encode()


def settled(product):
    """Everything that was pushed is planned and delivered."""
    answer = subprocess.run([product.binary, "status", "--json"], cwd=product.directory,
                            env=product.environment, capture_output=True, text=True)
    if answer.returncode != 0:
        return False
    sync = json.loads(answer.stdout)["syncs"][0]
    return (sync["synced"] and sync["push"]["waiting_batches"] == 0 and sync["pending"] == 0
            and sync["last_run"]["state"] != "delivering")


def on_list(product):
    contacts = product.call("GET", "/lists/" + urllib.parse.quote(LIST))
    return set(contacts["contacts"])


def play(binary, members, rng):
    directory = tempfile.mkdtemp(prefix="cohort-sync-pushes-")
    product = Product(binary, directory)
    port = free_port()
    product.configure({"cohort": COHORT, "source": {"type": "push"}},
                      requests_per_second=10000, request_timeout="1s",
                      server={"listen": f"127.0.0.1:{port}"})
    batches, expected = changes_of(members, rng)
    bodies = [body_of(number, batch) for number, batch in enumerate(batches)]
    order = bodies + rng.sample(bodies, int(len(bodies) * REPEATED))
    rng.shuffle(order)
    daemon = Daemon(product, port)
    daemon.start()
    kills = 0
    for body in order:
        daemon.post(body)
        if rng.random() < KILLED:
            daemon.kill()
            daemon.start()
            kills += 1
    end = time.monotonic() + DONE_SECONDS
    while not settled(product):
        if time.monotonic() > end:
            raise SystemExit(f"not done after {DONE_SECONDS} s; see {directory}")
        time.sleep(0.2)
    found = on_list(product)
    daemon.kill()
    product.end()
    if found != expected:
        print(f"missing {len(expected - found)}, too many {len(found - expected)}: "
              f"{sorted(expected ^ found)[:5]}; see {directory}")
        return False, kills, len(order)
    shutil.rmtree(directory)
    return True, kills, len(order)


def main():
    binary, rounds = os.path.abspath(sys.argv[1]), int(sys.argv[2])
    members = int(sys.argv[3]) if len(sys.argv) > 3 else 20_000
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(1 << 31)
    rng = random.Random(seed)
    print(f"seed {seed}, {members:,} members", flush=True)
    total = 0
    for number in range(1, rounds + 1):
        begin = time.monotonic()
        right, kills, batches = play(binary, members, rng)
        total += kills
        print(f"round {number}: {batches} batches, {kills} kills, "
              f"{time.monotonic() - begin:.1f} s: {'right' if right else 'WRONG'}", flush=True)
        if not right:
            return 1
    print(f"{rounds} rounds, {total} kills: every list right")
    return 0


if __name__ == "__main__":
    sys.exit(main())
