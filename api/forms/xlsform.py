"""The form for mobile collection, as an XLSForm: one submission for each point and week.

KoboToolbox and ODK Central accept the form unchanged. Questions have the names of the columns of a weekly update, so
the answers are rows of an update. Questions in the repeat of measures begin with `each_`, as names must be unique.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.forms import words
from api.forms.form_workbook import FormSheet, FormWorkbook
from api.forms.weekly import EACH, OF_A_MEASURE
from api.forms.words import LANGUAGE_NAMES, LANGUAGES
from api.submissions.columns import COLUMNS, MEASURE_COLUMNS
from api.submissions.json_rows import MEASURE_ROWS
from api.values.opening_hours import LONGEST_OPENING_HOURS
from models.codes import Labels, Language, code_list, codes

SEARCHED = "minimal autocomplete"
TYPES = {"text": "text", "url": "text", "day": "date", "count": "integer"}
# What a form can check of opening hours: that a day or a number occurs. The service checks their syntax.
HOURS = '-|.*([0-9"]|Mo|Tu|We|Th|Fr|Sa|Su|PH|SH|sunrise).*'
Line = dict[str, str]


@dataclass(frozen=True, slots=True)
class FormPlaces:
    """The countries of the form; its points by code, with their names; all countries, for nationalities."""

    iso3s: Sequence[str]
    points: Mapping[str, str]
    countries: Mapping[str, Labels]


def xlsform(places: FormPlaces, language: Language, version: dt.datetime) -> bytes:
    """Build the XLSForm as XLSX in all languages, `language` first; a later `version` replaces an earlier one."""
    book = FormWorkbook()
    survey = _survey()
    _put_lines(book.add_sheet("survey"), survey)
    used = [line["type"].split()[1] for line in survey if line["type"].startswith("select_")]
    _put_lines(book.add_sheet("choices"), _choices(dict.fromkeys(used), places))
    _put_lines(book.add_sheet("settings"), [_settings(places, language, version)])
    return book.content()


def _settings(places: FormPlaces, language: Language, version: dt.datetime) -> Line:
    named = "_".join(places.iso3s).lower() if len(places.iso3s) <= 5 else "several_countries"
    return {
        "form_title": words.FORM_TITLE[language].format(places=", ".join(places.iso3s[:5])),
        "form_id": f"crossings_{named}",
        "version": f"{version:%Y%m%d%H%M%S}",
        "default_language": LANGUAGE_NAMES[language],
        "instance_name": "concat(${point}, ' ', ${assessed_on})",
    }


def _survey() -> list[Line]:
    confirms = {"type": "note", "name": "empty_status_confirms"} | _in_all("label", words.EMPTY_STATUS_CONFIRMS)
    return [
        _question("point") | {"type": "select_one point", "required": "yes", "appearance": SEARCHED},
        _question("assessed_on", required="yes", default="today()")
        | _constraint(". <= today()", words.NOT_IN_THE_FUTURE),
        confirms,
        _question("operational_status"),
        *_group("what_holds", _what_holds(), relevant="${operational_status} != ''"),
        _question("opening_hours")
        | _in_all("hint", words.HOURS_HINT)
        | _constraint(f"regex(., '{HOURS}') and string-length(.) <= {LONGEST_OPENING_HOURS}", words.NOT_HOURS),
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
    """Build the questions of the repeat. All are optional: some form tools begin with an empty measure."""
    questions = {name: _question(name, prefix=EACH) for name in OF_A_MEASURE}
    questions["nationalities"] |= _named_by(f"{EACH}nationality_rule")
    return list(questions.values())


def _provenance() -> list[Line]:
    return [
        _question("source"),
        _question("source_type"),
        _question("source_url") | _constraint("regex(., '^https?://.+$')", words.NOT_AN_ADDRESS),
        _question("confidence"),
        _question("comment", appearance="multiline"),
    ]


def _question(column_name: str, *, prefix: str = "", **more: str) -> Line:
    column = (MEASURE_COLUMNS if prefix else COLUMNS)[column_name]
    listed = {"country": "country", "yes_or_no": "yes_or_no"}.get(column.kind, column.list)
    chosen = "select_multiple" if column.several else "select_one"
    line = {"type": f"{chosen} {listed}" if listed else TYPES[column.kind], "name": prefix + column_name}
    if listed == "country":
        line["appearance"] = SEARCHED
    return line | _in_all("label", column.labels) | more


def _count(column_name: str) -> Line:
    return _question(column_name) | _constraint(". >= 0 and . < 1000000000", words.NOT_A_COUNT)


def _group(name: str, lines: list[Line], *, kind: str = "group", **more: str) -> list[Line]:
    begin = {"type": f"begin_{kind}", "name": name} | _in_all("label", words.GROUPS[name]) | more
    return [begin, *lines, {"type": f"end_{kind}"}]


def _named_by(rule: str) -> Line:
    return {"relevant": f"${{{rule}}} = 'only' or ${{{rule}}} = 'except'"}


def _constraint(condition: str, message: Labels) -> Line:
    return {"constraint": condition} | _in_all("constraint_message", message)


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
    if name == "yes_or_no":
        return {code: code_list("health_value").item(code).labels for code in ("yes", "no")}
    return {item.code: item.labels for item in code_list(name).items}


def _put_lines(sheet: FormSheet, lines: Sequence[Line]) -> None:
    header = list(dict.fromkeys(name for line in lines for name in line))
    for position, name in enumerate(header, start=1):
        sheet.put_text(1, position, name)
    for number, line in enumerate(lines, start=2):
        for position, name in enumerate(header, start=1):
            if value := line.get(name):
                sheet.put_text(number, position, value)
