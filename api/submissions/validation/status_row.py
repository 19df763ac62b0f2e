"""Validation of rows that report, confirm, correct or retract the status of a point."""

import datetime as dt
from collections.abc import Collection
from dataclasses import replace

from api.messages.message import Message
from api.submissions.point_lookup import PointVersion
from api.submissions.raw_row import RawRow
from api.submissions.rows import ValidatedRow
from api.submissions.validation.context import ValidationContext
from api.submissions.validation.point_checks import (
    build_hours_change,
    check_consistency,
    find_row_point,
    refuse_before_register_entry,
    refuse_inactive_point,
)
from models.codes import list_codes
from models.recording.assessments import PointReport
from models.recording.restrictions import MeasureRow, RestrictionUpdate


def parse_measures(row: RawRow, countries: Collection[str]) -> tuple[MeasureRow, ...]:
    """Parse all measures of the row. Flat columns apply to all of their measures; exceptions become separate rows."""
    flat = row.read_codes("measures", "measure")
    listed = [parsed for each in row.measures if (parsed := _parse_listed_measure(row, each, countries)) is not None]
    return (*_parse_flat_measures(row, flat, countries), *_parse_exceptions(row, flat, countries), *listed)


def _parse_flat_measures(row: RawRow, measures: tuple[str, ...], countries: Collection[str]) -> tuple[MeasureRow, ...]:
    rule, nationalities = _parse_nationality_rule(row, countries)
    return tuple(
        MeasureRow(
            measure=measure,
            direction=row.read_code("direction", "direction") or "both",
            traffic=row.read_code("traffic", "traffic") or "all",
            affected_populations=row.read_codes("affected_populations", "affected_population"),
            nationality_rule=rule,
            nationalities=nationalities,
        )
        for measure in measures
    )


def _parse_nationality_rule(row: RawRow, countries: Collection[str]) -> tuple[str, tuple[str, ...]]:
    rule = row.read_code("nationality_rule", "nationality_rule")
    nationalities = row.read_countries("nationalities", countries)
    rule = rule or ("only" if nationalities else "all")
    if (rule == "all") != (not nationalities):
        row.add_error("nationality_rule", Message("rule_without_nationalities"))
        return "all", ()
    return rule, nationalities


def _parse_exceptions(row: RawRow, measures: tuple[str, ...], countries: Collection[str]) -> tuple[MeasureRow, ...]:
    populations = row.read_codes("excepted_populations", "affected_population")
    nationalities = row.read_countries("excepted_nationalities", countries)
    if not populations and not nationalities:
        return ()
    return tuple(
        MeasureRow(
            measure=measure,
            direction=row.read_code("direction", "direction") or "both",
            traffic="passenger",
            affected_populations=populations,
            nationality_rule="only" if nationalities else "all",
            nationalities=nationalities,
            is_exception=True,
        )
        for measure in measures or ("movement_restricted",)
    )


def _is_exception(row: RawRow) -> bool:
    """Parse yes or no in any language. Any other text is a problem: "no" as a default could reverse the meaning."""
    text = (row.read_text("is_exception") or "no").lower()
    if text in {"true", "false", "1", "0"}:
        return text in {"true", "1"}
    return row.read_code("is_exception", "health_value") == "yes"


def _parse_listed_measure(row: RawRow, own: RawRow, countries: Collection[str]) -> MeasureRow | None:
    """Parse a row of the list of measures, which has the columns of the table restriction_measure."""
    measure = own.read_code("measure", "measure")
    rule, nationalities = _parse_nationality_rule(own, countries)
    if measure is None and own.is_good:
        own.add_error("measure", Message("missing.measure"))
    parsed = MeasureRow(
        measure=measure or "other",
        direction=own.read_code("direction", "direction") or "both",
        traffic=own.read_code("traffic", "traffic") or "all",
        affected_populations=own.read_codes("affected_populations", "affected_population"),
        nationality_rule=rule,
        nationalities=nationalities,
        is_exception=_is_exception(own),
        comment=own.read_text("comment"),
    )
    row.problems += own.problems
    return parsed if own.is_good else None


STATUS_ACTIONS = frozenset({"report", "correct", "retract"})
RESTRICTION_COLUMNS = ("measures", "affected_populations", "excepted_populations")
# Columns that a spreadsheet has for its readers only.
CONTEXT_COLUMNS = {"name", "country"}
# Columns that change the register without reporting a status, and columns that may accompany them.
HOURS_COLUMNS = {"opening_hours"}
SOURCE_COLUMNS = {"assessed_on", "source", "source_type", "source_url"}
UNSET_SOURCE_ID = 0


