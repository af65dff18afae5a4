"""Lets promtool read the metrics of a real daemon that has synced something.

usage: check_metrics.py BINARY PROMTOOL
"""

import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

from product import Product


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def metrics_once_synced(port, daemon):
    while daemon.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
                text = answer.read()
            if b'runs_total{trigger="scheduled",state="succeeded"} 1' in text:
                return text
        except (urllib.error.URLError, ConnectionError):
            pass  # It does not listen, or has no state, yet.
        time.sleep(0.1)
    raise SystemExit("check_metrics: the daemon ended")


# A first sync makes each of these calls.
CALLS = ("GET /cohorts/request", "GET /cohorts/request-status", "GET /cohorts/request/file",
         "GET /accountlists", "POST /accountlists", "POST /contacts")


def missing_calls(text):
    return [call for call in CALLS
            if f'call="{call}",answer="' not in text or f'call="{call}",le="+Inf"' not in text]


def main(binary, promtool):
    binary = str(pathlib.Path(binary).resolve())
    with tempfile.TemporaryDirectory() as directory:
        product, port = Product(binary, directory), free_port()
        product.configure({"cohort": "9apg8e8f", "destination": "cordial",
                           "source": {"type": "amplitude"}, "frequency": "daily", "at": "06:00"},
                          1000, "10s", server={"listen": f"127.0.0.1:{port}"})
        daemon = subprocess.Popen([binary, "serve"], cwd=directory, env=product.environment)
        try:
            text = metrics_once_synced(port, daemon)
        finally:
            daemon.terminate()
            daemon.wait()
            product.end()
    if missing := missing_calls(text.decode()):
        raise SystemExit(f"check_metrics: not counted: {', '.join(missing)}")
    read = subprocess.run([promtool, "check", "metrics"], input=text, check=False)
    if read.returncode == 0:
        print(f"check_metrics: promtool takes all {text.count(chr(10).encode())} lines")
    return read.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
