"""Record linkage: match rows of another organisation's file to points of the register."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from api.likely_names import likely_names
from geo.distance import Place, km_between
from models.codes import folded
from models.names import NamedPoint

IDENTIFIERS = ("code", "iata", "icao", "unlocode")
SHOWN_CANDIDATES = 3
# Registers place an airport or crossing up to some kilometres apart; a point with an equal name lies farther away.
FARTHEST_OF_SAME_POINT_KM = 50.0


class NoSuchPoint(ValueError):
    """A reference that matches no point of the register, or more than one; `field` names the value to correct."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        super().__init__(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class SoughtPoint:
    """What a row states about its point; at least one of these fields has to match the register."""

    code: str | None = None
    iata: str | None = None
    icao: str | None = None
    unlocode: str | None = None
    name: str | None = None
    iso3: str | None = None
    poe_type: str | None = None
    place: Place | None = None


class PointFinder:
    """Points of the register by their identifiers and by their current and former names."""

    def __init__(self, points: Iterable[NamedPoint]) -> None:
        self._by_identifier: dict[tuple[str, str], list[NamedPoint]] = defaultdict(list)
        self._by_name: dict[tuple[str, str], list[NamedPoint]] = defaultdict(list)
        # Names and municipalities: many users search for an airport by its city.
        self._likely: dict[str, dict[str, list[NamedPoint]]] = defaultdict(lambda: defaultdict(list))
        self._first_days: dict[int, dt.date] = {}
        # Cache of suggestions: a point that is not in the register occurs in every week of a file.
        self._not_found_before: dict[tuple[str, str], list[str]] = {}
        for point in points:
            self._add(point)

    def find(self, sought: SoughtPoint) -> NamedPoint:
        """Find the one point by the first matching identifier, then by name. Raise NoSuchPoint."""
        for field in IDENTIFIERS:
            value = (getattr(sought, field) or "").upper().replace(" ", "")
            if matches := self._by_identifier.get((field, value)):
                return _the_one(_narrowed(matches, sought), sought, field)
        return _the_one(self._named(sought), sought, "name")

    def first_day(self, point: NamedPoint) -> dt.date:
        """Return the first day on which the register has the point."""
        return self._first_days[point.id]

    def _add(self, point: NamedPoint) -> None:
        self._first_days[point.id] = min(point.first, self._first_days.get(point.id, point.first))
        for field in IDENTIFIERS:
            if value := getattr(point, field):
                self._by_identifier[field, value].append(point)
        names = {folded(name) for name in (point.name, *point.other_names.values())} - {""}
        for name in names:
            self._by_name[point.iso3, name].append(point)
        for name in names | ({folded(point.municipality)} if point.municipality else set()):
            self._likely[point.iso3][name].append(point)

    def _named(self, sought: SoughtPoint) -> list[NamedPoint]:
        if sought.name is None:
            identifiers = [field for field in IDENTIFIERS if getattr(sought, field)]
            raise NoSuchPoint(identifiers[0] if identifiers else "code", "no point of the register is known by it")
        if sought.iso3 is None:
            raise NoSuchPoint("country", "a name finds a point only within its country")
        matches = self._by_name.get((sought.iso3, folded(sought.name)), [])
        if of_type := [point for point in matches if sought.poe_type in (None, point.poe_type)]:
            return of_type
        raise NoSuchPoint("name", self._not_found(sought.name, sought.iso3, matches))

    def _not_found(self, name: str, iso3: str, of_another_type: list[NamedPoint]) -> str:
        if of_another_type:
            return f"is not of that type in the register, but {_listed(of_another_type)}"
        if (name, iso3) not in self._not_found_before:
            known = self._likely[iso3]
            self._not_found_before[name, iso3] = likely_names(folded(name), known, SHOWN_CANDIDATES)
        near = [point for other in self._not_found_before[name, iso3] for point in self._likely[iso3][other]]
        candidates = f"; near to it are {_listed(near)}" if near else ""
        return f"no point of the register in {iso3} has this name{candidates}"


def _narrowed(matches: list[NamedPoint], sought: SoughtPoint) -> list[NamedPoint]:
    """Filter by country and type: a port and an airport can share their UN/LOCODE."""
    if len({point.id for point in matches}) == 1:
        return matches
    of_country = [point for point in matches if sought.iso3 in (None, point.iso3)]
    return [point for point in of_country if sought.poe_type in (None, point.poe_type)] or matches


def _the_one(matches: list[NamedPoint], sought: SoughtPoint, field: str) -> NamedPoint:
    """Resolve the versions to one point that agrees with the other values of the row, or raise NoSuchPoint."""
    point = matches[-1]
    if len({each.id for each in matches}) > 1:
        raise NoSuchPoint(field, f"could be {_listed(matches)}; say which by its code")
    if sought.iso3 not in (None, point.iso3):
        raise NoSuchPoint(field, f"is {_listed([point])} in {point.iso3}, but the row says {sought.iso3}")
    km = min(km_between(sought.place, (each.longitude, each.latitude)) for each in matches) if sought.place else 0.0
    if km > FARTHEST_OF_SAME_POINT_KM:
        raise NoSuchPoint(field, f"is {_listed([point])}, which stands {km:,.0f} km from the row's coordinates")
    return point


def _listed(points: list[NamedPoint]) -> str:
    last_known = {point.code: point for point in points}
    shown = [f"{point.code} ({point.name}, {point.poe_type})" for point in last_known.values()]
    return " or ".join(shown[:SHOWN_CANDIDATES])
