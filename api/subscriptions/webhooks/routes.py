"""Webhooks over HTTP: an office registers addresses that receive published changes."""

import asyncio
import datetime as dt
from collections import Counter
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.dependencies import PRIVATE, AuthenticatedCaller, Caller
from api.auth.session import ReadConnection, WriteConnection
from api.database.write_queue import Writers
from api.exceptions import NotFound, Overloaded
from api.offices.routes import JsonOnlyQuery, OfficeOperation
from api.offices.schemas import Iso3s, Regions
from api.parameters.operation import JSON
from api.parameters.places import find_unknown_places
from api.parameters.shared import Parameters, build_query_parser
from api.responses.representation import build_page_links, build_url
from api.settings import get_settings
from api.subscriptions.webhooks.signature import derive_signing_secret
from api.subscriptions.webhooks.url_policy import AddressRefused, find_target, parse_webhook_url
from models.accounts.audit_trail import record_audit
from models.accounts.webhook_deliveries import retry_dead_delivery
from models.accounts.webhooks import (
    MAX_DEAD_PER_PAGE,
    add_webhook,
    remove_webhook,
    select_dead_deliveries,
    select_webhooks,
)

LOOKUP_TIMEOUT_S = 5
# A lookup is a thread that may wait half a minute for a name server.
MAX_LOOKUPS, MAX_OFFICE_LOOKUPS = 8, 2
lookups: Counter[int] = Counter()


async def find_address_error(address: str, office_id: int) -> str | None:
    """Return the reason why a webhook must not use the address, or None.

    Raises Overloaded if too many other hosts are being looked up. Hold no connection to the database meanwhile.
    """
    await _wait_for_room(office_id)
    target = find_target(address)
    lookups[office_id] += 1
    target.add_done_callback(lambda _: _release_lookup(office_id))
    try:
        async with asyncio.timeout(LOOKUP_TIMEOUT_S):
            await asyncio.shield(target)
    except AddressRefused as refused:
        return str(refused)
    except TimeoutError:
        return f"the host could not be looked up within {LOOKUP_TIMEOUT_S} seconds"
    return None


async def _wait_for_room(office_id: int) -> None:
    try:
        async with asyncio.timeout(LOOKUP_TIMEOUT_S):
            while lookups.total() >= MAX_LOOKUPS or lookups[office_id] >= MAX_OFFICE_LOOKUPS:  # noqa: ASYNC110 - rare
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise Overloaded("hosts of other webhooks are being looked up", LOOKUP_TIMEOUT_S) from None


def _release_lookup(office_id: int) -> None:
    lookups[office_id] -= 1
    if not lookups[office_id]:
        del lookups[office_id]


router = APIRouter(prefix="/webhooks")
PLACE_FIELDS = {"country": "countries", "region": "regions"}
Json = dict[str, Any]
Number = Annotated[int, Path(ge=1, lt=2**63)]


def _validate_url(text: str) -> str:
    return str(parse_webhook_url(text))


