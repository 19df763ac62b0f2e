"""The numbers of a report, from plain SQL over the tables: nothing here is what the service counts with."""

import datetime as dt
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.codes import get_code_list, list_codes, list_poe_types

# The points of a day with what held there: a row of the register, and nulls where nobody assessed the point.
POINTS_OF_THE_DAY = """
    SELECT v.point_of_entry_id AS point, p.code AS point_code, v.name, v.iso3, v.poe_type,
           v.source_id AS register_source,
           r.operational_status, r.status_group, r.expected_duration, r.measures, r.affected_populations,
           r.measures_digest, r.source_id, lower(r.valid_during) AS since, a.assessed_on AS last,
           a.source_id AS assessor,
           coalesce((SELECT m.region_code FROM region_member m JOIN region g ON g.code = m.region_code
                     WHERE g.kind = 'iom' AND m.iso3 = v.iso3 AND m.valid_during @> CAST(:day AS date)),
                    'no_region') AS region
    FROM point_of_entry_version v
    JOIN point_of_entry p ON p.id = v.point_of_entry_id
    LEFT JOIN restriction r ON r.point_of_entry_id = v.point_of_entry_id
        AND r.valid_during @> CAST(:day AS date) AND r.recorded_during @> CAST(:known AS timestamptz)
    LEFT JOIN LATERAL (SELECT * FROM assessment a WHERE a.point_of_entry_id = v.point_of_entry_id
        AND a.assessed_on <= :day AND a.recorded_at <= :known ORDER BY assessed_on DESC, recorded_at LIMIT 1) a ON true
    WHERE v.valid_during @> CAST(:day AS date) AND v.recorded_during @> CAST(:known AS timestamptz)
        AND v.lifecycle = 'active'
"""
POE = "poe_type IN ('airport', 'land_border_point', 'blue_border_point')"
ASSESSED = f"{POE} AND status_group IS NOT NULL"
RESTRICTED = f"{POE} AND status_group IN ('partially_operational', 'fully_closed')"
TYPES, GROUPS, STATUSES = list_poe_types(), list_codes("status_group"), list_codes("operational_status")
GROUP_OF = {status: str(get_code_list("operational_status").item(status).group) for status in STATUSES}
DURATIONS = (*list_codes("expected_duration"), "not_stated")
Numbers = dict[str, Any]


