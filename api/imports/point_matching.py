"""Record linkage: match rows of another organisation's file to points of the register."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from api.messages.suggestions import suggest_names
from geo.distance import LonLat, compute_distance_km
from models.codes import fold_text
from models.validation.point_names import PointIdentifiers

IDENTIFIERS = ("code", "iata", "icao", "unlocode")
MAX_CANDIDATES = 3
# Registers place an airport or crossing up to some kilometres apart; a point with an equal name lies farther away.
MAX_MATCH_DISTANCE_KM = 50.0


class PointNotFound(ValueError):
    """A reference that matches no point of the register, or more than one; `field` names the value to correct."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        super().__init__(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class PointReference:
    """Fields of a row about its point; at least one must match the register."""

    code: str | None = None
    iata: str | None = None
    icao: str | None = None
    unlocode: str | None = None
    name: str | None = None
    iso3: str | None = None
    poe_type: str | None = None
    place: LonLat | None = None


class PointFinder:
    """Points of the register by their identifiers and by their current and former names."""

    def __init__(self, points: Iterable[PointIdentifiers]) -> None:
        self._by_identifier: dict[tuple[str, str], list[PointIdentifiers]] = defaultdict(list)
        self._by_name: dict[tuple[str, str], list[PointIdentifiers]] = defaultdict(list)
        # Names and municipalities: many users search for an airport by its city.
        self._likely: dict[str, dict[str, list[PointIdentifiers]]] = defaultdict(lambda: defaultdict(list))
        self._first_days: dict[int, dt.date] = {}
        # Cache of suggestions: a point that is not in the register occurs in every week of a file.
        self._candidates_by_name: dict[tuple[str, str], list[str]] = {}
        for point in points:
            self._add(point)

    def find(self, sought: PointReference) -> PointIdentifiers:
        """Find the one point by the first matching identifier, then by name. Raise NoSuchPoint."""
        for field in IDENTIFIERS:
            value = (getattr(sought, field) or "").upper().replace(" ", "")
            if matches := self._by_identifier.get((field, value)):
                return _resolve_match(_filter_candidates(matches, sought), sought, field)
        return _resolve_match(self._find_by_name(sought), sought, "name")

    def get_first_day(self, point: PointIdentifiers) -> dt.date:
        """Return the first day on which the register has the point."""
        return self._first_days[point.id]

    def _add(self, point: PointIdentifiers) -> None:
        self._first_days[point.id] = min(point.first, self._first_days.get(point.id, point.first))
        for field in IDENTIFIERS:
            if value := getattr(point, field):
                self._by_identifier[field, value].append(point)
        names = {fold_text(name) for name in (point.name, *point.other_names.values())} - {""}
        for name in names:
            self._by_name[point.iso3, name].append(point)
        for name in names | ({fold_text(point.municipality)} if point.municipality else set()):
            self._likely[point.iso3][name].append(point)

    def _find_by_name(self, sought: PointReference) -> list[PointIdentifiers]:
        if sought.name is None:
            identifiers = [field for field in IDENTIFIERS if getattr(sought, field)]
            raise PointNotFound(
                identifiers[0] if identifiers else "code", "no point of the register has this identifier"
            )
        if sought.iso3 is None:
            raise PointNotFound("country", "a name needs a country")
        matches = self._by_name.get((sought.iso3, fold_text(sought.name)), [])
        if of_type := [point for point in matches if sought.poe_type in (None, point.poe_type)]:
            return of_type
        raise PointNotFound("name", self._explain_not_found(sought.name, sought.iso3, matches))

    def _explain_not_found(self, name: str, iso3: str, of_another_type: list[PointIdentifiers]) -> str:
        if of_another_type:
            return f"has another type in the register: {_format_candidates(of_another_type)}"
        if (name, iso3) not in self._candidates_by_name:
            known = self._likely[iso3]
            self._candidates_by_name[name, iso3] = suggest_names(fold_text(name), known, MAX_CANDIDATES)
        near = [point for other in self._candidates_by_name[name, iso3] for point in self._likely[iso3][other]]
        candidates = f"; similar names: {_format_candidates(near)}" if near else ""
        return f"no point of the register in {iso3} has this name{candidates}"


def _filter_candidates(matches: list[PointIdentifiers], sought: PointReference) -> list[PointIdentifiers]:
    """Filter by country and type: a port and an airport can share their UN/LOCODE."""
    if len({point.id for point in matches}) == 1:
        return matches
    of_country = [point for point in matches if sought.iso3 in (None, point.iso3)]
    return [point for point in of_country if sought.poe_type in (None, point.poe_type)] or matches


def _resolve_match(matches: list[PointIdentifiers], sought: PointReference, field: str) -> PointIdentifiers:
    """Resolve the versions to one point that agrees with the other values of the row, or raise NoSuchPoint."""
    point = matches[-1]
    if len({each.id for each in matches}) > 1:
        raise PointNotFound(field, f"matches {_format_candidates(matches)}; add the code")
    if sought.iso3 not in (None, point.iso3):
        raise PointNotFound(field, f"is {_format_candidates([point])} in {point.iso3}, but the row has {sought.iso3}")
    km = (
        min(compute_distance_km(sought.place, (each.longitude, each.latitude)) for each in matches)
        if sought.place
        else 0.0
    )
    if km > MAX_MATCH_DISTANCE_KM:
        raise PointNotFound(field, f"is {_format_candidates([point])}, {km:,.0f} km from the row's coordinates")
    return point


def _format_candidates(points: list[PointIdentifiers]) -> str:
    last_known = {point.code: point for point in points}
    shown = [f"{point.code} ({point.name}, {point.poe_type})" for point in last_known.values()]
    return " or ".join(shown[:MAX_CANDIDATES])
