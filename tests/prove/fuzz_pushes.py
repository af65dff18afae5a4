"""Hammers the receiver of the real daemon with mutated requests over sockets: heads that break the
grammar, wrong lengths, chunks, pipelines, halves, drips, resets, and bodies of JSON changed byte by
byte. The daemon is to stay alive, to answer a good push in between with 200, to say nothing of a
sanitizer, and to keep its file descriptors and its memory bounded. Prints the seed and, every half
minute, what was sent and answered; ends with 1 at the first thing that is wrong.

usage: fuzz_pushes.py BINARY MINUTES [SEED]      BINARY built with sanitizers (asan preset)
"""

import collections
import json
import os
import pathlib
import random
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

COHORT, SECRET = "9apg8e8f", "a-secret-of-the-fuzzer"
SENDERS = 16
GOOD_EVERY = 2.0  # Seconds between two good pushes.
GOOD_SECONDS = 20  # So long may a good push take, behind the attackers' connections.
MOST_DESCRIPTORS = 200  # 64 connections, the files of SQLite and a few more.
MOST_GROWTH = 400 << 20  # Of the resident memory after the warm-up; ASan keeps what was freed.
WARM_UP = 60
REPORTS = ("AddressSanitizer", "LeakSanitizer", "runtime error:", "check failed")

PATHS = ["/amplitude/webhook", "/amplitude/identify", "/amplitude/lists",
         f"/amplitude/lists/{COHORT}/add", f"/amplitude/lists/{COHORT}/remove", "/healthz", "/",
         "/amplitude/lists/unknown/add", "/amplitude/../healthz", "/amplitude/lists/%00/add", "/" + "a" * 300, "*", "//",
         f"http://127.0.0.1/amplitude/lists/{COHORT}/add", "/amplitude/webhook?x=%zz"]
METHODS = ["POST", "GET", "PUT", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE", "PRI", "post",
           "", "P\0ST", "A" * 40]
VERSIONS = ["HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/1.10", "http/1.1", "HTTP/1.1 ", "", "HTP/1.1"]
ENDS = [b"\r\n", b"\n", b"\r", b"\r\r\n", b"\n\r"]


# ---- Bodies ----
def webhook(rng, users):
    return {"cohort_name": "pushed", "cohort_id": rng.choice([COHORT] * 12 + ["unknown", ""]),
            "in_cohort": rng.choice([True, False] * 8 + ["true", "false", 1, None, [True]]),
            "computed_time": rng.choice([str(1_795_000_000 + rng.randrange(10**6))] * 20 +
                                        [1_795_000_000, -1, 1e308, 10**40, "", "1e9"]),
            "message_id": f"{rng.randrange(1 << 40)}::enter::0",
            "users": [{"user_id": f"u{rng.randrange(1000)}",
                       "user_properties": {"email": f"m{rng.randrange(1000)}@example.com"}}
                      for _ in range(users)]}


def nested(rng):
    depth = rng.choice([10, 31, 32, 33, 1_000, 100_000])
    opened, closed = rng.choice([("[", "]"), ('{"a":', "}"), ('{"users":[', "]}")])
    return (opened * depth + rng.choice(["", "1", '"x"']) +
            closed * rng.choice([depth, depth - 1, 0])).encode()


def numbers(rng):
    number = rng.choice(["9" * 400, "-" + "9" * 30, "1e999999", "0." + "1" * 5_000, "NaN", "01",
                         "18446744073709551616", "-0", "1.", "+1"])
    return (f'{{"cohort_id":"{COHORT}","in_cohort":true,"computed_time":{number},'
            f'"message_id":{number},"users":[{{"user_id":{number}}}]}}').encode()


def broken_text(rng):
    bad = rng.choice([b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\\ud800",
                      b"\\udc00\\ud800", b"\\u00", b"\x00", b"\x1f", b"\\x", b"\xe2\x82"])
    good = json.dumps(webhook(rng, 2)).encode()
    at = good.find(b"@") if rng.random() < 0.5 else rng.randrange(len(good))
    return good[:at] + bad * rng.choice([1, 1, 50]) + good[at:]


def changed_bytes(rng):
    body = bytearray(json.dumps(webhook(rng, rng.randrange(4))).encode())
    for _ in range(rng.choice([1, 1, 2, 5, 20])):
        at = rng.randrange(len(body)) if body else 0
        kind = rng.randrange(4)
        if kind == 0 and body:
            body[at] = rng.randrange(256)
        elif kind == 1 and body:
            del body[at:at + rng.choice([1, 1, 4, 40])]
        elif kind == 2:
            body[at:at] = rng.choice([b'"', b"{", b"]", b"\\", b",", b"null", b"\xef\xbb\xbf"])
        elif body:
            end = min(len(body), at + rng.randrange(1, 30))
            body[at:at] = body[at:end]
    return bytes(body)


