"""Parse one filled-in form of a form tool into a submission.

KoboToolbox's REST service sends flat JSON with the path of each question ("what_holds/valid_from"). ODK Central sends
OData, with an object for each group. In both, several choices are one text separated by spaces, a repeat is a list, and
members that are not answers begin with an underscore or are under `meta`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from api.messages.message import MessageError
from api.submissions.columns import COLUMNS, MEASURE_COLUMNS
from api.submissions.forms.columns import FORM_COLUMN_NAMES, MEASURE_PREFIX
from api.submissions.readers.json_rows import MEASURE_ROWS
from api.submissions.readers.strict_json import InvalidNumber

Json = dict[str, Any]
UNEXPANDED_MEASURES = f"{MEASURE_ROWS}@odata.navigationLink"
IDENTITY_PATTERN = re.compile(r"[A-Za-z0-9._:-]{1,100}")
IDENTITY_MEMBERS = ("instanceID", "_uuid", "__id")


class InvalidFormSubmission(MessageError):
    """A document that is not one filled-in form; the message names what is missing."""


@dataclass(frozen=True, slots=True)
class FormSubmission:
    """One filled-in form: a row by column names, and the identity that the form tool assigned when it was saved.

    A form tool assigns a new identity to a form that is edited after it was sent, so the edited form is a new
    submission.
    """

    identity: str
    row: Json

    def encode_submission(self) -> bytes:
        """Encode the row as a submission in JSON: equal answers give equal bytes.

        Members that form tools add to the answers (a validation status, an attachment's address that expires) change
        from one delivery to the next. They would make a repeated delivery look like another body under the same key.
        """
        # Half of a surrogate pair is accepted here, and refused where the bytes are read.
        return json.dumps({"rows": [self.row]}, ensure_ascii=False, sort_keys=True).encode(errors="surrogatepass")


def parse_form_submission(document: object) -> FormSubmission:
    """Parse the one filled-in form in the document, or raise NotAFormAnswer."""
    answers = dict(_iterate_answers(_extract_form(document)))
    identity = next((str(answers[name]) for name in IDENTITY_MEMBERS if answers.get(name)), "")
    if not IDENTITY_PATTERN.fullmatch(identity):
        raise InvalidFormSubmission("not_a_form.identity")
    if UNEXPANDED_MEASURES in answers and not isinstance(answers.get(MEASURE_ROWS), list):
        raise InvalidFormSubmission("not_a_form.expand")
    row = {name: _parse_value(name, answers[name]) for name in FORM_COLUMN_NAMES if _has_value(answers.get(name))}
    measures = [measure for each in answers.get(MEASURE_ROWS) or [] if (measure := _parse_measure(each))]
    return FormSubmission(identity.removeprefix("uuid:"), row | ({MEASURE_ROWS: measures} if measures else {}))


def _extract_form(document: object) -> Json:
    """Extract the form. ODK Central's OData has it as the only member of the list `value`."""
    if isinstance(document, dict) and isinstance(document.get("value"), list):
        forms = document["value"]
        if len(forms) != 1:
            raise InvalidFormSubmission("not_a_form.several", count=len(forms))
        document = forms[0]
    if not isinstance(document, dict):
        raise InvalidFormSubmission("not_a_form")
    return document


def _iterate_answers(group: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Iterate over the answers by the last part of their path; only groups come before it."""
    for path, value in group.items():
        if not isinstance(value, dict):
            yield path.rpartition("/")[2], value
        elif not path.startswith("_"):
            yield from _iterate_answers(value)


def _parse_measure(each: object) -> Json:
    """Parse one measure of the repeat. Some form tools begin with an empty measure."""
    if not isinstance(each, dict):
        raise InvalidFormSubmission("not_a_form.list", name=MEASURE_ROWS)
    members = {
        name.removeprefix(MEASURE_PREFIX): value
        for name, value in _iterate_answers(each)
        if name.startswith(MEASURE_PREFIX)
    }
    return {name: _parse_value(name, value) for name, value in members.items() if _has_value(value)}


def _has_value(value: object) -> bool:
    return value is not None and value not in ("", [])


def _parse_value(name: str, value: object) -> Any:  # noqa: ANN401 - what JSON can carry
    """Parse several choices as a list and an invalid number as its text; return all other values unchanged."""
    if isinstance(value, InvalidNumber):
        return value.text
    return value.split() if isinstance(value, str) and name in MULTIPLE_CHOICE_COLUMNS else value


MULTIPLE_CHOICE_COLUMNS = {column.name for column in (*COLUMNS.values(), *MEASURE_COLUMNS.values()) if column.several}
