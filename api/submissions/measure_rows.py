"""Parsers of a row's measures: from its flat columns, or one by one from the sheet or list of measures."""

from itertools import zip_longest

from api.messages.message import Message
from api.submissions.raw import RawRow
from api.submissions.row_values import RowValues
from models.record_restrictions import MeasureRow


def parse_measures(values: RowValues) -> tuple[MeasureRow, ...]:
    """Parse all measures of the row. Flat columns apply to all of their measures; exceptions become separate rows."""
    flat = values.read_codes("measures", "measure")
    each = zip_longest(values.row.measures, values.row.measure_cells)
    listed = tuple(
        measure for given, cells in each if (measure := _parse_listed_measure(values, given, cells or {})) is not None
    )
    return (*_parse_flat_measures(values, flat), *_parse_exceptions(values, flat), *listed)


def _parse_flat_measures(values: RowValues, measures: tuple[str, ...]) -> tuple[MeasureRow, ...]:
    rule, nationalities = _parse_nationality_rule(values)
    return tuple(
        MeasureRow(
            measure=measure,
            direction=values.read_code("direction", "direction") or "both",
            traffic=values.read_code("traffic", "traffic") or "all",
            affected_populations=values.read_codes("affected_populations", "affected_population"),
            nationality_rule=rule,
            nationalities=nationalities,
        )
        for measure in measures
    )


def _parse_nationality_rule(values: RowValues) -> tuple[str, tuple[str, ...]]:
    rule = values.read_code("nationality_rule", "nationality_rule")
    nationalities = values.parse_countries("nationalities", values.read_text("nationalities") or "")
    rule = rule or ("only" if nationalities else "all")
    if (rule == "all") != (not nationalities):
        values.add_error("nationality_rule", Message("rule_without_nationalities"))
        return "all", ()
    return rule, nationalities


def _parse_exceptions(values: RowValues, measures: tuple[str, ...]) -> tuple[MeasureRow, ...]:
    populations = values.read_codes("excepted_populations", "affected_population")
    nationalities = values.parse_countries("excepted_nationalities", values.read_text("excepted_nationalities") or "")
    if not populations and not nationalities:
        return ()
    return tuple(
        MeasureRow(
            measure=measure,
            direction=values.read_code("direction", "direction") or "both",
            traffic="passenger",
            affected_populations=populations,
            nationality_rule="only" if nationalities else "all",
            nationalities=nationalities,
            is_exception=True,
        )
        for measure in measures or ("movement_restricted",)
    )


def _is_exception(values: RowValues) -> bool:
    """Parse yes or no in any language. Any other text is a problem: "no" as a default could reverse the meaning."""
    text = (values.read_text("is_exception") or "no").lower()
    if text in {"true", "false", "1", "0"}:
        return text in {"true", "1"}
    return values.read_code("is_exception", "health_value") == "yes"


def _parse_listed_measure(values: RowValues, given: dict[str, str], cells: dict[str, str]) -> MeasureRow | None:
    """Parse a row of the list of measures, which has the columns of the table restriction_measure."""
    own = RowValues(RawRow(values.row.number, given, cells=cells), values.countries)
    measure = own.read_code("measure", "measure")
    rule, nationalities = _parse_nationality_rule(own)
    if measure is None and own.is_good:
        own.add_error("measure", Message("missing.measure"))
    row = MeasureRow(
        measure=measure or "other",
        direction=own.read_code("direction", "direction") or "both",
        traffic=own.read_code("traffic", "traffic") or "all",
        affected_populations=own.read_codes("affected_populations", "affected_population"),
        nationality_rule=rule,
        nationalities=nationalities,
        is_exception=_is_exception(own),
        comment=own.read_text("comment"),
    )
    values.problems += own.problems
    return row if own.is_good else None
