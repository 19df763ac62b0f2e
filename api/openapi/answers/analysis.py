"""Schemas of figures: freshness, statistics, accessibility, signals and reports."""

from dataclasses import fields

from api.analysis import days, signals
from api.analysis.periods import STEPS
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
    allow_null,
    assign_name,
    build_array,
    build_enum,
    build_object,
    refer_to_code,
)
from models.analysis.accessibility_index import AccessibilityFigures
from models.analysis.freshness import NEVER, WEEK_CLASSES
from models.analysis.statistics import GROUPS
from models.codes import list_poe_types

# Columns of a period: its first day, and the day whose state is counted.
PERIOD_COLUMNS = {**dict.fromkeys(STEPS, DATE), "as_on": DATE}
NOTES_AND_LINKS = {"notes": STRINGS, "links": LINKS}


def build_analysis_schemas() -> dict[str, Schema]:
    """Build the schemas by name."""
    return {
        "Freshness": _build_freshness(),
        "Days": _build_days(),
        "Statistics": _build_statistics(),
        "Accessibility": _build_accessibility(),
        "Signals": _build_signals(),
        "ReportList": _build_report_list(),
        "Report": _build_report(),
    }


def _build_freshness() -> Schema:
    labels = (*WEEK_CLASSES, NEVER)
    counted = {
        "points": COUNT,
        "weeks_since_assessed": build_object(dict.fromkeys(labels, COUNT)),
        "shares": build_object(dict.fromkeys(labels, allow_null(NUMBER))),
    }
    return build_object(
        {
            "title": STRING,
            **CLOCKS,
            "is_poe": allow_null(BOOLEAN),
            "total": build_object(counted),
            "countries": build_array(
                assign_name("FreshnessOfCountry", build_object({"country": STRING, "name": STRING, **counted}))
            ),
            **NOTES_AND_LINKS,
        }
    )


def _build_days() -> Schema:
    span = {"first_day": allow_null(DATE), "last_day": allow_null(DATE)}
    week = {"week": DATE, **dict.fromkeys(days.COUNT_KINDS, COUNT)}
    return build_object(
        {
            "title": STRING,
            "today": DATE,
            "as_known_at": DATE_TIME,
            "reports": build_object({**span, "box": allow_null(BOX)}),
            "country_levels": build_object(span),
            "weeks": build_array(assign_name("WeekOfReports", build_object(week))),
            **NOTES_AND_LINKS,
        }
    )


def _build_statistics() -> Schema:
    """Build the schema of statistics. A row has the requested groups, in the order of the request."""
    lists = {"poe_type", "status_group", "measure", "affected_population"}
    groups = {name: allow_null(refer_to_code(name) if name in lists else STRING) for name in GROUPS}
    optional = groups | dict.fromkeys(("region_name", "country_name"), allow_null(STRING)) | PERIOD_COLUMNS
    counts = {"points": COUNT, "of_points": COUNT, "share": allow_null(NUMBER)}
    return build_object(
        {
            "title": STRING,
            **CLOCKS,
            "group_by": build_array(build_enum(*GROUPS, *STEPS)),
            "is_poe": allow_null(BOOLEAN),
            "numberReturned": COUNT,
            "rows": build_array(
                assign_name("StatisticsRow", build_object(optional | counts, optional=tuple(optional)))
            ),
            **NOTES_AND_LINKS,
        }
    )


def _build_accessibility() -> Schema:
    figures = {
        field.name: allow_null(NUMBER) if field.name.startswith("index") else COUNT
        for field in fields(AccessibilityFigures)
    }
    row = {**PERIOD_COLUMNS, "country": STRING, "country_name": STRING, **figures}
    weights = dict.fromkeys((*list_poe_types(), "conditional"), NUMBER)
    return build_object(
        {
            "title": STRING,
            **CLOCKS,
            "population": allow_null(refer_to_code("affected_population")),
            "nationality": allow_null(STRING),
            "direction": build_enum("entry", "exit"),
            "max_age": COUNT,
            "weights": build_object(weights),
            "numberReturned": COUNT,
            "rows": build_array(assign_name("AccessibilityRow", build_object(row, optional=tuple(PERIOD_COLUMNS)))),
            **NOTES_AND_LINKS,
        }
    )


def _build_signals() -> Schema:
    row = {name: _build_figure(name) for name in signals.COLUMN_TAGS}
    return build_object(
        {
            "title": STRING,
            **CLOCKS,
            "compared_with": DATE,
            **dict.fromkeys(("days", "least_points", "countries", "countries_with_enough_points"), COUNT),
            "numberReturned": COUNT,
            "rows": build_array(assign_name("SignalsRow", build_object(row))),
            **NOTES_AND_LINKS,
        }
    )


def _build_figure(name: str) -> Schema:
    if name in {"country", "country_name"}:
        return STRING
    return allow_null(NUMBER) if name.startswith("change_") or name == "changed_share" else COUNT


def _build_report_list() -> Schema:
    edition = {
        "level": build_enum("global", "region", "country"),
        "area": allow_null(STRING),
        "number": INTEGER,
        "cut_off": DATE,
        "known_at": DATE_TIME,
        "errata": build_array(_build_erratum()),
        "href": URI,
    }
    return build_object(
        {
            "title": STRING,
            "last_cut_off": DATE,
            "reports": build_array(assign_name("ReportItem", build_object({"title": STRING, "href": URI}))),
            "editions": build_array(assign_name("Edition", build_object(edition))),
            "links": LINKS,
        }
    )


def _build_erratum() -> Schema:
    return assign_name("Erratum", build_object({"noted_at": DATE_TIME, "says": STRING}))


def _build_report() -> Schema:
    """Build the schema of a report. `figures` lists no members: they are codes and differ by level and edition."""
    edition = {"number": INTEGER, "previous": allow_null(INTEGER), "errata": build_array(_build_erratum())}
    return build_object(
        {
            "title": STRING,
            "level": build_enum("global", "region", "country"),
            "area": allow_null(STRING),
            "on": DATE,
            "compare": allow_null(DATE),
            "as_known_at": DATE_TIME,
            "edition": allow_null(build_object(edition)),
            "example": allow_null(STRING),
            "summary": STRINGS,
            "figures": ANY_OBJECT,
            "methodology": STRINGS,
            "notice": STRING,
            "links": LINKS,
        }
    )
