#!/usr/bin/env python3
"""Writes the table of figures between the two markers of a Markdown file.

    write_table.py README.md RESULTS_FILE...     results of run_bench.py, one column each
"""

import json
import pathlib
import re
import sys

from run_bench import DESIGNS

BEGIN = "<!-- figures: scripts/bench readme -->"
END = "<!-- end of figures -->"


def seconds(milliseconds):
    return f"{milliseconds / 1000:.3g} s"


def rows(results):
    """The lines of the table: a name and, for each result, its figure."""
    median = [result["median"] for result in results]
    ours = [one["ours"]["ms"] for one in median]

    def versus_ours(key):
        return [f"{seconds(one[key]['ms'])} = {one[key]['ms'] / own:.2g} ×"
                for one, own in zip(median, ours)]

    yield "**file to committed plan**", [f"**{seconds(own)}**" for own in ours]
    yield "the same on one core", versus_ours("ours_one_core")
    yield "`wc -l` of the file, the floor", versus_ours("wc")
    for design, name in DESIGNS.items():
        yield name, versus_ours(design)
    yield "memory of the plan", [f"{one['ours']['peak_rss_mib']:.0f} MiB" for one in median]
    yield "written per change", [
        f"{one['ours']['written_bytes'] / (one['ours']['added'] + one['ours']['removed']):.0f} bytes"
        for one in median]
    yield "first snapshot stored, a member", [
        f"{result['first']['ours']['ms'] * 1000 / result['members']:.1f} µs" for result in results]


def table(results):
    head = "| | " + " | ".join(f"{result['members']:,} members" for result in results) + " |"
    lines = [head, "|---" * (len(results) + 1) + "|"]
    lines += [f"| {name} | " + " | ".join(cells) + " |" for name, cells in rows(results)]
    return "\n".join(lines)


def main(arguments):
    path = pathlib.Path(arguments[0])
    results = [json.loads(pathlib.Path(name).read_text()) for name in arguments[1:]]
    text = path.read_text()
    between = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
    if len(between.findall(text)) != 1:
        sys.exit(f"write_table: {path} does not have the two markers once")
    path.write_text(between.sub(lambda _: f"{BEGIN}\n{table(results)}\n{END}", text))


if __name__ == "__main__":
    main(sys.argv[1:])
