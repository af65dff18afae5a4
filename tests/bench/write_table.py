#!/usr/bin/env python3
"""Writes the tables of figures between the markers of a Markdown file.

    write_table.py README.md RESULTS_FILE...

Results are those of run_bench.py, one column each, and of run_delivery_bench.py. Files that do not
exist are left out; a table of which there is no result stays as it is.
"""

import json
import pathlib
import re
import sys

from run_bench import DESIGNS

PLAN = "<!-- figures: scripts/bench readme -->"
DELIVERY = "<!-- figures: scripts/bench delivery -->"
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


def number(figure):
    value, unit = figure["value"], figure["unit"]
    text = f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.3g}"
    return f"{text}{'' if unit in ('%', '/s') or not unit else ' '}{unit.replace('us', 'µs')}"


def delivery_table(result):
    lines = ["| | measured | target |", "|---|---|---|"]
    for figure in result["figures"]:
        target = figure["target"] + (", **missed**" if figure["met"] is False else "")
        lines.append(f"| {figure['name'].strip()} | {number(figure)} | {target} |")
    return "\n".join(lines)


def replaced(text, begin, lines):
    """`text` with `lines` between the marker `begin` and the next end."""
    between = re.compile(re.escape(begin) + ".*?" + re.escape(END), re.DOTALL)
    if len(between.findall(text)) != 1:
        sys.exit(f"write_table: the marker '{begin}' is not there once")
    return between.sub(lambda _: f"{begin}\n{lines}\n{END}", text)


def main(arguments):
    path = pathlib.Path(arguments[0])
    files = [pathlib.Path(name) for name in arguments[1:]]
    results = [json.loads(file.read_text()) for file in files if file.exists()]
    plans = [result for result in results if "members" in result]
    deliveries = [result for result in results if "figures" in result]
    text = path.read_text()
    if plans:
        text = replaced(text, PLAN, table(plans))
    for result in deliveries:
        text = replaced(text, DELIVERY, delivery_table(result))
    path.write_text(text)


if __name__ == "__main__":
    main(sys.argv[1:])
