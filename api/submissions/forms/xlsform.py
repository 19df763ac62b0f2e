"""The form for mobile collection, as an XLSForm: one submission for each point and week.

KoboToolbox and ODK Central accept the form unchanged. Questions have the names of the columns of a weekly update, so
the answers are rows of an update. Questions in the repeat of measures begin with `each_`, as names must be unique.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.submissions.columns import COLUMNS, MEASURE_COLUMNS
from api.submissions.forms import translations as words
from api.submissions.forms.columns import MEASURE_COLUMN_NAMES, MEASURE_PREFIX
from api.submissions.forms.translations import LANGUAGE_NAMES, LANGUAGES
from api.submissions.forms.xlsx_workbook import FormSheet, FormWorkbook
from api.submissions.readers.json_rows import MEASURE_ROWS
from api.values.opening_hours import MAX_OPENING_HOURS_CHARACTERS
from models.codes import Labels, Language, get_code_list, list_codes

SEARCH_APPEARANCE = "minimal autocomplete"
TYPES = {"text": "text", "url": "text", "day": "date", "count": "integer"}
# A form can only check opening hours for a day or a number. The service checks their syntax.
HOURS_PATTERN = '-|.*([0-9"]|Mo|Tu|We|Th|Fr|Sa|Su|PH|SH|sunrise).*'
Line = dict[str, str]


@dataclass(frozen=True, slots=True)
class FormPlaces:
    """The countries of the form; its points by code, with their names; all countries, for nationalities."""

    iso3s: Sequence[str]
    points: Mapping[str, str]
    countries: Mapping[str, Labels]


def build_xlsform(places: FormPlaces, language: Language, version: dt.datetime) -> bytes:
    """Build the XLSForm as XLSX in all languages, `language` first; a later `version` replaces an earlier one."""
    book = FormWorkbook()
    survey = _build_survey()
    _put_lines(book.add_sheet("survey"), survey)
    used = [line["type"].split()[1] for line in survey if line["type"].startswith("select_")]
    _put_lines(book.add_sheet("choices"), _build_choices(dict.fromkeys(used), places))
    _put_lines(book.add_sheet("settings"), [_build_settings(places, language, version)])
    return book.close()


def _build_settings(places: FormPlaces, language: Language, version: dt.datetime) -> Line:
    named = "_".join(places.iso3s).lower() if len(places.iso3s) <= 5 else "several_countries"
    return {
        "form_title": words.FORM_TITLE[language].format(places=", ".join(places.iso3s[:5])),
        "form_id": f"crossings_{named}",
        "version": f"{version:%Y%m%d%H%M%S}",
        "default_language": LANGUAGE_NAMES[language],
        "instance_name": "concat(${point}, ' ', ${assessed_on})",
    }


def _build_survey() -> list[Line]:
    confirms = {"type": "note", "name": "empty_status_confirms"} | _translate_column("label", words.EMPTY_STATUS_NOTE)
    return [
        _build_question("point") | {"type": "select_one point", "required": "yes", "appearance": SEARCH_APPEARANCE},
        _build_question("assessed_on", required="yes", default="today()")
        | _build_constraint(". <= today()", words.FUTURE_DAY_ERROR),
        confirms,
        _build_question("operational_status"),
        *_build_group("what_holds", _build_restriction_questions(), relevant="${operational_status} != ''"),
        _build_question("opening_hours")
        | _translate_column("hint", words.HOURS_HINT)
        | _build_constraint(
            f"regex(., '{HOURS_PATTERN}') and string-length(.) <= {MAX_OPENING_HOURS_CHARACTERS}", words.HOURS_ERROR
        ),
        *_build_group("flows", [_build_count_question(f"estimated_daily_{flow}") for flow in ("inflow", "outflow")]),
        *_build_group("health", [_build_question(indicator) for indicator in list_codes("health_indicator")]),
        *_build_group("provenance", _build_provenance_questions()),
    ]


def _build_restriction_questions() -> list[Line]:
    start = ". >= ${valid_from} or (${valid_from} = '' and . >= ${assessed_on})"
    with_measures = {"relevant": "${measures} != ''"}
    return [
        _build_question("valid_from"),
        _build_question("valid_until") | _build_constraint(start, words.END_BEFORE_START_ERROR),
        _build_question("measures"),
        _build_question("direction") | with_measures,
        _build_question("traffic") | with_measures,
        _build_question("affected_populations"),
        _build_question("nationality_rule") | with_measures,
        _build_question("nationalities") | _build_relevance("nationality_rule"),
        _build_question("excepted_populations"),
        _build_question("excepted_nationalities"),
        *_build_group(MEASURE_ROWS, _build_measure_questions(), kind="repeat"),
        _build_question("expected_duration"),
        _build_question("announced_end") | _build_constraint(start, words.END_BEFORE_START_ERROR),
    ]


def _build_measure_questions() -> list[Line]:
    """Build the questions of the repeat. All are optional: some form tools begin with an empty measure."""
    questions = {name: _build_question(name, prefix=MEASURE_PREFIX) for name in MEASURE_COLUMN_NAMES}
    questions["nationalities"] |= _build_relevance(f"{MEASURE_PREFIX}nationality_rule")
    return list(questions.values())


def _build_provenance_questions() -> list[Line]:
    return [
        _build_question("source"),
        _build_question("source_type"),
        _build_question("source_url") | _build_constraint("regex(., '^https?://.+$')", words.URL_ERROR),
        _build_question("confidence"),
        _build_question("comment", appearance="multiline"),
    ]


def _build_question(column_name: str, *, prefix: str = "", **more: str) -> Line:
    column = (MEASURE_COLUMNS if prefix else COLUMNS)[column_name]
    listed = {"country": "country", "yes_or_no": "yes_or_no"}.get(column.kind, column.list)
    chosen = "select_multiple" if column.several else "select_one"
    line = {"type": f"{chosen} {listed}" if listed else TYPES[column.kind], "name": prefix + column_name}
    if listed == "country":
        line["appearance"] = SEARCH_APPEARANCE
    return line | _translate_column("label", column.labels) | more


def _build_count_question(column_name: str) -> Line:
    return _build_question(column_name) | _build_constraint(". >= 0 and . < 1000000000", words.COUNT_ERROR)


def _build_group(name: str, lines: list[Line], *, kind: str = "group", **more: str) -> list[Line]:
    begin = {"type": f"begin_{kind}", "name": name} | _translate_column("label", words.GROUPS[name]) | more
    return [begin, *lines, {"type": f"end_{kind}"}]


def _build_relevance(rule: str) -> Line:
    return {"relevant": f"${{{rule}}} = 'only' or ${{{rule}}} = 'except'"}


def _build_constraint(condition: str, message: Labels) -> Line:
    return {"constraint": condition} | _translate_column("constraint_message", message)


def _translate_column(column: str, labels: Labels) -> Line:
    return {f"{column}::{LANGUAGE_NAMES[language]}": labels[language] for language in LANGUAGES}


def _build_choices(lists: Mapping[str, None], places: FormPlaces) -> list[Line]:
    lines = []
    for name in lists:
        for code, labels in _list_choices(name, places).items():
            lines.append({"list_name": name, "name": code} | _translate_column("label", labels))
    return lines


def _list_choices(name: str, places: FormPlaces) -> Mapping[str, Labels]:
    if name == "point":
        return {code: dict.fromkeys(LANGUAGES, f"{called} ({code})") for code, called in places.points.items()}
    if name == "country":
        return places.countries
    if name == "yes_or_no":
        return {code: get_code_list("health_value").item(code).labels for code in ("yes", "no")}
    return {item.code: item.labels for item in get_code_list(name).items}


def _put_lines(sheet: FormSheet, lines: Sequence[Line]) -> None:
    header = list(dict.fromkeys(name for line in lines for name in line))
    for position, name in enumerate(header, start=1):
        sheet.put_text(1, position, name)
    for number, line in enumerate(lines, start=2):
        for position, name in enumerate(header, start=1):
            if value := line.get(name):
                sheet.put_text(number, position, value)
