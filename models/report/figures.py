"""The figures of one day, summed from rows that were counted once (models/report/counts.py).

Figures are plain values by code that can be stored as JSON: they depend on no language and no page.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from models.codes import get_status_group, list_codes, list_poe_types
from models.report.status_counts import (
    STATUS_GROUPS,
    Figures,
    Row,
    build_exclusive_shares,
    build_overlapping_shares,
    count_by_status,
)

Rows = Sequence[Row]
PartRows = Mapping[str, Rows]
# Countries of IOM's regions: region codes by iso3. A country that is in none counts under NO_REGION.
RegionsByCountry = Mapping[str, Sequence[str]]
NO_REGION = "no_region"
NOT_STATED = "not_stated"
UNDATED = "undated"
RESTRICTED_GROUPS = ("partially_operational", "fully_closed")
POE_TYPES = list_poe_types()


def build_day_figures(parts: PartRows, members: RegionsByCountry, regions: Sequence[str]) -> Figures:
    """Build all figures of the points on one day. `regions` are the regions to include, even without any point.

    Points of entry only, except for `transit`: internal transit points are key locations of internal mobility.
    """
    poe = {name: [row for row in rows if row["poe_type"] in POE_TYPES] for name, rows in parts.items()}
    statuses = poe["statuses"]
    by_type = {name: count_by_status(rows) for name, rows in _group_rows(statuses, "poe_type", POE_TYPES).items()}
    by_country = {iso3: count_by_status(rows) for iso3, rows in sorted(_group_rows(statuses, "iso3").items())}
    return {
        "total": count_by_status(statuses),
        "countries_covered": sum(country["assessed"] > 0 for country in by_country.values()),
        "countries_with_points": len(by_country),
        "type_shares": build_exclusive_shares({name: figures["assessed"] for name, figures in by_type.items()}),
        "types": by_type,
        "regions": _compute_by_region(statuses, members, regions, _count_coverage),
        "countries": by_country,
        "measures": _count_sets(poe["measures"], "measures", "measure", members, regions),
        "populations": _count_sets(poe["populations"], "affected_populations", "affected_population", members, regions),
        "durations": _count_durations(statuses),
        "freshness": _build_freshness(poe["freshness"], count_by_status(statuses)["assessed"]),
        "transit": count_by_status(row for row in parts["statuses"] if row["poe_type"] not in POE_TYPES),
    }


def _group_rows(rows: Iterable[Row], key: str, values: Sequence[str] = ()) -> dict[str, list[Row]]:
    """Group the rows by the value of a column; the given `values` come first, even without rows."""
    groups: dict[str, list[Row]] = {value: [] for value in values}
    for row in rows:
        groups.setdefault(row[key], []).append(row)
    return groups


def _compute_by_region(
    rows: Rows, members: RegionsByCountry, regions: Sequence[str], make: Callable[[Rows], Figures]
) -> Figures:
    """Compute the figures of the rows of each region with `make`; a country counts in each of its regions."""
    groups: dict[str, list[Row]] = {region: [] for region in (*regions, NO_REGION)} if regions else {}
    for row in rows if regions else ():
        for region in members.get(row["iso3"]) or (NO_REGION,):
            groups[region].append(row)
    return {region: make(rows) for region, rows in groups.items()}


def _count_coverage(rows: Rows) -> Figures:
    covered = {row["iso3"] for row in rows if row["operational_status"] is not None}
    return count_by_status(rows) | {"countries_covered": len(covered)}


def _count_sets(rows: Rows, column: str, code_list: str, members: RegionsByCountry, regions: Sequence[str]) -> Figures:
    """Count points by the members of a set that each assessed point has: of all, by type, status group and region."""
    assessed = [row for row in rows if row["operational_status"] is not None]
    grouped = [{**row, "status_group": get_status_group(row["operational_status"])} for row in assessed]

    def count_members(some: Iterable[Row]) -> Figures:
        return _count_set_members(list(some), column, code_list)

    return {
        "all": count_members(grouped),
        "types": {name: count_members(some) for name, some in _group_rows(grouped, "poe_type", POE_TYPES).items()},
        "status_groups": {
            name: count_members(some) for name, some in _group_rows(grouped, "status_group", STATUS_GROUPS).items()
        },
        "regions": _compute_by_region(grouped, members, regions, count_members),
    }


def _count_set_members(rows: Rows, column: str, code_list: str) -> Figures:
    counts = dict.fromkeys(list_codes(code_list), 0)
    without = 0
    for row in rows:
        for code in row[column] or ():
            counts[code] += row["points"]
        without += 0 if row[column] else row["points"]
    assessed = sum(row["points"] for row in rows)
    return {"assessed": assessed, "without": without, "each": build_overlapping_shares(counts, assessed)}


def _count_durations(rows: Rows) -> Figures:
    """Count points that are closed or partly operational by their announced duration; the parts add up to all."""
    restricted = [
        {**row, "status_group": group}
        for row in rows
        if row["operational_status"] is not None
        and (group := get_status_group(row["operational_status"])) in RESTRICTED_GROUPS
    ]
    kinds = {
        "types": _group_rows(restricted, "poe_type", POE_TYPES),
        "status_groups": _group_rows(restricted, "status_group", RESTRICTED_GROUPS),
    }
    figures = {
        kind: {name: _count_by_duration(some) for name, some in groups.items()} for kind, groups in kinds.items()
    }
    return {"all": _count_by_duration(restricted), **figures}


def _count_by_duration(rows: Rows) -> Figures:
    counts = dict.fromkeys((*list_codes("expected_duration"), NOT_STATED), 0)
    for row in rows:
        counts[row["expected_duration"] or NOT_STATED] += row["points"]
    return {"restricted": sum(counts.values()), "each": build_exclusive_shares(counts)}


def _build_freshness(rows: Rows, assessed: int) -> Figures:
    """Build the assessed points by month of their last assessment, newest first, and the sources with due points.

    `undated` points have a status, but no assessment on record. `assessors` and `never_assessed` count all active
    points.
    """
    months: Counter[str] = Counter()
    for row in rows:
        if row["assessed_month"] is not None:
            months[row["assessed_month"].isoformat()[:7]] += row["points"]
    counts = {month: months[month] for month in sorted(months, reverse=True)}
    return {
        "months": build_exclusive_shares(counts | {UNDATED: assessed - sum(counts.values())}),
        "points": sum(row["points"] for row in rows),
        "due": _count_due(rows),
        "never_assessed": sum(row["points"] for row in rows if row["assessor"] is None),
        "assessors": _list_assessors(rows),
    }


def _count_due(rows: Iterable[Row]) -> int:
    return sum(row["points"] for row in rows if row["is_due"])


def _list_assessors(rows: Rows) -> list[Figures]:
    """List the sources of last assessments by number: how many points, in how many countries, and how many are due."""
    groups: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        if row["assessor"] is not None:
            groups[row["assessor"]].append(row)
    return [
        {
            "source": source,
            "points": sum(row["points"] for row in some),
            "countries": len({row["iso3"] for row in some}),
            "due": _count_due(some),
        }
        for source, some in sorted(groups.items())
    ]