def validate_status_row(row: RawRow, action: str, ground: ValidationContext) -> ValidatedRow:
    """Check a row about a point's status; `action` is report, correct or retract."""
    assessed_on = _parse_assessment_day(row, ground.today)
    day = assessed_on or ground.today
    point = find_row_point(row, day, ground)
    if point is not None:
        refuse_inactive_point(row, point, day)
    restriction = _parse_restriction(row, action, point, day, ground)
    if point is not None and restriction is not None:
        refuse_before_register_entry(row, point, restriction.valid_from, ground)
    report = PointReport(
        row=row.number,
        point_of_entry_id=point.id if point else 0,
        assessed_on=day,
        restriction=restriction,
        health=_parse_health(row),
        estimated_daily_inflow=row.read_count("estimated_daily_inflow"),
        estimated_daily_outflow=row.read_count("estimated_daily_outflow"),
        comment=row.read_text("comment"),
    )
    hours = build_hours_change(row, point, day, ground.points.list_versions(point.id) if point else ())
    updates = (hours, None if _is_unfilled(row, point, day, ground) else report) if row.is_good else ()
    return ValidatedRow(
        row,
        point,
        tuple(update for update in updates if update is not None),
        subject=point.id if point else None,
        iso3=point.iso3 if point else None,
        problems=tuple(row.problems),
    )


def _parse_assessment_day(row: RawRow, today: dt.date) -> dt.date | None:
    """Parse the day of the assessment. Tomorrow is valid: an office east of UTC may already have it."""
    day = row.read_day("assessed_on")
    if day is None and not row.read_text("assessed_on"):
        return row.read_day("valid_from") if row.read_text("valid_from") else today
    if day is not None and day > today + dt.timedelta(days=1):
        row.add_error("assessed_on", Message("in_the_future", day=day))
    return day


def _parse_restriction(
    row: RawRow, action: str, point: PointVersion | None, day: dt.date, ground: ValidationContext
) -> RestrictionUpdate | None:
    """Parse the row's restriction; None if the row confirms the current one."""
    status = row.read_code("operational_status", "operational_status", on=day)
    if action == "retract":
        return _build_restriction(row, point, day, ground.countries, "unknown", withdrawn=True)
    if row.read_text("operational_status") is None and action == "correct":
        row.add_error("operational_status", Message("missing.what_held"))
    elif row.read_text("operational_status") is None:
        _check_confirmation(row, point, day, ground)
        return None
    reported = _build_restriction(row, point, day, ground.countries, status or "unknown", corrects=action == "correct")
    restriction = _end_before_next(row, reported, day, ground)
    check_consistency(row, restriction, ground.today)
    return restriction


def _end_before_next(
    row: RawRow, news: RestrictionUpdate, day: dt.date, ground: ValidationContext
) -> RestrictionUpdate:
    """End an open-ended restriction where the next record after this assessment begins.

    A week that is posted late describes its own time. Without this end it overwrote all later weeks.
    """
    later = ground.find_next_change(news.point_of_entry_id, max(day, news.valid_from))
    if news.valid_to is not None or later is None:
        return news
    row.warn("valid_until", Message("until_later_news", day=later))
    return replace(news, valid_to=later)


def _check_confirmation(row: RawRow, point: PointVersion | None, day: dt.date, ground: ValidationContext) -> None:
    if row.has_value(*RESTRICTION_COLUMNS) or row.measures:
        row.add_error("operational_status", Message("missing.status"))
    elif point is not None and not ground.covers_day(point.id, day) and not _is_unfilled(row, point, day, ground):
        row.add_error("operational_status", Message("nothing_to_confirm", point=point.code, day=day))


def _is_unfilled(row: RawRow, point: PointVersion | None, day: dt.date, ground: ValidationContext) -> bool:
    """Return whether the row of a point that was never assessed is not filled in, except for new opening hours.

    Such a row came with our spreadsheet, and the office left it empty.
    """
    if point is None or row.measures or ground.covers_day(point.id, day):
        return False
    besides = row.values.keys() - {"point"}
    has_new_hours = row.read_text("opening_hours") not in (None, point.opening_hours)
    plain = CONTEXT_COLUMNS | HOURS_COLUMNS | (SOURCE_COLUMNS if has_new_hours else set())
    return bool(besides) and besides <= plain


def _build_restriction(
    row: RawRow,
    point: PointVersion | None,
    day: dt.date,
    countries: Collection[str],
    status: str,
    *,
    withdrawn: bool = False,
    corrects: bool = False,
) -> RestrictionUpdate:
    until = row.read_day("valid_until")
    return RestrictionUpdate(
        point_of_entry_id=point.id if point else 0,
        valid_from=row.read_day("valid_from") or day,
        valid_to=until + dt.timedelta(days=1) if until else None,
        operational_status=status,
        source_id=UNSET_SOURCE_ID,
        measure_rows=parse_measures(row, countries),
        populations=row.read_codes("affected_populations", "affected_population"),
        expected_duration=row.read_code("expected_duration", "expected_duration"),
        announced_end=row.read_day("announced_end"),
        source_type=row.read_code("source_type", "source_type"),
        source_url=row.read_url("source_url"),
        confidence=row.read_code("confidence", "confidence") or "reported",
        source_note=row.read_text("source"),
        comment=row.read_text("comment"),
        withdrawn=withdrawn,
        corrects=corrects,
    )


def _parse_health(row: RawRow) -> dict[str, str]:
    found = {
        indicator: row.read_code(indicator, "screening_value" if indicator == "screening" else "health_value")
        for indicator in list_codes("health_indicator")
        if indicator in row.values
    }
    return {indicator: value for indicator, value in found.items() if value is not None}