def listing(rng):
    name = rng.choice(["userIds", "user_ids", "users", "items"])
    items = [rng.choice([f"m{rng.randrange(500)}@example.com", rng.randrange(10**9), None, {}, [],
                         {"user_id": "u1"}, "", "x" * 3000]) for _ in range(rng.randrange(30))]
    return json.dumps({"name": f"[Amplitude] pushed: {COHORT}", name: items}).encode()


def identify(rng):
    trait = rng.choice([f"[Amplitude] pushed: {COHORT}", f"pushed:{COHORT}", "[Amplitude] a (b)",
                        f"[Amplitude] pushed ({COHORT})", "email", ":", "[Amplitude] "])
    calls = [{"type": rng.choice(["identify"] * 9 + ["track", 1]),
              "traits": {trait: rng.choice([True, False] * 8 + ["true", None, {}]),
                         "email": "a@b.c"},
              "userId": rng.choice([f"u{rng.randrange(100)}"] * 9 + [17, None, ""])}
             for _ in range(rng.choice([1, 3, 500]))]
    body = json.dumps(calls[0] if len(calls) == 1 else {"batch": calls}).encode()
    if rng.random() < 0.5:
        return body
    at = rng.randrange(len(body))
    new = rng.choice([b"", b'"', b"}", b"\\ud800", b"\xff"])
    return body[:at] + new + body[at + rng.randrange(3):]


BODIES = [lambda rng: json.dumps(webhook(rng, rng.choice([0, 1, 5, 1000]))).encode(), nested,
          numbers, broken_text, changed_bytes, changed_bytes, listing, identify,
          lambda rng: rng.randbytes(rng.choice([0, 1, 100, 70_000])), lambda rng: b""]


# ---- Requests ----
def length_lines(rng, body):
    size = len(body)
    value = rng.choice([str(size)] * 60 + [str(size + 1), str(max(0, size - 1)), "-1", "+5", "0x10",
                                          "99999999999999999999", str(17 << 20), "", " 5 ",
                                          f"{size}, {size}", "5;5", "1e3"]).encode()
    lines = [b"Content-Length: " + value]
    if rng.random() < 0.02:
        lines.append(b"Content-Length: " + str(rng.randrange(100)).encode())
    return lines


def chunked(rng, body):
    parts, at = [], 0
    while at < len(body):
        size = rng.choice([1, 7, 100, 5_000])
        piece = body[at:at + size]
        at += size
        said = rng.choice([f"{len(piece):x}"] * 60 + ["-1", "fffffffffffffffff", "g", "", "0x5",
                                                      f"{len(piece) + 3:x}", "5 ;a=b"])
        extra = rng.choice([b""] * 8 + [b";x=" + b"y" * rng.choice([3, 20_000])])
        parts.append(said.encode() + extra + b"\r\n" + piece + rng.choice([b"\r\n"] * 40 + [b""]))
    end = rng.choice([b"0\r\n\r\n"] * 5 + [b"0\r\nX: y\r\n\r\n", b"", b"0\r\n", b"00000\r\n\r\n"])
    return b"".join(parts) + end


def authorization(rng):
    return rng.choice([b"Authorization: Bearer " + SECRET.encode()] * 60 +
                      [b"X-Cohort-Sync-Secret: " + SECRET.encode(), b"Authorization: Bearer x",
                       b"Authorization: Basic " + rng.randbytes(9).hex().encode(),
                       b"Authorization: Basic ====", b"Authorization:", b"X-Nothing: 1"])


def odd_lines(rng):
    return rng.choice([
        b" folded: value", b"Name : value", b"NoColon", b": empty", b"X: a\x00b", b"X: \x7f\x01",
        b"X-Long: " + b"v" * rng.choice([1_000, 20_000, 200_000]), b"\xff\xfe: x",
        b"Transfer-Encoding: chunked", b"Transfer-Encoding: gzip, chunked",
        b"Transfer-Encoding: xchunked", b"Expect: 100-continue", b"Expect: nonsense",
        b"Connection: keep-alive", b"Connection: close, upgrade", b"Upgrade: h2c",
        b"Content-Encoding: gzip", b"Content-Type: text/\xc3\xa9", b"Host: evil.example.com",
        b"X: 1\r\n\tcontinued", b"\r\n".join(b"X-%d: y" % i for i in range(500))])


