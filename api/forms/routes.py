"""Routes for the spreadsheet and the form of an office, and for filled-in forms."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from api.asked_types import Iso3s
from api.callers import PRIVATE, Caller, Forbidden, KnownCaller
from api.connection import Publishing, Reading
from api.forms.form_answers import FormAnswer, NotAFormAnswer, form_answer
from api.forms.office_files import office_form, office_template
from api.forms.week import office_week
from api.forms.words import language_named
from api.freshness import WEEKDAYS
from api.messages.language import language_of
from api.messages.message import Message
from api.parameters import Parameters, parsed
from api.places import refuse_unknown_places
from api.representation import KEY_IN_PATH, address
from api.settings import settings
from api.submissions.answer import problem_as_json, translate
from api.submissions.door import Refused, submit
from api.submissions.incoming import Incoming
from api.submissions.limits import limits
from api.submissions.raw import Problem, RawSubmission
from api.submissions.reading import XLSX, read
from api.submissions.routes import STATUS
from api.submissions.strict_json import NotJson, read_json
from api.submissions.upload import uploaded
from api.submissions.upload_room import UploadRoom
from api.time_parameters import today
from models.freshness import reporting_week

router = APIRouter()
JSON = "application/json"
HIDDEN = "hidden"
# Maximum for showing a week without `country`: an admin writes for all countries, and no page shows 9,000 points.
MOST_COUNTRIES = 20


class OfficeParameters(Parameters):
    """Query parameters of an office's files."""

    country: Iso3s = Field((), description="ISO 3166-1 alpha-3 codes of the office's own; all of them without it.")


Asked = Annotated[OfficeParameters, Depends(parsed(OfficeParameters))]


@router.get("/office/template.xlsx")
async def read_template(caller: KnownCaller, parameters: Asked, connection: Reading) -> Response:
    """Return the spreadsheet of the week, pre-filled so that sending it back unchanged confirms everything."""
    iso3s = await _countries(connection, caller, parameters)
    day = today()
    body = await office_template(connection, iso3s, language_named(caller.language), day)
    return _file(body, f"crossings-{_named(iso3s)}-{day}.xlsx")


@router.get("/office/form.xlsx")
async def read_form(caller: KnownCaller, parameters: Asked, connection: Reading) -> Response:
    """Return the form for KoboToolbox and ODK, an XLSForm."""
    iso3s = await _countries(connection, caller, parameters)
    body = await office_form(connection, iso3s, language_named(caller.language), dt.datetime.now(dt.UTC))
    return _file(body, f"crossings-{_named(iso3s)}-form.xlsx")


@router.get("/office/week")
async def read_week(caller: KnownCaller, parameters: Asked, connection: Reading) -> Response:
    """Return the week as a JSON document, for the office's page.

    Without `country` the list of points is empty for a key that writes for no country, or for more than
    `MOST_COUNTRIES`.
    """
    names_some = bool(parameters.country) or 0 < len(caller.countries) <= MOST_COUNTRIES
    iso3s = await _countries(connection, caller, parameters) if names_some else []
    day = today()
    week = reporting_week(day, WEEKDAYS.index(settings().crossings_week_ends_on))
    document = await office_week(connection, caller, iso3s, week, day)
    return JSONResponse(jsonable_encoder(document), headers=PRIVATE)


async def _countries(connection: AsyncConnection, caller: Caller, parameters: OfficeParameters) -> list[str]:
    """Resolve the requested countries, by default all that the key may write for. Raise BadParameters or Forbidden."""
    await refuse_unknown_places(connection, parameters.country, ())
    foreign = [iso3 for iso3 in parameters.country if not caller.may_write(iso3)]
    iso3s = sorted(set(parameters.country) or caller.countries)
    if foreign or not iso3s:
        raise Forbidden(f"this key may not write for {', '.join(foreign) or 'any country'}")
    return iso3s


def _named(iso3s: list[str]) -> str:
    return "-".join(iso3s) if len(iso3s) <= 5 else "points"


def _file(body: bytes, name: str) -> Response:
    return Response(body, media_type=XLSX, headers=PRIVATE | {"Content-Disposition": f'attachment; filename="{name}"'})


def hide_key(request: Request) -> None:
    """Hide the key in the request's path (dependency): failed requests are logged with their path."""
    shown = request.scope["path"].replace(request.path_params[KEY_IN_PATH], HIDDEN)
    request.scope["path"], request.scope["raw_path"] = shown, shown.encode()


async def filled_in(request: Request, caller: KnownCaller) -> AsyncIterator[tuple[Incoming, RawSubmission]]:
    """Read a filled-in form as a submission (dependency). Raise Refused, TooLarge or Overloaded."""
    uploads: UploadRoom = request.app.state.uploads
    with uploads.open(caller.office_id) as take:
        body, _, _ = await uploaded(request, limits().largest_bytes, take)
        form = await asyncio.to_thread(_form_answer, body)
        submission = form.submission()
        raw = await asyncio.to_thread(read, submission, JSON, None, limits())
        yield Incoming(submission, JSON, f"form {form.identity}.json", idempotency_key=form.identity), raw


@router.post(f"/hooks/kobo/{{{KEY_IN_PATH}}}", dependencies=[Depends(hide_key)])
@router.post("/hooks/kobo")
async def take_form(
    request: Request,
    form: Annotated[tuple[Incoming, RawSubmission], Depends(filled_in, scope="function")],
    caller: KnownCaller,
    connection: Publishing,
) -> Response:
    """Submit a filled-in form from a tool that sends our header or a password, or has only a configurable address."""
    answer = await submit(connection, caller, *form, dt.datetime.now(dt.UTC))
    headers = PRIVATE | {"Location": address(request, f"/submissions/{answer['id']}")}
    return JSONResponse(translate(answer, language_of(request)), STATUS[answer["state"]], headers)


def _form_answer(body: bytes) -> FormAnswer:
    try:
        return form_answer(read_json(body, limits().most_values))
    except NotAFormAnswer as error:
        raise _refused(error.message) from None
    except NotJson as error:
        raise _refused(error.message, Message("not_a_form.json")) from None


def _refused(*messages: Message) -> Refused:
    problems = [problem_as_json(Problem(message)) for message in messages]
    counts: dict[str, Any] = dict.fromkeys(("rows", "added", "superseded", "unchanged", "rejected"), 0)
    return Refused({"state": "refused", "counts": counts, "problems": problems, "rows": []})
