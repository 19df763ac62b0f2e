"""The figures of one day, summed from rows that were counted once (models/report/counted.py).

Figures are plain values by code that can be stored as JSON: they depend on no language and no page.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from models.codes import codes, codes_where_is_poe, status_group_of
from models.report.tally import GROUPS, Figures, Row, overlapping, parted, tally

Rows = Sequence[Row]
Parts = Mapping[str, Rows]
# Countries of IOM's regions: region codes by iso3. A country that is in none counts under NO_REGION.
Members = Mapping[str, Sequence[str]]
NO_REGION = "no_region"
NOT_STATED = "not_stated"
UNDATED = "undated"
RESTRICTED = ("partially_operational", "fully_closed")
POE_TYPES = codes_where_is_poe()


def day_figures(parts: Parts, members: Members, regions: Sequence[str]) -> Figures:
    """Build all figures of the points on one day. `regions` are the regions to include, even without any point.

    Points of entry only, except for `transit`: internal transit points are key locations of internal mobility.
    """
    poe = {name: [row for row in rows if row["poe_type"] in POE_TYPES] for name, rows in parts.items()}
    statuses = poe["statuses"]
    by_type = {name: tally(rows) for name, rows in _by(statuses, "poe_type", POE_TYPES).items()}
    by_country = {iso3: tally(rows) for iso3, rows in sorted(_by(statuses, "iso3").items())}
    return {
        "total": tally(statuses),
        "countries_covered": sum(country["assessed"] > 0 for country in by_country.values()),
        "countries_with_points": len(by_country),
        "type_shares": parted({name: figures["assessed"] for name, figures in by_type.items()}),
        "types": by_type,
        "regions": _by_region(statuses, members, regions, _covering),
        "countries": by_country,
        "measures": _sets(poe["measures"], "measures", "measure", members, regions),
        "populations": _sets(poe["populations"], "affected_populations", "affected_population", members, regions),
        "durations": _durations(statuses),
        "freshness": _freshness(poe["freshness"], tally(statuses)["assessed"]),
        "transit": tally(row for row in parts["statuses"] if row["poe_type"] not in POE_TYPES),
    }


def _by(rows: Iterable[Row], key: str, values: Sequence[str] = ()) -> dict[str, list[Row]]:
    """Group the rows by the value of a column; the given `values` come first, even without rows."""
    groups: dict[str, list[Row]] = {value: [] for value in values}
    for row in rows:
        groups.setdefault(row[key], []).append(row)
    return groups


def _by_region(rows: Rows, members: Members, regions: Sequence[str], make: Callable[[Rows], Figures]) -> Figures:
    """Compute the figures of the rows of each region with `make`; a country counts in each of its regions."""
    groups: dict[str, list[Row]] = {region: [] for region in (*regions, NO_REGION)} if regions else {}
    for row in rows if regions else ():
        for region in members.get(row["iso3"]) or (NO_REGION,):
            groups[region].append(row)
    return {region: make(rows) for region, rows in groups.items()}


def _covering(rows: Rows) -> Figures:
    covered = {row["iso3"] for row in rows if row["operational_status"] is not None}
    return tally(rows) | {"countries_covered": len(covered)}


def _sets(rows: Rows, column: str, code_list: str, members: Members, regions: Sequence[str]) -> Figures:
    """Count points by the members of a set that each assessed point has: of all, by type, status group and region."""
    assessed = [row for row in rows if row["operational_status"] is not None]
    grouped = [{**row, "status_group": status_group_of(row["operational_status"])} for row in assessed]

    def counted(some: Iterable[Row]) -> Figures:
        return _of_set(list(some), column, code_list)

    return {
        "all": counted(grouped),
        "types": {name: counted(some) for name, some in _by(grouped, "poe_type", POE_TYPES).items()},
        "status_groups": {name: counted(some) for name, some in _by(grouped, "status_group", GROUPS).items()},
        "regions": _by_region(grouped, members, regions, counted),
    }


def _of_set(rows: Rows, column: str, code_list: str) -> Figures:
    counts = dict.fromkeys(codes(code_list), 0)
    without = 0
    for row in rows:
        for code in row[column] or ():
            counts[code] += row["points"]
        without += 0 if row[column] else row["points"]
    assessed = sum(row["points"] for row in rows)
    return {"assessed": assessed, "without": without, "each": overlapping(counts, assessed)}


def _durations(rows: Rows) -> Figures:
    """Count points that are closed or partly operational by their announced duration; the parts add up to all."""
    restricted = [
        {**row, "status_group": group}
        for row in rows
        if row["operational_status"] is not None and (group := status_group_of(row["operational_status"])) in RESTRICTED
    ]
    kinds = {
        "types": _by(restricted, "poe_type", POE_TYPES),
        "status_groups": _by(restricted, "status_group", RESTRICTED),
    }
    figures = {kind: {name: _by_duration(some) for name, some in groups.items()} for kind, groups in kinds.items()}
    return {"all": _by_duration(restricted), **figures}


def _by_duration(rows: Rows) -> Figures:
    counts = dict.fromkeys((*codes("expected_duration"), NOT_STATED), 0)
    for row in rows:
        counts[row["expected_duration"] or NOT_STATED] += row["points"]
    return {"restricted": sum(counts.values()), "each": parted(counts)}


def _freshness(rows: Rows, assessed: int) -> Figures:
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
        "months": parted(counts | {UNDATED: assessed - sum(counts.values())}),
        "points": sum(row["points"] for row in rows),
        "due": _due(rows),
        "never_assessed": sum(row["points"] for row in rows if row["assessor"] is None),
        "assessors": _assessors(rows),
    }


def _due(rows: Iterable[Row]) -> int:
    return sum(row["points"] for row in rows if row["is_due"])


def _assessors(rows: Rows) -> list[Figures]:
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
            "due": _due(some),
        }
        for source, some in sorted(groups.items())
    ]
