"""Schemas of figures: freshness, statistics, accessibility, signals and reports."""

from dataclasses import fields

from api import days, signals
from api.openapi.answers.documents import BOX, CLOCKS, LINKS
from api.openapi.json_schema import (
    ANY_OBJECT,
    BOOLEAN,
    COUNT,
    DATE,
    DATE_TIME,
    INTEGER,
    NUMBER,
    STRING,
    STRINGS,
    URI,
    Schema,
    array_of,
    named,
    nullable,
    object_of,
    one_of,
    refer_to_code,
)
from api.statistics_periods import STEPS
from models.accessibility_index import Figures
from models.codes import codes_where_is_poe
from models.freshness import NEVER, WEEKS
from models.statistics import GROUPS

# Columns of a period: its first day, and the day whose state is counted.
OF_PERIODS = {**dict.fromkeys(STEPS, DATE), "as_on": DATE}
NOTES_AND_LINKS = {"notes": STRINGS, "links": LINKS}


def analysis_schemas() -> dict[str, Schema]:
    """Build the schemas by name."""
    return {
        "Freshness": _freshness(),
        "Days": _days(),
        "Statistics": _statistics(),
        "Accessibility": _accessibility(),
        "Signals": _signals(),
        "ReportList": _reports(),
        "Report": _report(),
    }


def _freshness() -> Schema:
    labels = (*WEEKS, NEVER)
    counted = {
        "points": COUNT,
        "weeks_since_assessed": object_of(dict.fromkeys(labels, COUNT)),
        "shares": object_of(dict.fromkeys(labels, nullable(NUMBER))),
    }
    return object_of(
        {
            "title": STRING,
            **CLOCKS,
            "is_poe": nullable(BOOLEAN),
            "total": object_of(counted),
            "countries": array_of(
                named("FreshnessOfCountry", object_of({"country": STRING, "name": STRING, **counted}))
            ),
            **NOTES_AND_LINKS,
        }
    )


def _days() -> Schema:
    span = {"first_day": nullable(DATE), "last_day": nullable(DATE)}
    week = {"week": DATE, **dict.fromkeys(days.KINDS, COUNT)}
    return object_of(
        {
            "title": STRING,
            "today": DATE,
            "as_known_at": DATE_TIME,
            "reports": object_of({**span, "box": nullable(BOX)}),
            "country_levels": object_of(span),
            "weeks": array_of(named("WeekOfReports", object_of(week))),
            **NOTES_AND_LINKS,
        }
    )


def _statistics() -> Schema:
    """Build the schema of statistics. A row has the requested groups, in the order of the request."""
    lists = {"poe_type", "status_group", "measure", "affected_population"}
    groups = {name: nullable(refer_to_code(name) if name in lists else STRING) for name in GROUPS}
    optional = groups | dict.fromkeys(("region_name", "country_name"), nullable(STRING)) | OF_PERIODS
    counts = {"points": COUNT, "of_points": COUNT, "share": nullable(NUMBER)}
    return object_of(
        {
            "title": STRING,
            **CLOCKS,
            "group_by": array_of(one_of(*GROUPS, *STEPS)),
            "is_poe": nullable(BOOLEAN),
            "numberReturned": COUNT,
            "rows": array_of(named("StatisticsRow", object_of(optional | counts, optional=tuple(optional)))),
            **NOTES_AND_LINKS,
        }
    )


def _accessibility() -> Schema:
    figures = {field.name: nullable(NUMBER) if field.name.startswith("index") else COUNT for field in fields(Figures)}
    row = {**OF_PERIODS, "country": STRING, "country_name": STRING, **figures}
    weights = dict.fromkeys((*codes_where_is_poe(), "conditional"), NUMBER)
    return object_of(
        {
            "title": STRING,
            **CLOCKS,
            "population": nullable(refer_to_code("affected_population")),
            "nationality": nullable(STRING),
            "direction": one_of("entry", "exit"),
            "max_age": COUNT,
            "weights": object_of(weights),
            "numberReturned": COUNT,
            "rows": array_of(named("AccessibilityRow", object_of(row, optional=tuple(OF_PERIODS)))),
            **NOTES_AND_LINKS,
        }
    )


def _signals() -> Schema:
    row = {name: _figure(name) for name in signals.COLUMNS}
    return object_of(
        {
            "title": STRING,
            **CLOCKS,
            "compared_with": DATE,
            **dict.fromkeys(("days", "least_points", "countries", "countries_with_enough_points"), COUNT),
            "numberReturned": COUNT,
            "rows": array_of(named("SignalsRow", object_of(row))),
            **NOTES_AND_LINKS,
        }
    )


def _figure(name: str) -> Schema:
    if name in {"country", "country_name"}:
        return STRING
    return nullable(NUMBER) if name.startswith("change_") or name == "changed_share" else COUNT


def _reports() -> Schema:
    edition = {
        "level": one_of("global", "region", "country"),
        "area": nullable(STRING),
        "number": INTEGER,
        "cut_off": DATE,
        "known_at": DATE_TIME,
        "errata": array_of(_erratum()),
        "href": URI,
    }
    return object_of(
        {
            "title": STRING,
            "last_cut_off": DATE,
            "reports": array_of(named("ReportItem", object_of({"title": STRING, "href": URI}))),
            "editions": array_of(named("Edition", object_of(edition))),
            "links": LINKS,
        }
    )


def _erratum() -> Schema:
    return named("Erratum", object_of({"noted_at": DATE_TIME, "says": STRING}))


def _report() -> Schema:
    """Build the schema of a report. `figures` lists no members: they are codes and differ by level and edition."""
    edition = {"number": INTEGER, "previous": nullable(INTEGER), "errata": array_of(_erratum())}
    return object_of(
        {
            "title": STRING,
            "level": one_of("global", "region", "country"),
            "area": nullable(STRING),
            "on": DATE,
            "compare": nullable(DATE),
            "as_known_at": DATE_TIME,
            "edition": nullable(object_of(edition)),
            "example": nullable(STRING),
            "summary": STRINGS,
            "figures": ANY_OBJECT,
            "methodology": STRINGS,
            "notice": STRING,
            "links": LINKS,
        }
    )
