"""Pre-filled rows of the spreadsheet: the current state, written so that sending the row back confirms it."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.submissions.forms.translations import CURRENT_STATUS_NOTE
from api.submissions.point_lookup import PointIndex
from api.submissions.raw_row import RawRow
from api.submissions.validate import validate_row
from api.submissions.validation.context import ValidationContext
from models.codes import Language, get_code_list
from models.recording.assessments import PointReport
from models.recording.bitemporal_tables import RESTRICTIONS
from models.recording.restrictions import RestrictionUpdate

Row = Any  # a row of the statement `last_week`
Values = dict[str, str]
LIST_SEPARATOR = "; "


@dataclass(frozen=True, slots=True)
class PrefilledRow:
    """A pre-filled row: `values` by column and rows of the sheet of measures, all as text.

    `note` describes the current state where no row can express it.
    """

    values: Values
    measures: tuple[Values, ...] = ()
    note: str | None = None


def build_prefilled_row(row: Row, language: Language, today: dt.date, countries: Collection[str]) -> PrefilledRow:
    """Build the row that confirms the current state when sent back unchanged; for a point never assessed, names only.

    The row is read back as a submission and compared with the current state. A state that no row can express (the rest
    of a record after its announced end) is confirmed by an empty status.
    """
    named = {"point": row.code, "name": row.name, "country": row.iso3}
    if row.opening_hours:
        named["opening_hours"] = row.opening_hours
    if row.operational_status is None:
        return PrefilledRow(named)
    named["assessed_on"] = today.isoformat()
    points = PointIndex()
    points.add(row)
    ground = ValidationContext(points, frozenset(countries), {row.iso3}, today)
    for values, measures in _iterate_variants(row, language):
        way = PrefilledRow(named | values, tuple(measures))
        if _is_equivalent(way, row, ground):
            return way
    status = _get_label("operational_status", row.operational_status, language)
    return PrefilledRow(named, note=CURRENT_STATUS_NOTE[language].format(status=status, day=row.valid_from))


def _iterate_variants(row: Row, language: Language) -> Iterator[tuple[Values, Sequence[Values]]]:
    """Iterate over the possible rows: first with the measures in columns, then one by one in their sheet."""
    values = _format_restriction(row, language)
    populations = _join_labels("affected_population", row.affected_populations, language)
    yield values | {"affected_populations": populations} | _format_measure_columns(row.measure_rows, language), ()
    sheet = [_format_sheet_measure(measure, language) | {"point": row.code} for measure in row.measure_rows]
    yield values | {"affected_populations": populations}, sheet


def _format_restriction(row: Row, language: Language) -> Values:
    """Format the restriction without its first day: a changed status is then valid from today, not from that day."""
    plain = {
        "operational_status": _get_label("operational_status", row.operational_status, language),
        "valid_until": (row.valid_to - dt.timedelta(days=1)).isoformat() if row.valid_to else "",
        "announced_end": row.announced_end.isoformat() if row.announced_end else "",
        "confidence": _get_label("confidence", row.confidence, language),
    }
    if row.expected_duration:
        plain["expected_duration"] = _get_label("expected_duration", row.expected_duration, language)
    return plain


def _format_measure_columns(measures: Sequence[Mapping[str, Any]], language: Language) -> Values:
    """Format the measures in the columns of the row as if they were equal in all other columns. Reading the row back
    shows whether they are.
    """
    if not measures:
        return {}
    plain = [measure for measure in measures if not measure["is_exception"]]
    excepted = [measure for measure in measures if measure["is_exception"]]
    one = (plain or excepted)[0]
    values = {
        "measures": _join_labels("measure", [measure["measure"] for measure in plain], language),
        "direction": _get_label("direction", one["direction"], language),
    }
    if plain:
        values |= _format_affected_groups(one, language) | {"traffic": _get_label("traffic", one["traffic"], language)}
    if excepted:
        values["excepted_populations"] = _join_labels(
            "affected_population", excepted[0]["affected_populations"], language
        )
        values["excepted_nationalities"] = LIST_SEPARATOR.join(excepted[0]["nationalities"])
    return values


def _format_sheet_measure(measure: Mapping[str, Any], language: Language) -> Values:
    plain = {name: _get_label(name, measure[name], language) for name in ("measure", "direction", "traffic")}
    exception = {"is_exception": "yes"} if measure["is_exception"] else {}
    return plain | _format_affected_groups(measure, language) | exception | {"comment": measure["comment"] or ""}


def _format_affected_groups(measure: Mapping[str, Any], language: Language) -> Values:
    return {
        "affected_populations": _join_labels("affected_population", measure["affected_populations"], language),
        "nationality_rule": _get_label("nationality_rule", measure["nationality_rule"], language),
        "nationalities": LIST_SEPARATOR.join(measure["nationalities"]),
    }


def _is_equivalent(way: PrefilledRow, row: Row, ground: ValidationContext) -> bool:
    measures = tuple(RawRow(0, _normalize_values(measure)) for measure in way.measures)
    raw = RawRow(0, _normalize_values(way.values), measures)
    report = validate_row(raw, ground).get_update(PointReport)
    if report is None or report.restriction is None:
        return False
    news = report.restriction
    within = row.valid_from <= news.valid_from and news.valid_to == row.valid_to
    return within and _list_recorded_values(news) == _list_recorded_values(row)


def _normalize_values(values: Values) -> Values:
    """Normalize the values as a spreadsheet reader does: no surrounding spaces, and line feeds only."""
    texts = {name: value.strip().replace("\r\n", "\n").replace("\r", "\n") for name, value in values.items()}
    return {name: text for name, text in texts.items() if text}


def _list_recorded_values(state: RestrictionUpdate | Row) -> list[str]:
    return [_normalize_value(getattr(state, column)) for column in RESTRICTIONS.said]


def _normalize_value(value: object) -> str:
    """Normalize a value for comparison: the database writes the digest with hyphens, as every UUID."""
    return str(value).replace("-", "")


def _get_label(list_name: str, code: str, language: Language) -> str:
    return get_code_list(list_name).item(code).labels[language]


def _join_labels(list_name: str, codes: Sequence[str], language: Language) -> str:
    return LIST_SEPARATOR.join(_get_label(list_name, code, language) for code in sorted(set(codes)))
