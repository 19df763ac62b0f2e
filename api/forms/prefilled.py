"""Pre-filled rows of the spreadsheet: the current state, written so that sending the row back confirms it."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.forms.words import NOT_SAID_IN_A_ROW
from api.submissions.checked import Ground
from api.submissions.checking import check_row
from api.submissions.named_points import NamedPoints
from api.submissions.raw import RawRow
from models.codes import Language, code_list
from models.ledgers import RESTRICTIONS
from models.record_restrictions import RestrictionNews

Row = Any  # a row of the statement `last_week`
Values = dict[str, str]
BETWEEN = "; "


@dataclass(frozen=True, slots=True)
class Prefilled:
    """A pre-filled row: `values` by column and rows of the sheet of measures, all as text.

    `note` describes the current state where no row can express it.
    """

    values: Values
    measures: tuple[Values, ...] = ()
    note: str | None = None


def prefilled(row: Row, language: Language, today: dt.date, countries: Collection[str]) -> Prefilled:
    """Build the row that confirms the current state when sent back unchanged; for a point never assessed, names only.

    The row is read back as a submission and compared with the current state. A state that no row can express (the rest
    of a record after its announced end) is confirmed by an empty status.
    """
    named = {"point": row.code, "name": row.name, "country": row.iso3}
    if row.opening_hours:
        named["opening_hours"] = row.opening_hours
    if row.operational_status is None:
        return Prefilled(named)
    named["assessed_on"] = today.isoformat()
    points = NamedPoints()
    points.add(row)
    ground = Ground(points, frozenset(countries), {row.iso3}, today)
    for values, measures in _ways_to_say(row, language):
        way = Prefilled(named | values, tuple(measures))
        if _says_the_same(way, row, ground):
            return way
    status = _label("operational_status", row.operational_status, language)
    return Prefilled(named, note=NOT_SAID_IN_A_ROW[language].format(status=status, day=row.valid_from))


def _ways_to_say(row: Row, language: Language) -> Iterator[tuple[Values, Sequence[Values]]]:
    """Iterate over the possible rows: first with the measures in columns, then one by one in their sheet."""
    values = _restriction(row, language)
    populations = _labels("affected_population", row.affected_populations, language)
    yield values | {"affected_populations": populations} | _in_columns(row.measure_rows, language), ()
    sheet = [_in_the_sheet(measure, language) | {"point": row.code} for measure in row.measure_rows]
    yield values | {"affected_populations": populations}, sheet


def _restriction(row: Row, language: Language) -> Values:
    """Format the restriction without its first day: a changed status is then valid from today, not from that day."""
    plain = {
        "operational_status": _label("operational_status", row.operational_status, language),
        "valid_until": (row.valid_to - dt.timedelta(days=1)).isoformat() if row.valid_to else "",
        "announced_end": row.announced_end.isoformat() if row.announced_end else "",
        "confidence": _label("confidence", row.confidence, language),
    }
    if row.expected_duration:
        plain["expected_duration"] = _label("expected_duration", row.expected_duration, language)
    return plain


def _in_columns(measures: Sequence[Mapping[str, Any]], language: Language) -> Values:
    """Format the measures in the columns of the row as if they were equal in all other columns. Reading the row back
    shows whether they are.
    """
    if not measures:
        return {}
    plain = [measure for measure in measures if not measure["is_exception"]]
    excepted = [measure for measure in measures if measure["is_exception"]]
    one = (plain or excepted)[0]
    values = {
        "measures": _labels("measure", [measure["measure"] for measure in plain], language),
        "direction": _label("direction", one["direction"], language),
    }
    if plain:
        values |= _whom(one, language) | {"traffic": _label("traffic", one["traffic"], language)}
    if excepted:
        values["excepted_populations"] = _labels("affected_population", excepted[0]["affected_populations"], language)
        values["excepted_nationalities"] = BETWEEN.join(excepted[0]["nationalities"])
    return values


def _in_the_sheet(measure: Mapping[str, Any], language: Language) -> Values:
    plain = {name: _label(name, measure[name], language) for name in ("measure", "direction", "traffic")}
    exception = {"is_exception": "yes"} if measure["is_exception"] else {}
    return plain | _whom(measure, language) | exception | {"comment": measure["comment"] or ""}


def _whom(measure: Mapping[str, Any], language: Language) -> Values:
    return {
        "affected_populations": _labels("affected_population", measure["affected_populations"], language),
        "nationality_rule": _label("nationality_rule", measure["nationality_rule"], language),
        "nationalities": BETWEEN.join(measure["nationalities"]),
    }


def _says_the_same(way: Prefilled, row: Row, ground: Ground) -> bool:
    report = check_row(RawRow(0, _read(way.values), tuple(_read(measure) for measure in way.measures)), ground).report
    if report is None or report.restriction is None:
        return False
    news = report.restriction
    within = row.valid_from <= news.valid_from and news.valid_to == row.valid_to
    return within and _said(news) == [_plain(getattr(row, column)) for column in RESTRICTIONS.said]


def _read(values: Values) -> Values:
    """Normalize the values as a spreadsheet reader does: no surrounding spaces, and line feeds only."""
    texts = {name: value.strip().replace("\r\n", "\n").replace("\r", "\n") for name, value in values.items()}
    return {name: text for name, text in texts.items() if text}


def _said(news: RestrictionNews) -> list[str]:
    values = news.row()
    return [_plain(values[column]) for column in RESTRICTIONS.said]


def _plain(value: object) -> str:
    """Normalize a value for comparison: the database writes the digest with hyphens, as every UUID."""
    return str(value).replace("-", "")


def _label(list_name: str, code: str, language: Language) -> str:
    return code_list(list_name).item(code).labels[language]


def _labels(list_name: str, codes: Sequence[str], language: Language) -> str:
    return BETWEEN.join(_label(list_name, code, language) for code in sorted(set(codes)))