def request(rng):
    body = rng.choice(BODIES)(rng)
    method = rng.choice(METHODS) if rng.random() < 0.05 else "POST"
    path = rng.choice(PATHS) if rng.random() < 0.1 else PATHS[rng.randrange(5)]
    version = rng.choice(VERSIONS) if rng.random() < 0.03 else "HTTP/1.1"
    lines = [f"{method} {path} {version}".encode("latin-1")]
    if rng.random() < 0.98:
        lines.append(b"Host: 127.0.0.1")
    lines.append(authorization(rng))
    lines.append(b"Content-Type: application/json")
    if rng.random() < 0.2:
        lines.append(b"Transfer-Encoding: chunked")
        body = chunked(rng, body)
        if rng.random() < 0.1:
            lines += length_lines(rng, body)
    else:
        lines += length_lines(rng, body)
    for _ in range(rng.choice([0] * 8 + [1, 1, 3])):
        lines.insert(rng.randrange(1, len(lines) + 1), odd_lines(rng))
    end = rng.choice(ENDS) if rng.random() < 0.03 else b"\r\n"
    raw = end.join(lines) + end + end + body
    if rng.random() < 0.04:  # Bytes of any kind, anywhere.
        raw = bytearray(raw)
        for _ in range(rng.choice([1, 3, 30])):
            raw[rng.randrange(len(raw))] = rng.randrange(256)
        raw = bytes(raw)
    return raw


# ---- Sending ----
WAYS = ["whole"] * 6 + ["pieces", "half", "reset", "pipeline", "drip", "unread"]


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def answers_of(connection, counts):
    received = b""
    try:
        while piece := connection.recv(65536):
            received = (received + piece)[-65536:]
    except (TimeoutError, OSError):
        pass
    status = received[9:12].decode("latin-1") if received.startswith(b"HTTP/1.") else ""
    counts["answered " + status if status else "no answer"] += 1


def attack(port, rng, counts):
    raw = request(rng)
    way = rng.choice(WAYS)
    counts[way] += 1
    if way == "pipeline":
        raw += b"".join(request(rng) for _ in range(rng.randrange(1, 5)))
    if way in ("half", "reset"):
        raw = raw[:rng.randrange(len(raw) + 1)]
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.settimeout(rng.choice([0.02, 0.5, 2]))
        try:
            if way == "pieces":
                for at in range(0, min(len(raw), 20_000), 997):
                    connection.sendall(raw[at:at + 997])
            elif way == "drip":
                for byte in raw[:rng.randrange(1, 60)]:
                    connection.sendall(bytes([byte]))
                    time.sleep(0.005)
            else:
                connection.sendall(raw)
            if way == "half" and rng.random() < 0.5:
                connection.shutdown(socket.SHUT_WR)
            if way == "reset" or (way == "unread" and rng.random() < 0.5):
                reset(connection)
            elif way != "unread":
                answers_of(connection, counts)
        except OSError:
            counts["closed while sending"] += 1


def sender(port, seed, stop, counts):
    rng = random.Random(seed)
    while not stop.is_set():
        try:
            attack(port, rng, counts)
        except OSError:
            counts["not connected"] += 1
            time.sleep(0.01)


def good_push(port, number):
    """The status of a push that nothing is wrong with, and how long it took."""
    begin = time.monotonic()
    body = json.dumps({"cohort_name": "pushed", "cohort_id": COHORT, "in_cohort": True,
                       "computed_time": "1795000000", "message_id": f"good::enter::{number}",
                       "users": [{"user_id": "good",
                                  "user_properties": {"email": "good@example.com"}}]}).encode()
    head = (f"POST /amplitude/webhook HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}"
            f"\r\nAuthorization: Bearer {SECRET}\r\n\r\n").encode()
    while time.monotonic() - begin < GOOD_SECONDS:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=GOOD_SECONDS) as connection:
                connection.sendall(head + body)
                received = connection.recv(65536)
                if received.startswith(b"HTTP/1.1 "):
                    return int(received[9:12]), time.monotonic() - begin
        except OSError:
            pass  # Evicted for another connection, as may happen: once more.
        time.sleep(0.05)
    return 0, time.monotonic() - begin