class NewWebhook(BaseModel):
    """Webhook for changes in any of the countries and regions, or everywhere without both."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    url: Annotated[str, AfterValidator(_validate_url), Field(json_schema_extra={"format": "uri"})]
    countries: Iso3s = []
    regions: Regions = []


class DeadParameters(Parameters):
    """Query parameters of the list of failed messages."""

    f: Literal["json"] | None = Field(None, description="Format of the response.")
    after: Annotated[int, Field(ge=1, lt=2**63)] | None = Field(None, description="Page cursor, from a `next` link.")


async def validate_webhook(request: Request, caller: AuthenticatedCaller, new: NewWebhook) -> NewWebhook:
    """Validate the address and the places of the webhook (FastAPI dependency).

    Resolving a host waits for a foreign name server, so it needs no connection and precedes the transaction. Raises
    RequestValidationError, Overloaded.
    """
    writers: Writers = request.app.state.writers
    async with writers.check(caller.office_id) as connection:
        unknown = await find_unknown_places(connection, new.countries, new.regions)
    errors = [(PLACE_FIELDS[place.kind], place.code, place.reason) for place in unknown]
    if error := await find_address_error(new.url, caller.office_id):
        errors.append(("url", new.url, error))
    if errors:
        raise RequestValidationError(
            [{"type": "value_error", "loc": ("body", name), "input": value, "msg": why} for name, value, why in errors]
        )
    return new


ValidWebhook = Annotated[NewWebhook, Depends(validate_webhook)]


@router.get("")
@OfficeOperation("getWebhooks", "Webhooks of the office", answer="WebhookList", role="any")
async def read_webhooks(
    request: Request, caller: AuthenticatedCaller, _: JsonOnlyQuery, connection: ReadConnection
) -> Response:
    rows = (await connection.execute(select_webhooks(caller.office_id))).all()
    return JSONResponse({"webhooks": [_build_webhook(request, row) for row in rows]}, headers=PRIVATE)


@router.post("")
@OfficeOperation(
    "addWebhook",
    "Create a webhook for published changes",
    answer="NewWebhookAnswer",
    takes={JSON: NewWebhook},
    role="any",
    statuses=(201,),
    fails=(409,),
)
async def post_webhook(
    request: Request, caller: AuthenticatedCaller, _: JsonOnlyQuery, new: ValidWebhook, connection: WriteConnection
) -> Response:
    """Create a webhook: only this answer contains its signing secret."""
    places = {"iso3s": new.countries, "regions": new.regions}
    now, most = dt.datetime.now(dt.UTC), get_settings().crossings_webhooks_per_office
    number = await add_webhook(connection, caller.office_id, url=new.url, **places, at=now, most=most)
    await _record_webhook_audit(connection, caller, "webhook.add", number, new.model_dump())
    webhook = await _fetch_webhook(connection, caller, number)
    document = _build_webhook(request, webhook) | {"signing_secret": derive_signing_secret(number)}
    return JSONResponse(document, 201, PRIVATE | {"Location": document["href"]})


@router.delete("/{number}")
@OfficeOperation("removeWebhook", "Remove a webhook", role="any", statuses=(204,))
async def delete_webhook(
    caller: AuthenticatedCaller, _: JsonOnlyQuery, connection: WriteConnection, number: Number
) -> Response:
    await _fetch_webhook(connection, caller, number)
    await remove_webhook(connection, number, dt.datetime.now(dt.UTC))
    await _record_webhook_audit(connection, caller, "webhook.remove", number, {})
    return Response(status_code=204, headers=PRIVATE)


@router.get("/{number}/dead")
@OfficeOperation("getDeadDeliveries", "Failed deliveries", answer="DeadDeliveries", role="any")
async def read_dead(
    request: Request,
    caller: AuthenticatedCaller,
    number: Number,
    parameters: Annotated[DeadParameters, Depends(build_query_parser(DeadParameters))],
    connection: ReadConnection,
) -> Response:
    """Return the dead messages, latest first, each with its last error."""
    await _fetch_webhook(connection, caller, number)
    rows = (await connection.execute(select_dead_deliveries(number, parameters.after))).mappings().all()
    dead = [
        jsonable_encoder(dict(row)) | {"retry": build_url(request, f"/webhooks/{number}/dead/{row['id']}/retry")}
        for row in rows[:MAX_DEAD_PER_PAGE]
    ]
    links = build_page_links(request, dead[-1]["id"] if len(rows) > len(dead) else None)
    return JSONResponse({"dead": dead, "links": links}, headers=PRIVATE)


@router.post("/{number}/dead/{delivery}/retry")
@OfficeOperation("retryDelivery", "Retry a failed delivery", role="any", statuses=(202,))
async def post_retry(
    caller: AuthenticatedCaller, _: JsonOnlyQuery, connection: WriteConnection, number: Number, delivery: Number
) -> Response:
    """Retry a dead message; it is under way when this is answered."""
    await _fetch_webhook(connection, caller, number)
    if not await retry_dead_delivery(connection, number, delivery, dt.datetime.now(dt.UTC)):
        raise NotFound(f"webhook {number} has no failed message {delivery}")
    await _record_webhook_audit(connection, caller, "webhook.retry", number, {"delivery": delivery})
    return Response(status_code=202, headers=PRIVATE)


async def _fetch_webhook(connection: AsyncConnection, caller: Caller, number: int) -> Any:  # noqa: ANN401 - a row
    """Fetch the webhook of the caller's office. Raises NotFound, also for other offices' webhooks."""
    own = (await connection.execute(select_webhooks(caller.office_id, number))).one_or_none()
    if own is None:
        raise NotFound(f"the office {caller.office_code} has no webhook {number}")
    return own


async def _record_webhook_audit(
    connection: AsyncConnection, caller: Caller, action: str, number: int, detail: Json
) -> None:
    now, subject = dt.datetime.now(dt.UTC), f"webhook {number}"
    await record_audit(connection, at=now, api_key_id=caller.key_id, action=action, subject=subject, detail=detail)


def _build_webhook(request: Request, row: Any) -> Json:  # noqa: ANN401 - a row of `select_webhooks`
    href = build_url(request, f"/webhooks/{row.id}")
    return {
        "id": row.id,
        "href": href,
        "url": row.url,
        "countries": row.iso3s,
        "regions": row.regions,
        "created_at": jsonable_encoder(row.created_at),
        "last_delivered_at": jsonable_encoder(row.last_delivered_at),
        "failing_since": jsonable_encoder(row.failing_since),
        "last_attempt_s": row.last_attempt_s,
        "waiting": row.waiting,
        "dead": row.dead,
        "links": [{"rel": "dead", "type": "application/json", "href": f"{href}/dead"}],
    }