class BySql:
    """Numbers of the points of one day, as known at one moment, in an area that a condition on `iso3` names."""

    def __init__(self, database: AsyncConnection, day: dt.date, known: str, area: str, regions: list[str]) -> None:
        self.database, self.area, self.regions = database, area, regions
        self.values: dict[str, Any] = {"day": day, "known": dt.datetime.fromisoformat(known)}

    async def rows(self, statement: str, **more: Any) -> list[tuple[Any, ...]]:
        """The rows of a statement over `point`, the points of the day in the area."""
        begin = f"WITH every AS ({POINTS_OF_THE_DAY}), point AS (SELECT * FROM every WHERE {self.area}) "
        return [tuple(row) for row in await self.database.execute(text(begin + statement), self.values | more)]

    async def counts(self, keys: str, where: str = "true", of: str = "point") -> dict[Any, int]:
        """Points by keys, with commas between them, where the condition holds; `of` may join more to `point`."""
        places = ", ".join(str(place + 1) for place in range(len(keys.split(","))))
        rows = await self.rows(f"SELECT {keys}, count(*) FROM {of} WHERE {where} GROUP BY {places}")
        return {key if len(key) > 1 else key[0]: number for *key, number in rows for key in [tuple(key)]}

    async def count(self, where: str, what: str = "*") -> int:
        [(number,)] = await self.rows(f"SELECT count({what}) FROM point WHERE {where}")
        return int(number)

    async def day(self, week_begins: str) -> Numbers:
        """All numbers of the day that are not shares."""
        regions = await self.tallies("region", POE, self.regions)
        for region, tally in regions.items():
            tally["countries_covered"] = await self.count(f"{ASSESSED} AND region = '{region}'", "DISTINCT iso3")
        types = await self.counts("poe_type", ASSESSED)
        return {
            "total": build_tally(await self.counts("operational_status", POE)),
            "countries_covered": await self.count(ASSESSED, "DISTINCT iso3"),
            "countries_with_points": await self.count(POE, "DISTINCT iso3"),
            "type_shares": {name: types.get(name, 0) for name in TYPES},
            "types": await self.tallies("poe_type", POE, TYPES),
            "regions": regions,
            "countries": await self.tallies("iso3", POE),
            "measures": await self.sets("measures", "measure"),
            "populations": await self.sets("affected_populations", "affected_population"),
            "durations": await self.durations(),
            "freshness": await self.freshness(week_begins),
            "transit": build_tally(await self.counts("operational_status", f"NOT {POE}")),
        }

    async def tallies(self, key: str, where: str, known: Any = ()) -> dict[str, Numbers]:
        counts = await self.counts(f"{key}, operational_status", where)
        found = [*known, *sorted({one for one, _ in counts} - set(known))] if key == "iso3" or known else []
        return {one: build_tally(select_counts(counts, one)) for one in found}

    async def sets(self, column: str, code_list: str) -> Numbers:
        """Points by the members of a set: of all, by type, status group and region."""

        async def of(key: str, known: Any) -> dict[str, Numbers]:
            each = await self.counts(f"{key}, code", ASSESSED, f"point, unnest({column}) AS code")
            assessed = await self.counts(key, ASSESSED)
            without = await self.counts(key, f"{ASSESSED} AND {column} = '{{}}'")
            return {
                one: {
                    "assessed": assessed.get(one, 0),
                    "without": without.get(one, 0),
                    "each": {code: each.get((one, code), 0) for code in list_codes(code_list)},
                }
                for one in known
            }

        return {
            "all": (await of("'all'", ["all"]))["all"],
            "types": await of("poe_type", TYPES),
            "status_groups": await of("status_group", GROUPS),
            "regions": await of("region", self.regions),
        }

    async def durations(self) -> Numbers:
        async def of(key: str, known: Any) -> dict[str, Numbers]:
            counts = await self.counts(f"{key}, expected_duration", RESTRICTED)
            points = {one: {name or "not_stated": n for name, n in select_counts(counts, one).items()} for one in known}
            return {
                one: {"restricted": sum(found.values()), "each": {name: found.get(name, 0) for name in DURATIONS}}
                for one, found in points.items()
            }

        return {
            "all": (await of("'all'", ["all"]))["all"],
            "types": await of("poe_type", TYPES),
            "status_groups": await of("status_group", ("partially_operational", "fully_closed")),
        }

    async def freshness(self, week_begins: str) -> Numbers:
        rows = await self.rows(f"SELECT to_char(last, 'YYYY-MM'), count(*) FROM point WHERE {ASSESSED} GROUP BY 1")
        months: dict[Any, int] = dict(rows)  # type: ignore[arg-type]
        undated = months.pop(None, 0)
        is_due = f"coalesce(last < '{week_begins}', true)"
        assessors = await self.rows(
            f"""SELECT s.code, s.name, count(*), count(DISTINCT iso3), count(*) FILTER (WHERE {is_due})
                FROM point JOIN source s ON s.id = assessor WHERE {POE} GROUP BY 1, 2 ORDER BY 5 DESC, 1"""
        )
        return {
            "months": {month: months[month] for month in sorted(months, reverse=True)} | {"undated": undated},
            "points": await self.count(POE),
            "due": await self.count(f"{POE} AND {is_due}"),
            "never_assessed": await self.count(f"{POE} AND last IS NULL"),
            "assessors": [
                dict(zip(("code", "name", "points", "countries", "due"), row, strict=True)) for row in assessors
            ],
        }

    async def week(self) -> Numbers:
        counts = await self.counts("poe_type, status_group", ASSESSED)
        groups = await self.counts("status_group", ASSESSED)
        return {
            "day": self.values["day"].isoformat(),
            "assessed": sum(groups.values()),
            "groups": {group: groups.get(group, 0) for group in GROUPS},
            "types": {name: {group: counts.get((name, group), 0) for group in GROUPS} for name in TYPES},
        }

    async def levels(self, indicator: str) -> dict[str, int | None]:
        """The level of each country of the area; None where none is recorded."""
        rows = await self.rows(
            f"""SELECT c.iso3, CAST(m.level AS integer) FROM country c
                LEFT JOIN country_measure m ON m.imposing_iso3 = c.iso3 AND m.indicator = :indicator
                    AND m.origin_iso3 IS NULL AND m.valid_during @> CAST(:day AS date)
                    AND m.recorded_during @> CAST(:known AS timestamptz)
                WHERE {self.area.replace("iso3", "c.iso3", 1)} ORDER BY 1""",
            indicator=indicator,
        )
        return dict(rows)  # type: ignore[arg-type]


def build_tally(counts: dict[Any, int]) -> Numbers:
    """Points by operational status, None for those not assessed, as a report tells of them."""
    statuses = {status: counts.get(status, 0) for status in STATUSES}
    assessed = sum(statuses.values())
    groups = {group: sum(n for status, n in statuses.items() if GROUP_OF[status] == group) for group in GROUPS}
    not_assessed = counts.get(None, 0)
    points = {"points": assessed + not_assessed, "assessed": assessed, "not_assessed": not_assessed}
    return points | {"groups": groups, "statuses": statuses}


def select_counts(counts: dict[Any, int], first: object) -> dict[Any, int]:
    return {second: number for (one, second), number in counts.items() if one == first}