# ---- The daemon ----
class Daemon:
    def __init__(self, binary, directory):
        self.directory = pathlib.Path(directory)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        config = {"state": "cohort-sync.db",
                  # Nothing is to be delivered: what is tried is the receiver.
                  "destinations": {"cordial": {"api": "rest", "endpoint": "http://127.0.0.1:9/v2",
                                               "api_key": "env:KEY",
                                               "contact_identifier_name": "email",
                                               "contact_identifier_mapping": "email"}},
                  "syncs": [{"cohort": COHORT, "name": "pushed", "source": {"type": "push"}}],
                  "server": {"listen": f"127.0.0.1:{self.port}", "push_secret": "env:SECRET"}}
        path = self.directory / "cohort-sync.json"
        path.write_text(json.dumps(config))
        path.chmod(0o600)
        self.log = self.directory / "log"
        environment = dict(os.environ, KEY="k", SECRET=SECRET,
                           ASAN_OPTIONS="detect_stack_use_after_return=1:strict_string_checks=1:"
                                        "quarantine_size_mb=32",
                           LSAN_OPTIONS=f"suppressions={pathlib.Path(__file__).parent.parent}/lsan.supp",
                           UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen([binary, "--log-level", "error", "serve"],
                                            cwd=directory, env=environment, stdout=log, stderr=log)

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def memory(self):
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as statm:
            return int(statm.read().split()[1]) * 4096

    def fault(self):
        """What is wrong with it; empty when nothing is."""
        if self.process.poll() is not None:
            return f"the daemon ended with {self.process.returncode}"
        text = self.log.read_text("utf-8", "replace")
        for report in REPORTS:
            if report in text:
                return f"it said '{report}'"
        return ""

    def stop(self):
        """A stop as by the service manager, with LeakSanitizer's last word."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=120)
        fault = self.fault()
        if self.process.returncode in (0, 130) and fault.startswith("the daemon ended"):
            text = self.log.read_text("utf-8", "replace")
            return next((f"it said '{report}'" for report in REPORTS if report in text), "")
        return fault


def watch(daemon, seconds, counts):
    """Good pushes and bounds until `seconds` are over. Returns what is wrong, and the worst."""
    begin = time.monotonic()
    said, number, floor = begin, 0, None
    worst = {"answer": 0.0, "descriptors": 0, "memory": 0}
    while time.monotonic() - begin < seconds:
        number += 1
        status, took = good_push(daemon.port, number)
        fault = daemon.fault()
        if fault:
            return fault, worst
        if status != 200:
            return f"a good push was answered {status or 'nothing'} after {took:.1f} s", worst
        counts[-1]["good"] += 1
        worst["answer"] = max(worst["answer"], took)
        worst["descriptors"] = max(worst["descriptors"], daemon.descriptors())
        worst["memory"] = max(worst["memory"], daemon.memory())
        now = time.monotonic()
        if floor is None and now - begin > min(WARM_UP, seconds / 3):
            floor = daemon.memory()
        if worst["descriptors"] > MOST_DESCRIPTORS:
            return f"{worst['descriptors']} file descriptors are open", worst
        if floor and daemon.memory() > floor + MOST_GROWTH:
            return f"memory grew from {floor >> 20} to {daemon.memory() >> 20} MiB", worst
        if now - said >= 30:
            said = now
            sent = sum(counter[way] for counter in counts for way in set(WAYS))
            print(f"{now - begin:5.0f} s  {sent:,} attacks  "
                  f"{daemon.descriptors()} descriptors  {daemon.memory() >> 20} MiB", flush=True)
        time.sleep(GOOD_EVERY)
    return "", worst


def main():
    binary, minutes = os.path.abspath(sys.argv[1]), float(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 31)
    print(f"seed {seed}, {minutes:g} minutes", flush=True)
    directory = tempfile.mkdtemp(prefix="cohort-sync-fuzz-")
    daemon = Daemon(binary, directory)
    end = time.monotonic() + 60
    while good_push(daemon.port, 0)[0] != 200:
        if daemon.fault() or time.monotonic() > end:
            print(daemon.log.read_text("utf-8", "replace"))
            return 1
    stop, counts = threading.Event(), [collections.Counter() for _ in range(SENDERS + 1)]
    threads = [threading.Thread(target=sender, args=(daemon.port, seed + i, stop, counts[i]))
               for i in range(SENDERS)]
    for thread in threads:
        thread.start()
    fault, worst = watch(daemon, minutes * 60, counts)
    stop.set()
    for thread in threads:
        thread.join()
    fault = fault or daemon.stop()
    total = sum(counts, collections.Counter())
    for name, number in sorted(total.items()):
        print(f"  {name:<22}{number:>10,}")
    print(f"slowest good push {worst['answer']:.2f} s, most descriptors {worst['descriptors']}, "
          f"most memory {worst['memory'] >> 20} MiB")
    if fault:
        print(f"WRONG: {fault}; seed {seed}; see {daemon.log}")
        return 1
    print("nothing found")
    shutil.rmtree(directory)
    return 0


if __name__ == "__main__":
    sys.exit(main())
