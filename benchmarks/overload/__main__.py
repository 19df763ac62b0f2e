"""Attack a service and say which goals it meets: `python -m benchmarks.overload DIRECTORY`.

DIRECTORY gets a data directory of the service, made once (some minutes, 0.2 GB); each attack gets a copy of it and a
service of its own on a free port of 127.0.0.1, and nothing of them is left afterwards. All attacks take 10 minutes on
an idle machine. The logs of the services are in DIRECTORY.
"""

import argparse
import asyncio
import datetime as dt
import os
import signal
import sys
import traceback
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.overload import (
    dead_receivers,
    disk_full,
    header_flood,
    new_literals,
    postmaster_killed,
    posts_beside_readers,
    slow_clients,
)
from benchmarks.overload.site import Site, prepare_site
from benchmarks.report.sections import Goal, Section, build_goals_section, format_document

Attack = Callable[[Site, float], Coroutine[None, None, Section]]
ATTACKS: Mapping[str, Attack] = {
    module.NAME: module.run
    for module in (
        slow_clients,
        new_literals,
        posts_beside_readers,
        postmaster_killed,
        disk_full,
        dead_receivers,
        header_flood,
    )
}
MOST_SECONDS = 1_800
INTRODUCTION = """\
Written by `python -m benchmarks.overload`, {now:%Y-%m-%d %H:%M} UTC, {processors} processors, load {load:.1f} before,
scale {scale:g}. Wall times hold only where nothing else was busy on the machine."""


def main() -> None:
    arguments = _parse_arguments()
    # As Ctrl-C does, so that whatever was started is stopped.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    site = prepare_site(arguments.directory.resolve())
    now = dt.datetime.now(dt.UTC)
    introduction = INTRODUCTION.format(
        now=now, processors=os.cpu_count(), load=os.getloadavg()[0], scale=arguments.scale
    )
    sections: list[Section] = []
    for section in _attack(site, arguments.only or list(ATTACKS), arguments.scale):
        print(section.text, build_goals_section([section]).text, sep="\n\n", end="\n\n", flush=True)
        sections.append(section)
        if arguments.results:
            text = format_document(introduction, [build_goals_section(sections), *sections])
            arguments.results.write_text(text, encoding="utf-8")
    if len(sections) > 1:
        print(build_goals_section(sections).text)


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.overload",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("directory", type=Path)
    parser.add_argument("--only", nargs="+", choices=ATTACKS, help="only these attacks")
    parser.add_argument("--scale", type=_scale, default=1, help="part of the clients, requests and seconds: 0.1")
    parser.add_argument("--results", type=Path, help="file to write, in Markdown")
    return parser.parse_args()


def _scale(text: str) -> float:
    scale = float(text)
    if not 0 < scale <= 1:
        raise argparse.ArgumentTypeError("more than 0 and at most 1")
    return scale


def _attack(site: Site, names: Sequence[str], scale: float) -> Iterator[Section]:
    for name in names:
        print(f"{name} ...", file=sys.stderr, flush=True)
        try:
            yield asyncio.run(_bound(ATTACKS[name](site, scale)))
        # A service that breaks, or is never ready (SystemExit), has missed its goal: the other attacks are to be tried.
        except (Exception, SystemExit) as error:  # noqa: BLE001
            traceback.print_exception(error)
            figure = f"{type(error).__name__}: {error}"
            yield Section(name, f"Broken off: {figure}", [Goal(f"{name}: measured to its end", figure, met=False)])


async def _bound(attack: Coroutine[None, None, Section]) -> Section:
    async with asyncio.timeout(MOST_SECONDS):
        return await attack


if __name__ == "__main__":
    main()
