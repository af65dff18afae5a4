"""Opens the dashboard of the real daemon in headless Chromium and looks at every view: what it says,
what it hides, what its actions do at the stand-ins, how it behaves on a phone, by keyboard and while
the daemon is away.

usage: page.py BINARY NODE_MODULES [SCREENSHOTS]
"""

import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

from product import Product

HOSTILE = "<img src=x onerror=\"document.title='owned'\">"
PAGE_TEST = pathlib.Path(__file__).resolve().parents[1] / "web" / "page" / "page_test.mjs"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def amplitude(cohort, **more):
    return {"cohort": cohort, "source": {"type": "amplitude"}, "frequency": "daily", "at": "00:00",
            "timezone": "Pacific/Kiritimati", **more}


def members(prefix, count):
    return [{"user_id": f"{prefix}{i}", "properties": {"email": f"{prefix}{i:03}@example.com"}}
            for i in range(count)]


class World:
    """One sync of each kind: in order, held (one to approve, one to discard), parked with a hostile
    name, failed, pushed, paused."""

    def __init__(self, binary, directory):
        self.product = Product(binary, directory)
        self.port = free_port()
        self.daemon = None

    def prepare(self):
        product = self.product
        product.call("PUT", "/cohorts/hostile", {"name": HOSTILE, "members": members("h", 40)})
        product.call("PUT", "/cohorts/resting", {"name": "resting", "members": members("r", 5)})
        product.call("PUT", "/cohorts/keepers", {"name": "keepers", "members": members("k", 60)})
        product.switch({"cordial.refuse_contacts": ["h003@example.com", "h007@example.com"]})
        product.configure(amplitude("9apg8e8f"), 200, "5s")
        path = product.directory / "cohort-sync.json"
        config = json.loads(path.read_text())
        config["limits"] = {"max_removal_percent": 20, "min_removals": 25}
        config["syncs"] += [amplitude("7khm89cz"), amplitude("hostile", list_name="hostile"),
                            amplitude("gone"), amplitude("resting"), amplitude("keepers"),
                            {"cohort": "pushed", "name": "pushed people", "source": {"type": "push"}}]
        config["server"] = {"listen": f"127.0.0.1:{self.port}"}
        path.write_text(json.dumps(config))
        for leavers in range(4):
            self.run("sync", "9apg8e8f")
            product.call("POST", "/cohorts/9apg8e8f/enter",
                         {"emails": [f"new{leavers}{i}@example.com" for i in range(3 + leavers * 2)]})
        for cohort in ("7khm89cz", "hostile", "gone", "resting", "keepers"):
            self.run("sync", cohort)
        product.call("POST", "/cohorts/7khm89cz/leave",
                     {"emails": [f"spender{i:04}@example.com" for i in range(1, 901)]})
        product.call("POST", "/cohorts/keepers/leave",
                     {"emails": [f"k{i:03}@example.com" for i in range(40)]})
        self.run("sync", "7khm89cz")
        self.run("sync", "keepers")
        self.run("pause", "resting")

    def run(self, *words):
        process = self.product.start(*words)
        output, _ = process.communicate(timeout=60)
        return output

    def serve(self):
        self.daemon = subprocess.Popen(
            [self.product.binary, "serve"], cwd=self.product.directory,
            env=self.product.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                with urllib.request.urlopen(self.url + "/v1/status", timeout=5):
                    return
            except OSError:
                time.sleep(0.05)
        raise SystemExit("page: the daemon does not answer")

    def stop_serving(self):
        self.daemon.terminate()
        self.daemon.wait()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def token(self):
        return self.run("dashboard", "token").strip()


def converse(world, process):
    """The test says "stop" and "serve" on its standard output; everything else is for people."""
    for line in process.stdout:
        word = line.strip()
        if word == "@stop":
            world.stop_serving()
        elif word == "@serve":
            world.serve()
        else:
            print(line, end="", flush=True)
            continue
        process.stdin.write("done\n")
        process.stdin.flush()
    return process.wait()


def main(binary, node_modules, screenshots=""):
    with tempfile.TemporaryDirectory() as directory:
        world = World(os.path.abspath(binary), directory)
        try:
            world.prepare()
            world.serve()
            environment = dict(os.environ, DASHBOARD_URL=world.url, DASHBOARD_TOKEN=world.token(),
                               DASHBOARD_CONTROL=world.product.access["control_url"],
                               DASHBOARD_MODULES=os.path.abspath(node_modules),
                               DASHBOARD_HOSTILE=HOSTILE, DASHBOARD_SCREENSHOTS=screenshots)
            process = subprocess.Popen(["node", str(PAGE_TEST)], env=environment, text=True,
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            return converse(world, process)
        finally:
            if world.daemon:
                world.daemon.kill()
                world.daemon.wait()
            world.product.end()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
