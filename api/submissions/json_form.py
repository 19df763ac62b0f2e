"""Reader of a weekly update in JSON: a list of rows, an object with the list `rows`, or GeoJSON."""

from api.messages.message import Message
from api.submissions.geojson_form import FEATURE_COLLECTION, convert_features
from api.submissions.json_rows import read_json_rows
from api.submissions.limits import Limits
from api.submissions.problem_list import ProblemList
from api.submissions.raw import RawSubmission
from api.submissions.strict_json import DuplicateMembers, InvalidJson, read_json

ROWS_MEMBER = "rows"


def read_json_submission(body: bytes, limits: Limits) -> RawSubmission:
    """Read the rows of a JSON or GeoJSON file. Raises TooLarge."""
    problems = ProblemList()
    try:
        document = read_json(body, limits.max_values)
    except InvalidJson as fault:
        problems.add(fault.message)
        return RawSubmission((), problems.list_all())
    rows = read_json_rows(_select_items(document, problems), problems, limits)
    return RawSubmission(tuple(rows), problems.list_all())


def _select_items(document: object, problems: ProblemList) -> list[object]:
    if isinstance(document, list):
        return document
    if isinstance(document, dict):
        _refuse_duplicate_members(document, problems)
        if document.get("type") == FEATURE_COLLECTION:
            return convert_features(document, problems)
        if isinstance(document.get(ROWS_MEMBER), list):
            _refuse_unknown_members(document, problems)
            rows: list[object] = document[ROWS_MEMBER]
            return rows
    problems.add(Message("no_rows.document"))
    return []


def _refuse_duplicate_members(document: dict[str, object], problems: ProblemList) -> None:
    for name in document.twice if isinstance(document, DuplicateMembers) else ():
        problems.add(Message("member_twice.document", name=name), column=name)


def _refuse_unknown_members(document: dict[str, object], problems: ProblemList) -> None:
    for name in document.keys() - {ROWS_MEMBER}:
        problems.add(Message("unknown_member", name=name), column=name)
