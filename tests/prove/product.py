"""The real program beside its stand-ins, in a folder of its own."""

import json
import os
import pathlib
import subprocess
import urllib.request


class Product:
    """Everything passes the guard: a removal in doubt is for other tests."""

    def __init__(self, binary, directory):
        self.binary, self.directory = binary, pathlib.Path(directory)
        self.stand_ins = subprocess.Popen(
            [binary, "simulate", "--json", "--amplitude-port", "0", "--cordial-port", "0",
             "--control-port", "0"], stdout=subprocess.PIPE, text=True)
        lines = ""
        while not lines.rstrip().endswith("}"):
            lines += self.stand_ins.stdout.readline()
        self.access = json.loads(lines)
        self.environment = dict(os.environ,
                                AMPLITUDE_API_KEY=self.access["amplitude_api_key"],
                                AMPLITUDE_SECRET_KEY=self.access["amplitude_secret_key"],
                                CORDIAL_API_KEY=self.access["cordial_api_key"])

    def end(self):
        self.stand_ins.kill()
        self.stand_ins.wait()

    def configure(self, sync, requests_per_second, request_timeout, **more):
        """One sync; its Amplitude project is the stand-in. `more` are sections of their own."""
        config = {
            "state": "cohort-sync.db",
            "projects": {"demo": {"base_url": self.access["amplitude_url"], "poll_interval": "1s",
                                  "api_key": "env:AMPLITUDE_API_KEY",
                                  "secret_key": "env:AMPLITUDE_SECRET_KEY"}},
            "destinations": {"cordial": {"api": "rest", "endpoint": self.access["cordial_endpoint"],
                                         "api_key": "env:CORDIAL_API_KEY",
                                         "contact_identifier_name": "email",
                                         "contact_identifier_mapping": "email",
                                         "requests_per_second": requests_per_second, "concurrency": 16,
                                         "request_timeout": request_timeout}},
            "limits": {"min_removals": 1000000, "min_added": 1000000},
            "syncs": [sync],
            **more,
        }
        path = self.directory / "cohort-sync.json"
        path.write_text(json.dumps(config))
        path.chmod(0o600)

    # ---- The stand-ins ----
    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.access["control_url"] + path, data=data, method=method,
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)

    def switch(self, switches):
        self.call("PUT", "/switches", switches)

    # ---- The program ----
    def start(self, *words):
        return subprocess.Popen([self.binary, *words], cwd=self.directory, env=self.environment,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def sync_and_kill(self, seconds):
        """True when it was killed after so long, False when it ended before."""
        process = self.start("sync", "--wait", "20s")
        try:
            process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return True
        return False

    def heal(self, seconds):
        """Delivers what is left, without faults."""
        self.run_to_end("retry", seconds)
        code, output = self.run_to_end("sync", seconds)
        if code != 0:
            raise SystemExit(f"healing ended with {code}:\n{output}")

    def run_to_end(self, word, seconds):
        process = self.start(word)
        output, _ = process.communicate(timeout=seconds)
        return process.returncode, output
