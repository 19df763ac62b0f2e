"""Routes for the spreadsheet and the form of an office, and for filled-in forms."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from api.analysis.freshness import WEEKDAYS
from api.auth.dependencies import PRIVATE, AuthenticatedCaller, Caller, Forbidden
from api.auth.session import PublishConnection, ReadConnection
from api.messages.message import Message
from api.parameters.places import refuse_unknown_places
from api.parameters.shared import Parameters, build_query_parser
from api.parameters.types import Iso3s
from api.responses.language import negotiate_language
from api.responses.representation import KEY_IN_PATH, build_url
from api.settings import get_settings
from api.submissions.forms.files import build_office_form, build_office_template
from api.submissions.forms.odk_submission import FormSubmission, InvalidFormSubmission, parse_form_submission
from api.submissions.forms.translations import parse_language
from api.submissions.limits import get_limits
from api.submissions.problems import Problem
from api.submissions.readers.registry import XLSX, read_submission
from api.submissions.readers.strict_json import InvalidJson, read_json
from api.submissions.response import STATUS_CODES, UPDATE_STATUSES, UpdateOperation
from api.submissions.result import serialize_problem, translate_answer
from api.submissions.rows import RawSubmission
from api.submissions.service import Refused, submit
from api.submissions.submission import IncomingSubmission
from api.submissions.upload import read_upload
from api.submissions.upload_space import UploadMemory
from api.values.datetimes import get_today
from models.queries.due_points import find_reporting_week, is_due
from models.queries.office_week import select_office_week
from models.tables.bitemporal import Days

Json = dict[str, Any]
REGISTER_COLUMNS = (
    *("name", "poe_type", "longitude", "latitude", "last_assessed"),
    *("opening_hours", "evidence", "counterpart"),
)
STATUS_COLUMNS = ("operational_status", "expected_duration", "announced_end", "confidence")


async def build_office_week(
    connection: AsyncConnection, caller: Caller, iso3s: Sequence[str], week: Days, today: dt.date
) -> Json:
    """Build the document."""
    statement = select_office_week(iso3s, today)
    statement = statement.add_columns(is_due(statement.selected_columns.last_assessed, week.first).label("is_due"))
    points = (await connection.execute(statement)).all() if iso3s else []
    return {
        "office": _format_office(caller),
        "today": today,
        "week": {"first": week.first, "last": week.last},
        "points": [_format_point(point) for point in points],
    }


def _format_office(caller: Caller) -> Json:
    return {
        "code": caller.office_code,
        "name": caller.office_name,
        "language": caller.language,
        "role": caller.role,
        "needs_review": caller.needs_review,
        "countries": sorted(caller.countries),
    }


def _format_point(row: Row[*tuple[Any, ...]]) -> Json:
    names = {"point": row.code, "country": row.iso3, "other_country": row.other_iso3}
    entry = names | {name: getattr(row, name) for name in REGISTER_COLUMNS}
    state = None if row.operational_status is None else _format_current_state(row)
    return entry | {"is_due": row.is_due, "believed": state}


def _format_current_state(row: Row[*tuple[Any, ...]]) -> Json:
    """Format the current state in the columns of an update; `affected_populations` omits populations that a measure
    names.
    """
    named = {code for each in row.measure_rows if not each["is_exception"] for code in each["affected_populations"]}
    until = row.valid_to - dt.timedelta(days=1) if row.valid_to else None
    return {
        "valid_from": row.valid_from,
        "valid_until": until,
        **{name: getattr(row, name) for name in STATUS_COLUMNS},
        "affected_populations": sorted(set(row.affected_populations) - named),
        "measures": row.measure_rows,
    }


router = APIRouter()
JSON = "application/json"
HIDDEN_KEY = "hidden"
# Maximum for showing a week without `country`: an admin writes for all countries, and no page shows 9,000 points.
MAX_COUNTRIES = 20


class OfficeParameters(Parameters):
    """Query parameters of an office's files."""

    country: Iso3s = Field((), description="ISO 3166-1 alpha-3 codes of the office's countries; default: all.")


OfficeQuery = Annotated[OfficeParameters, Depends(build_query_parser(OfficeParameters))]


@router.get("/office/week")
@UpdateOperation(
    "getOfficeWeek",
    "The week's points, with their current status",
    answer="OfficeWeek",
    fails=(403,),
)
async def get_office_week(caller: AuthenticatedCaller, parameters: OfficeQuery, connection: ReadConnection) -> Response:
    """Return the week as a JSON document, for the office's page.

    Without `country` the list of points is empty for a key that writes for no country, or for more than
    `MAX_COUNTRIES`.
    """
    names_some = bool(parameters.country) or 0 < len(caller.countries) <= MAX_COUNTRIES
    iso3s = await _resolve_countries(connection, caller, parameters) if names_some else []
    day = get_today()
    week = find_reporting_week(day, WEEKDAYS.index(get_settings().crossings_week_ends_on))
    document = await build_office_week(connection, caller, iso3s, week, day)
    return JSONResponse(jsonable_encoder(document), headers=PRIVATE)


