"""A feature in a request body, whole or partial: read and checked without the current item."""

import math
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from api.callers import Caller, KnownCaller
from api.collections import Collection
from api.database_failures import failure_of
from api.fields import all_fields_of
from api.messages.shown_text import shown
from api.parameters import parsed
from api.point_change import PatchParameters
from api.submissions.raw import UnsupportedForm
from api.submissions.strict_json import NotJson, Number, WithDoubles, read_json, written
from api.submissions.upload import uploaded
from api.submissions.upload_room import UploadRoom
from api.transactions.allowed import FEATURE_FORMS, MERGE_PATCH, EditableCollection
from api.writers import Writers
from geo.crs import CRS84, Crs, UnknownCrs, as_stored, crs_of

LARGEST_BYTES = 1_000_000
MOST_VALUES = 10_000
EditParameters = Annotated[PatchParameters, Depends(parsed(PatchParameters))]
Place = tuple[str, str]
Json = dict[str, Any]


class BadFeature(ValueError):
    """A feature that cannot be used; `errors` has each property, its value and the reason."""

    def __init__(self, *errors: tuple[str, object, str]) -> None:
        self.errors = [
            {"property": name, "value": shown(_text(value)), "reason": reason} for name, value, reason in errors
        ]
        super().__init__("; ".join(f"{each['property']}={each['value']}: {each['reason']}" for each in self.errors))


@dataclass(frozen=True, slots=True)
class SentFeature:
    """A feature of a request: `properties` as sent, a null as None; `place` is longitude and latitude, or None.

    `identity` is the body, to the byte, with the coordinate system.
    """

    properties: Json
    place: Place | None
    identifier: object
    identity: bytes


async def sent_feature(
    request: Request,
    collection: EditableCollection,
    caller: KnownCaller,
    _parameters: EditParameters,
) -> SentFeature:
    """Read the feature of a request that creates, replaces or changes an item, before the write lock (dependency).

    Raise BadFeature, UnsupportedForm, TooLarge or Overloaded.
    """
    is_patch = request.method == "PATCH"
    _refuse_other_forms(request, (MERGE_PATCH, *FEATURE_FORMS) if is_patch else FEATURE_FORMS)
    uploads: UploadRoom = request.app.state.uploads
    with uploads.open(caller.office_id) as take:
        body, _, _ = await uploaded(request, LARGEST_BYTES, take)
    document = _document(body)
    if document.get("type", "Feature" if is_patch else None) != "Feature":
        raise BadFeature(("type", document.get("type"), "is not Feature: one feature is sent at a time"))
    properties = document.get("properties")
    if not isinstance(properties, dict | None):
        raise BadFeature(("properties", properties, "have to be an object"))
    _refuse_unknown(properties or {}, collection)
    crs = _content_crs(request)
    place = await _place(request.app.state.writers, caller, document.get("geometry"), crs)
    return SentFeature(properties or {}, place, document.get("id"), f"{crs.uri}\n".encode() + body)


Sent = Annotated[SentFeature, Depends(sent_feature)]


def _refuse_other_forms(request: Request, forms: tuple[str, ...]) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in forms:
        key = "unsupported.edit" if media_type else "unsupported.edit_without_media_type"
        raise UnsupportedForm(key, media_type=media_type, forms=forms)


def _document(body: bytes) -> Json:
    try:
        document = read_json(body, MOST_VALUES)
    except NotJson as fault:
        raise BadFeature(("body", "", str(fault))) from None
    if not isinstance(document, dict):
        raise BadFeature(("body", "", "has to be a JSON object"))
    for members in (document, document.get("properties")):
        if isinstance(members, WithDoubles):
            raise BadFeature(*((name, "", "is given twice") for name in members.twice))
    return document


def _refuse_unknown(properties: Json, collection: Collection) -> None:
    known = all_fields_of(collection)
    unknown = [(name, value, f"is no property of {collection.id}") for name, value in properties.items()]
    if wrong := [each for each in unknown if each[0] not in known]:
        raise BadFeature(*wrong)


def _content_crs(request: Request) -> Crs:
    """Parse the coordinate system (Part 4, and Part 2, 6.4): the address in brackets, as in responses."""
    header = request.headers.get("content-crs", "").strip().removeprefix("<").removesuffix(">")
    try:
        return crs_of(header) if header else CRS84
    except UnknownCrs as fault:
        raise BadFeature(("Content-Crs", header, str(fault))) from None


async def _place(writers: Writers, caller: Caller, geometry: object, crs: Crs) -> Place | None:
    """Return longitude and latitude; an altitude is ignored."""
    if geometry is None:
        return None
    coordinates = geometry.get("coordinates") if isinstance(geometry, dict) else None
    is_point = isinstance(geometry, dict) and geometry.get("type") == "Point"
    if not is_point or not isinstance(coordinates, list) or not 2 <= len(coordinates) <= 3:
        raise BadFeature(("geometry", geometry, "has to be a Point with two coordinates, or null"))
    if not all(isinstance(each, Number) for each in coordinates):
        raise BadFeature(("geometry", geometry, "has a coordinate that is no number"))
    first, second = coordinates[:2]
    if crs.is_stored:
        return (second, first) if crs.north_first else (first, second)
    return await _put_back(writers, caller, float(first), float(second), crs)


async def _put_back(writers: Writers, caller: Caller, first: float, second: float, crs: Crs) -> Place:
    kept = as_stored(func.ST_MakePoint(first, second), crs).label("kept")
    place = select(kept).subquery()
    coordinates = select(func.ST_X(place.c.kept), func.ST_Y(place.c.kept))
    try:
        async with writers.check(caller.office_id) as connection, connection.begin_nested():
            longitude, latitude = (await connection.execute(coordinates)).one()
    except DBAPIError as error:
        # A busy database is no error of the place.
        if (failure := failure_of(error)) and failure.status == 503:
            raise
        longitude = latitude = math.inf
    if not (math.isfinite(longitude) and math.isfinite(latitude)):
        raise BadFeature(("geometry", f"{first}, {second}", f"lies nowhere in {crs.name}"))
    # A hundred-millionth of a degree is a millimetre: further digits come from the arithmetic.
    return f"{longitude:.8f}", f"{latitude:.8f}"


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else written(value)
