"""Measure Crossings against its peers: `python -m benchmarks DIRECTORY`, or `make bench`.

DIRECTORY holds the databases and the peers, which are made once (scripts/install-peers installs the latter). All is
printed, and written to benchmarks/RESULTS.md. Nothing else should be busy on the machine meanwhile.
"""

import argparse
from dataclasses import replace
from pathlib import Path

from benchmarks.schedule import FULL, PARTS, PEERS, QUICK, measure_all

RESULTS = Path(__file__).parent / "RESULTS.md"


def main() -> None:
    asked = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked.add_argument("directory", type=Path)
    asked.add_argument(
        "--quick", action="store_true", help="few seconds for each figure; the large database only if it is made"
    )
    asked.add_argument("--mixed-minutes", type=float, help="how long the mixed load lasts: 60, or 1 if quick")
    asked.add_argument("--only", action="append", choices=PARTS, help="only this part; may be given more than once")
    asked.add_argument("--peer", action="append", choices=PEERS, help="only this peer; may be given more than once")
    asked.add_argument("--results", type=Path, default=RESULTS, help="file to write")
    told = asked.parse_args()
    extent = QUICK if told.quick else FULL
    if told.mixed_minutes is not None:
        extent = replace(extent, mixed_minutes=told.mixed_minutes)
    if told.peer:
        extent = replace(extent, peers=tuple(told.peer))
    # What was measured in an hour is not lost if the next thing fails.
    for text in measure_all(told.directory.resolve(), extent, told.only or PARTS):
        told.results.write_text(text, encoding="utf-8")
    print(told.results.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