@router.get("/office/template.xlsx")
@UpdateOperation("getOfficeTemplate", "The week's prefilled spreadsheet", gives=(XLSX,), fails=(403,))
async def get_office_template(
    caller: AuthenticatedCaller, parameters: OfficeQuery, connection: ReadConnection
) -> Response:
    """Return the spreadsheet of the week, pre-filled so that sending it back unchanged confirms everything."""
    iso3s = await _resolve_countries(connection, caller, parameters)
    day = get_today()
    body = await build_office_template(connection, iso3s, parse_language(caller.language), day)
    return _build_file_response(body, f"crossings-{_format_countries(iso3s)}-{day}.xlsx")


@router.get("/office/form.xlsx")
@UpdateOperation("getOfficeForm", "The form for KoboToolbox and ODK", gives=(XLSX,), fails=(403,))
async def get_office_form(caller: AuthenticatedCaller, parameters: OfficeQuery, connection: ReadConnection) -> Response:
    """Return the form for KoboToolbox and ODK, an XLSForm."""
    iso3s = await _resolve_countries(connection, caller, parameters)
    body = await build_office_form(connection, iso3s, parse_language(caller.language), dt.datetime.now(dt.UTC))
    return _build_file_response(body, f"crossings-{_format_countries(iso3s)}-form.xlsx")


async def _resolve_countries(connection: AsyncConnection, caller: Caller, parameters: OfficeParameters) -> list[str]:
    """Resolve the requested countries, by default all that the key may write for. Raise BadParameters or Forbidden."""
    await refuse_unknown_places(connection, parameters.country, ())
    foreign = [iso3 for iso3 in parameters.country if not caller.may_write(iso3)]
    iso3s = sorted(set(parameters.country) or caller.countries)
    if foreign or not iso3s:
        raise Forbidden(f"this key may not write for {', '.join(foreign) or 'any country'}")
    return iso3s


def _format_countries(iso3s: list[str]) -> str:
    return "-".join(iso3s) if len(iso3s) <= 5 else "points"


def _build_file_response(body: bytes, name: str) -> Response:
    return Response(body, media_type=XLSX, headers=PRIVATE | {"Content-Disposition": f'attachment; filename="{name}"'})


def hide_key(request: Request) -> None:
    """Hide the key in the request's path (dependency): failed requests are logged with their path."""
    shown = request.scope["path"].replace(request.path_params[KEY_IN_PATH], HIDDEN_KEY)
    request.scope["path"], request.scope["raw_path"] = shown, shown.encode()


async def read_form_submission(
    request: Request, caller: AuthenticatedCaller
) -> AsyncIterator[tuple[IncomingSubmission, RawSubmission]]:
    """Read a filled-in form as a submission (dependency). Raise Refused, TooLarge or Overloaded."""
    uploads: UploadMemory = request.app.state.uploads
    with uploads.open(caller.office_id) as take:
        body, _, _ = await read_upload(request, get_limits().max_bytes, take)
        form = await asyncio.to_thread(_parse_form, body)
        submission = form.encode_submission()
        raw = await asyncio.to_thread(read_submission, submission, JSON, None, get_limits())
        yield IncomingSubmission(submission, JSON, f"form {form.identity}.json", idempotency_key=form.identity), raw


ReadFormSubmission = Annotated[
    tuple[IncomingSubmission, RawSubmission], Depends(read_form_submission, scope="function")
]
FORM_SUBMISSION: Json = {
    "answer": "SubmissionAnswer",
    "takes": {JSON: "FormAnswer"},
    "statuses": UPDATE_STATUSES,
    "fails": (422,),
}


@router.post("/hooks/kobo")
@UpdateOperation("postFormAnswer", "A completed form", **FORM_SUBMISSION)
async def post_form(
    request: Request, form: ReadFormSubmission, caller: AuthenticatedCaller, connection: PublishConnection
) -> Response:
    """Submit a filled-in form from a tool that sends our header or a password."""
    return await _submit_form(request, form, caller, connection)


@router.post(f"/hooks/kobo/{{{KEY_IN_PATH}}}", dependencies=[Depends(hide_key)])
@UpdateOperation("postFormAnswerByAddress", "A completed form, with the key in the address", **FORM_SUBMISSION)
async def post_form_by_address(
    request: Request, form: ReadFormSubmission, caller: AuthenticatedCaller, connection: PublishConnection
) -> Response:
    """Submit a filled-in form from a tool that has a setting for the address only."""
    return await _submit_form(request, form, caller, connection)


async def _submit_form(
    request: Request,
    form: tuple[IncomingSubmission, RawSubmission],
    caller: Caller,
    connection: AsyncConnection,
) -> Response:
    answer = await submit(connection, caller, *form, dt.datetime.now(dt.UTC))
    headers = PRIVATE | {"Location": build_url(request, f"/submissions/{answer['id']}")}
    return JSONResponse(translate_answer(answer, negotiate_language(request)), STATUS_CODES[answer["state"]], headers)


def _parse_form(body: bytes) -> FormSubmission:
    try:
        return parse_form_submission(read_json(body, get_limits().max_values))
    except InvalidFormSubmission as error:
        raise _build_refusal(error.message) from None
    except InvalidJson as error:
        raise _build_refusal(error.message, Message("not_a_form.json")) from None


def _build_refusal(*messages: Message) -> Refused:
    problems = [serialize_problem(Problem(message)) for message in messages]
    counts: dict[str, Any] = dict.fromkeys(("rows", "added", "superseded", "unchanged", "rejected"), 0)
    return Refused({"state": "refused", "counts": counts, "problems": problems, "rows": []})
