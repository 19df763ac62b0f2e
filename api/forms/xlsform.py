"""The form for mobile collection, as an XLSForm: one submission for each point and week.

KoboToolbox and ODK Central take it as it is. Questions carry the names of the columns of a weekly update, so that
the answers are rows of one; only those of the repeat of measures begin with `each_`, as names have to be unique.
"""

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from api.forms import words
from api.forms.template_sheets import put_text
from api.forms.words import LANGUAGE_NAMES, LANGUAGES
from api.submissions.columns import column_named
from models.codes import Labels, Language, code_list, codes

EACH = "each_"
MEASURE_ROWS = "measure_rows"
SEARCHED = "minimal autocomplete"
Line = dict[str, str]


@dataclass(frozen=True, slots=True)
class FormPlaces:
    """The countries that the form is for; its points by code, with their names; all countries, for nationalities."""

    iso3s: Sequence[str]
    points: Mapping[str, str]
    countries: Mapping[str, Labels]


def xlsform(places: FormPlaces, language: Language, version: dt.datetime) -> bytes:
    """The XLSForm as XLSX in all languages, `language` first; a later `version` replaces an earlier one."""
    book = Workbook()
    book.remove(book.worksheets[0])
    survey = _survey(dt.datetime.date(version))
    _put_lines(book.create_sheet("survey"), survey)
    used = [line["type"].split()[1] for line in survey if line["type"].startswith("select_")]
    _put_lines(book.create_sheet("choices"), _choices(dict.fromkeys(used), places))
    _put_lines(book.create_sheet("settings"), [_settings(places, language, version)])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _settings(places: FormPlaces, language: Language, version: dt.datetime) -> Line:
    named = "_".join(places.iso3s).lower() if len(places.iso3s) <= 5 else "several_countries"
    return {
        "form_title": words.FORM_TITLE[language].format(places=", ".join(places.iso3s[:5])),
        "form_id": f"crossings_{named}",
        "version": f"{version:%Y%m%d%H%M%S}",
        "default_language": LANGUAGE_NAMES[language],
        "instance_name": "concat(${point}, ' ', ${assessed_on})",
    }


def _survey(today: dt.date) -> list[Line]:
    confirms = {"type": "note", "name": "empty_status_confirms"} | _in_all("label", words.EMPTY_STATUS_CONFIRMS)
    return [
        {"type": "select_one point", "name": "point", "required": "yes", "appearance": SEARCHED} | _label("point"),
        _question("assessed_on", required="yes", default="today()")
        | _constraint(". <= today()", words.NOT_IN_THE_FUTURE),
        confirms,
        _question("operational_status"),
        *_group("what_holds", _what_holds(), relevant="${operational_status} != ''"),
        *_group("flows", [_count(f"estimated_daily_{flow}") for flow in ("inflow", "outflow")]),
        *_group("health", [_question(indicator) for indicator in codes("health_indicator")]),
        *_group("provenance", _provenance()),
    ]


def _what_holds() -> list[Line]:
    start = ". >= ${valid_from} or (${valid_from} = '' and . >= ${assessed_on})"
    with_measures = {"relevant": "${measures} != ''"}
    return [
        _question("valid_from"),
        _question("valid_until") | _constraint(start, words.NOT_BEFORE_THE_START),
        _question("measures"),
        _question("direction") | with_measures,
        _question("traffic") | with_measures,
        _question("affected_populations"),
        _question("nationality_rule") | with_measures,
        _question("nationalities") | _named_by("nationality_rule"),
        _question("excepted_populations"),
        _question("excepted_nationalities"),
        *_group(MEASURE_ROWS, _one_measure(), kind="repeat"),
        _question("expected_duration"),
        _question("announced_end") | _constraint(start, words.NOT_BEFORE_THE_START),
    ]


def _one_measure() -> list[Line]:
    """None is required: some form tools begin with an empty measure, which says nothing."""
    measure = {"type": "select_one measure", "name": f"{EACH}measure"} | _label("measures")
    is_exception = {"type": "select_one yes", "name": f"{EACH}is_exception"}
    return [
        measure,
        _question("direction", prefix=EACH),
        _question("traffic", prefix=EACH),
        _question("affected_populations", prefix=EACH),
        _question("nationality_rule", prefix=EACH),
        _question("nationalities", prefix=EACH) | _named_by(f"{EACH}nationality_rule"),
        is_exception | _in_all("label", words.IS_EXCEPTION),
        _question("comment", prefix=EACH),
    ]


def _provenance() -> list[Line]:
    return [
        _question("source"),
        _question("source_type"),
        _question("source_url") | _constraint("regex(., '^https?://.+$')", words.NOT_AN_ADDRESS),
        _question("confidence"),
        _question("comment", appearance="multiline"),
    ]


def _question(column_name: str, *, prefix: str = "", **more: str) -> Line:
    column = column_named(column_name)
    types = {"text": "text", "url": "text", "day": "date", "count": "integer"}
    listed = "country" if column.kind == "country" else column.list
    chosen = "select_multiple" if column.several else "select_one"
    line = {"type": f"{chosen} {listed}" if listed else types[column.kind], "name": prefix + column_name}
    if listed == "country":
        line["appearance"] = SEARCHED
    return line | _label(column_name) | more


def _count(column_name: str) -> Line:
    return _question(column_name) | _constraint(". >= 0 and . < 1000000000", words.NOT_A_COUNT)


def _group(name: str, lines: list[Line], *, kind: str = "group", **more: str) -> list[Line]:
    begin = {"type": f"begin_{kind}", "name": name} | _in_all("label", words.GROUPS[name]) | more
    return [begin, *lines, {"type": f"end_{kind}"}]


def _named_by(rule: str) -> Line:
    return {"relevant": f"${{{rule}}} = 'only' or ${{{rule}}} = 'except'"}


def _constraint(condition: str, message: Labels) -> Line:
    return {"constraint": condition} | _in_all("constraint_message", message)


def _label(column_name: str) -> Line:
    return _in_all("label", column_named(column_name).labels)


def _in_all(column: str, labels: Labels) -> Line:
    return {f"{column}::{LANGUAGE_NAMES[language]}": labels[language] for language in LANGUAGES}


def _choices(lists: Mapping[str, None], places: FormPlaces) -> list[Line]:
    lines = []
    for name in lists:
        for code, labels in _choices_of(name, places).items():
            lines.append({"list_name": name, "name": code} | _in_all("label", labels))
    return lines


def _choices_of(name: str, places: FormPlaces) -> Mapping[str, Labels]:
    if name == "point":
        return {code: dict.fromkeys(LANGUAGES, f"{called} ({code})") for code, called in places.points.items()}
    if name == "country":
        return places.countries
    if name == "yes":
        return {"true": code_list("health_value").item("yes").labels}
    return {item.code: item.labels for item in code_list(name).items}


def _put_lines(sheet: Worksheet, lines: Sequence[Line]) -> None:
    header = list(dict.fromkeys(name for line in lines for name in line))
    for position, name in enumerate(header, start=1):
        put_text(sheet.cell(1, position), name)
    for number, line in enumerate(lines, start=2):
        for position, name in enumerate(header, start=1):
            if value := line.get(name):
                put_text(sheet.cell(number, position), value)
