#!/usr/bin/env python3
"""Writes two cohort exports: before.csv, and after.csv with a part of the members exchanged.

    make_export.py FOLDER MEMBERS CHANGED_PERCENT

Both are in random order; the order, the identifiers and the difference follow from the numbers
given, so that two machines measure the same files. Of the changed members one half leaves and as
many enter.
"""

import pathlib
import random
import sys

HEADER = '"amplitude_id","user_id","email"\n'


def row(number):
    # Multiplying by an odd number is one to one modulo a power of two: no two members are alike.
    mixed = number * 0x9E3779B97F4A7C15 % (1 << 31)
    return f'"{mixed + 100_000_000_000}","u{mixed:x}","user{mixed}@example{mixed % 97}.com"\n'


def write(path, rows, seed):
    random.Random(seed).shuffle(rows)
    with path.open("w", encoding="ascii", newline="") as file:
        file.write(HEADER)
        file.writelines(rows)


def main(arguments):
    folder, members, percent = pathlib.Path(arguments[0]), int(arguments[1]), float(arguments[2])
    leaving = int(members * percent / 200)
    rows = [row(number) for number in range(members + leaving)]
    write(folder / "before.csv", rows[:members], seed=1)
    write(folder / "after.csv", rows[leaving:], seed=2)
    print(f"make_export: {members:,} members, {leaving:,} leave and {leaving:,} enter")


if __name__ == "__main__":
    main(sys.argv[1:])
