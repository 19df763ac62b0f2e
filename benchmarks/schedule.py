"""What is measured in a run, in which order, and how long."""

import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.data.places import Sizes
from benchmarks.database import LARGE, SMALL
from benchmarks.load.growth import growth
from benchmarks.load.many_connections import crowd, fairness
from benchmarks.load.mixed_load import mixed_load
from benchmarks.load.not_modified import not_modified
from benchmarks.load.turns import BareSql, How, Participant, Server, in_turn
from benchmarks.load.update_while_reading import update_while_reading
from benchmarks.peers import crossings
from benchmarks.peers.mapserver import mapserver
from benchmarks.peers.pygeoapi import pygeoapi
from benchmarks.peers.served import Start
from benchmarks.peers.tipg import lean_tipg, tipg
from benchmarks.report import comparison
from benchmarks.report.comparison import Compared
from benchmarks.report.machine import described
from benchmarks.report.sections import Section, document, goals_section
from benchmarks.requests.mixed_paths import mixed_paths, small_paths
from benchmarks.requests.posting import office
from benchmarks.requests.queries import Question, questions
from benchmarks.servers.testbed import Stage, copy_of, stage

PARTS = ("peers", "crowd", "mixed", "growth", "update", "large")
PEERS = {"tipg": (tipg, lean_tipg), "pygeoapi": (pygeoapi,), "mapserver": (mapserver,)}
NOTHING = Question("empty route", "nothing", "/", {crossings.EMPTY: "/"})
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

    how: How
    makes_large: bool
    crowd_s: float
    mixed_minutes: float
    peers: tuple[str, ...] = tuple(PEERS)

    @property
    def servers(self) -> list[Start]:
        return [crossings.uncached, crossings.cached, *(start for name in self.peers for start in PEERS[name])]


QUICK = Extent(How(2, 3), makes_large=False, crowd_s=10, mixed_minutes=1)
FULL = Extent(How(5, 3), makes_large=True, crowd_s=30, mixed_minutes=60)


def measured(directory: Path, extent: Extent, parts: Collection[str]) -> Iterator[str]:
    """The document of these parts, each time a section was added to it."""
    small, large, peers = (directory / name for name in ("small", "large", "peers"))
    with_large = extent.makes_large or large.exists()
    sections: list[Section] = []
    with stage(small, peers, SMALL) as one:
        machine = one.query(lambda connection: described(connection, peers))
        introduction = INTRODUCTION.format(machine=machine, repeats=extent.how.repeats, seconds=extent.how.seconds)
        for section in _on_small(one, extent, parts):
            yield _document(introduction, sections, section)
        if "growth" in parts and with_large:
            with stage(large, peers, LARGE) as other:
                yield _document(introduction, sections, _growth(one, other, extent.how))
    if "update" in parts:
        with copy_of(small) as copy, stage(copy, peers, SMALL) as third:
            yield _document(introduction, sections, _update(third, extent.crowd_s))
    if "large" in parts and with_large:
        with stage(large, peers, LARGE) as other:
            for section in _against_peers(other, OF_PEERS_ON_LARGE, "100,000 points, 10 million records", extent):
                yield _document(introduction, sections, section)


def _document(introduction: str, sections: list[Section], section: Section) -> str:
    """With the section added; it is shown at once."""
    print(section.text, file=sys.stderr)
    sections.append(section)
    return document(introduction, [goals_section(sections), *sections])


def _on_small(one: Stage, extent: Extent, parts: Collection[str]) -> Iterator[Section]:
    if "peers" in parts:
        yield from _against_peers(one, Sizes(), "8,000 points, 0.5 million records", extent)
    with one.servers([crossings.cached]) as [served]:
        asked = {question.name: question for question in questions(one.asked(Sizes()))}
        paths = one.query(lambda connection: mixed_paths(connection, MIXED_PATHS, with_the_world=True))
        if "crowd" in parts:
            yield crowd(served, small_paths(paths), extent.crowd_s)
            country, world = asked["one country on a day"], asked["the world on a day"]
            yield fairness(served, country, world, extent.crowd_s)
        if "mixed" in parts:
            yield mixed_load(served, paths, extent.mixed_minutes)


def _against_peers(one: Stage, sizes: Sizes, title: str, extent: Extent) -> Iterator[Section]:
    how = extent.how
    with one.servers(extent.servers) as all_served, one.servers([crossings.empty_route]) as [empty_served]:
        participants: list[Participant] = [
            *(
                Server(served, apart=served.name != crossings.CACHED, postmaster=one.postmaster)
                for served in all_served
            ),
            BareSql(one.place.database, one.postmaster),
        ]
        # A server without peers to take turns with, measured as often.
        [empty] = in_turn(NOTHING, [Server(empty_served, apart=False)], how)
        found = [_compared(question, participants, how) for question in questions(one.asked(sizes))]
        yield comparison.section(title, found, empty)
        cached = next(served for served in all_served if served.name == crossings.CACHED)
        yield not_modified(cached, found[0].question, how)


def _compared(question: Question, participants: Sequence[Participant], how: How) -> Compared:
    found = comparison.compared(question, in_turn(question, participants, how))
    for each in found.servers.values():
        print(
            f"{question.name}, {each.server}: {each.run.requests_per_s:,.1f} requests/s, CPU ms {each.cpu_ms}",
            file=sys.stderr,
        )
    return found


def _growth(one: Stage, other: Stage, how: How) -> Section:
    with one.servers([crossings.uncached]) as [small], other.servers([crossings.uncached]) as [large]:
        of_small, of_large = (questions(each.asked(Sizes())) for each in (one, other))
        return growth(Server(small), Server(large), of_small, of_large, how)


def _update(one: Stage, seconds: float) -> Section:
    with one.servers([crossings.cached]) as [served]:
        country = questions(one.asked(Sizes()))[0]
        return update_while_reading(office(served, one.place), country, seconds)
