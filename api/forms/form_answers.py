"""A filled-in form as form tools send it, turned into a submission.

KoboToolbox's REST service sends flat JSON with the path of each question ("what_holds/valid_from"), ODK Central gives
OData, with an object for each group. In both, several choices are one text with spaces between, a repeat is a list,
and what is not an answer begins with an underscore or is under `meta`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from api.forms.weekly import ASKED, EACH
from api.messages.message import MessageError
from api.submissions.columns import COLUMNS, MEASURE_COLUMNS
from api.submissions.json_rows import MEASURE_ROWS
from api.submissions.strict_json import NoNumber

Json = dict[str, Any]
NOT_EXPANDED = f"{MEASURE_ROWS}@odata.navigationLink"
IDENTITY = re.compile(r"[A-Za-z0-9._:-]{1,100}")
IDENTITIES = ("instanceID", "_uuid", "__id")


class NotAFormAnswer(MessageError):
    """What came is not one filled-in form; the message says what it lacks."""


@dataclass(frozen=True, slots=True)
class FormAnswer:
    """One filled-in form: a row by column names, and the identity that the form tool gave it when it was saved.

    A form tool gives another identity to what was edited after it was sent, so that is news.
    """

    identity: str
    row: Json

    def submission(self) -> bytes:
        """The row as a submission in JSON, the same bytes whenever the same answers are delivered.

        What form tools add to the answers (a validation status, an attachment's address that expires) changes from
        one delivery to the next, and would make a repeated delivery look like another body under the same key.
        """
        # Half of a surrogate pair passes here, and is refused where the bytes are read.
        return json.dumps({"rows": [self.row]}, ensure_ascii=False, sort_keys=True).encode(errors="surrogatepass")


def form_answer(document: object) -> FormAnswer:
    """The one filled-in form in the document. Raises NotAFormAnswer."""
    answers = dict(_answers(_only_one(document)))
    identity = next((str(answers[name]) for name in IDENTITIES if answers.get(name)), "")
    if not IDENTITY.fullmatch(identity):
        raise NotAFormAnswer("not_a_form.identity")
    if NOT_EXPANDED in answers and not isinstance(answers.get(MEASURE_ROWS), list):
        raise NotAFormAnswer("not_a_form.expand")
    row = {name: _value(name, answers[name]) for name in ASKED if _is_given(answers.get(name))}
    measures = [measure for each in answers.get(MEASURE_ROWS) or [] if (measure := _measure(each))]
    return FormAnswer(identity.removeprefix("uuid:"), row | ({MEASURE_ROWS: measures} if measures else {}))


def _only_one(document: object) -> Json:
    """The form itself: ODK Central's OData has it as the only one in the list `value`."""
    if isinstance(document, dict) and isinstance(document.get("value"), list):
        forms = document["value"]
        if len(forms) != 1:
            raise NotAFormAnswer("not_a_form.several", count=len(forms))
        document = forms[0]
    if not isinstance(document, dict):
        raise NotAFormAnswer("not_a_form")
    return document


def _answers(group: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each answer under the last part of its path, for only groups come before it."""
    for path, value in group.items():
        if not isinstance(value, dict):
            yield path.rpartition("/")[2], value
        elif not path.startswith("_"):
            yield from _answers(value)


def _measure(each: object) -> Json:
    """One measure of the repeat; some form tools begin with an empty one."""
    if not isinstance(each, dict):
        raise NotAFormAnswer("not_a_form.list", name=MEASURE_ROWS)
    given = {name.removeprefix(EACH): value for name, value in _answers(each) if name.startswith(EACH)}
    return {name: _value(name, value) for name, value in given.items() if _is_given(value)}


def _is_given(value: object) -> bool:
    return value is not None and value not in ("", [])


def _value(name: str, value: object) -> Any:  # noqa: ANN401 - what JSON can carry
    """Several choices as a list, what is no number as it stood, all else as it is."""
    if isinstance(value, NoNumber):
        return value.text
    return value.split() if isinstance(value, str) and name in SEVERAL else value


SEVERAL = {column.name for column in (*COLUMNS.values(), *MEASURE_COLUMNS.values()) if column.several}
