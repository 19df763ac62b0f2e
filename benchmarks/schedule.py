"""What is measured in a run, in which order, and how long."""

import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.data.places import Sizes
from benchmarks.database import LARGE, SMALL
from benchmarks.load.growth import measure_growth
from benchmarks.load.many_connections import measure_crowd, measure_fairness
from benchmarks.load.mixed_load import measure_mixed_load
from benchmarks.load.not_modified import measure_not_modified
from benchmarks.load.turns import BareSql, Participant, RunOptions, Server, measure_in_turns
from benchmarks.load.update_while_reading import measure_update_while_reading
from benchmarks.peers import crossings
from benchmarks.peers.mapserver import run_mapserver
from benchmarks.peers.pygeoapi import run_pygeoapi
from benchmarks.peers.served import Start
from benchmarks.peers.tipg import run_lean_tipg, run_tipg
from benchmarks.report import comparison
from benchmarks.report.comparison import Comparison
from benchmarks.report.machine import describe_machine
from benchmarks.report.sections import Section, build_goals_section, format_document
from benchmarks.requests.mixed_paths import draw_mixed_paths, select_small_paths
from benchmarks.requests.posting import create_office
from benchmarks.requests.queries import BenchmarkQuery, build_queries
from benchmarks.servers.testbed import Testbed, copy_database, open_testbed

PARTS = ("peers", "crowd", "mixed", "growth", "update", "large")
PEERS = {"tipg": (run_tipg, run_lean_tipg), "pygeoapi": (run_pygeoapi,), "mapserver": (run_mapserver,)}
NOTHING = BenchmarkQuery("empty route", "nothing", "/", {crossings.EMPTY: "/"})
MIXED_PATHS = 2000
# In a database of twelve times as many points, a country as big as the small one's has as many as that one's region.
OF_PEERS_ON_LARGE = Sizes(country=525, box=1_500 * 12, tile=615 * 12)
INTRODUCTION = """\
Written by `make bench`. Requests per second, p50 and p99 are medians of {repeats} runs of {seconds:g} s or more by
`wrk` with four connections, after a while that is not counted. Servers take turns, run by run, and have one worker
each. Where no answer is kept no two requests are alike at a time: they are about the days of one week in turn.

`vector tile, zoom 4` is the one in the middle when the tiles of that zoom level that have points are sorted by their
number (those at 180 degrees left out, which are made of two boxes); `vector tile, full` has as many points as the
fullest of them.

`CPU ms` is the processor time of a request, its server's and the database's: other work on the machine changes the
speed, and this hardly. `peak MB` is the most memory of the server, without the database's. `uncached is` and
`Crossings is` tell how many times as fast as the server of the row Crossings is, without its kept answers and as it
is; `of empty` is its part of the speed of an empty FastAPI route.

{machine}
"""


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is measured, and how long."""

    how: RunOptions
    makes_large: bool
    crowd_s: float
    mixed_minutes: float
    peers: tuple[str, ...] = tuple(PEERS)

    @property
    def servers(self) -> list[Start]:
        return [crossings.run_uncached, crossings.run_cached, *(start for name in self.peers for start in PEERS[name])]


QUICK = Extent(RunOptions(2, 3), makes_large=False, crowd_s=10, mixed_minutes=1)
FULL = Extent(RunOptions(5, 3), makes_large=True, crowd_s=30, mixed_minutes=60)


def measure_all(directory: Path, extent: Extent, parts: Collection[str]) -> Iterator[str]:
    """The document of these parts, each time a section was added to it."""
    small, large, peers = (directory / name for name in ("small", "large", "peers"))
    with_large = extent.makes_large or large.exists()
    sections: list[Section] = []
    with open_testbed(small, peers, SMALL) as one:
        machine = one.query(lambda connection: describe_machine(connection, peers))
        introduction = INTRODUCTION.format(machine=machine, repeats=extent.how.repeats, seconds=extent.how.seconds)
        for section in _measure_small(one, extent, parts):
            yield _build_document(introduction, sections, section)
        if "growth" in parts and with_large:
            with open_testbed(large, peers, LARGE) as other:
                yield _build_document(introduction, sections, _measure_growth(one, other, extent.how))
    if "update" in parts:
        with copy_database(small) as copy, open_testbed(copy, peers, SMALL) as third:
            yield _build_document(introduction, sections, _measure_update(third, extent.crowd_s))
    if "large" in parts and with_large:
        with open_testbed(large, peers, LARGE) as other:
            for section in _compare_with_peers(other, OF_PEERS_ON_LARGE, "100,000 points, 10 million records", extent):
                yield _build_document(introduction, sections, section)


def _build_document(introduction: str, sections: list[Section], section: Section) -> str:
    """With the section added; it is shown at once."""
    print(section.text, file=sys.stderr)
    sections.append(section)
    return format_document(introduction, [build_goals_section(sections), *sections])


def _measure_small(one: Testbed, extent: Extent, parts: Collection[str]) -> Iterator[Section]:
    if "peers" in parts:
        yield from _compare_with_peers(one, Sizes(), "8,000 points, 0.5 million records", extent)
    with one.servers([crossings.run_cached]) as [served]:
        asked = {question.name: question for question in build_queries(one.asked(Sizes()))}
        paths = one.query(lambda connection: draw_mixed_paths(connection, MIXED_PATHS, with_the_world=True))
        if "crowd" in parts:
            yield measure_crowd(served, select_small_paths(paths), extent.crowd_s)
            country, world = asked["one country on a day"], asked["the world on a day"]
            yield measure_fairness(served, country, world, extent.crowd_s)
        if "mixed" in parts:
            yield measure_mixed_load(served, paths, extent.mixed_minutes)


def _compare_with_peers(one: Testbed, sizes: Sizes, title: str, extent: Extent) -> Iterator[Section]:
    how = extent.how
    with one.servers(extent.servers) as all_served, one.servers([crossings.run_empty_route]) as [empty_served]:
        participants: list[Participant] = [
            *(
                Server(served, apart=served.name != crossings.CACHED, postmaster=one.postmaster)
                for served in all_served
            ),
            BareSql(one.place.database, one.postmaster),
        ]
        # A server without peers to take turns with, measured as often.
        [empty] = measure_in_turns(NOTHING, [Server(empty_served, apart=False)], how)
        found = [_compare_queries(question, participants, how) for question in build_queries(one.asked(sizes))]
        yield comparison.build_section(title, found, empty)
        cached = next(served for served in all_served if served.name == crossings.CACHED)
        yield measure_not_modified(cached, found[0].question, how)


def _compare_queries(question: BenchmarkQuery, participants: Sequence[Participant], how: RunOptions) -> Comparison:
    found = comparison.compare(question, measure_in_turns(question, participants, how))
    for each in found.servers.values():
        print(
            f"{question.name}, {each.server}: {each.run.requests_per_s:,.1f} requests/s, CPU ms {each.cpu_ms}",
            file=sys.stderr,
        )
    return found


def _measure_growth(one: Testbed, other: Testbed, how: RunOptions) -> Section:
    with one.servers([crossings.run_uncached]) as [small], other.servers([crossings.run_uncached]) as [large]:
        of_small, of_large = (build_queries(each.asked(Sizes())) for each in (one, other))
        return measure_growth(Server(small), Server(large), of_small, of_large, how)


def _measure_update(one: Testbed, seconds: float) -> Section:
    with one.servers([crossings.run_cached]) as [served]:
        country = build_queries(one.asked(Sizes()))[0]
        return measure_update_while_reading(create_office(served, one.place), country, seconds)
