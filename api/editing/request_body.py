"""A feature in a request body, whole or partial: read and checked without the current item."""

import math
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from api.auth.dependencies import AuthenticatedCaller, Caller
from api.collections.properties import get_properties
from api.collections.registry import Collection
from api.database.errors import find_failure
from api.database.write_queue import Writers
from api.editing.options import FEATURE_MEDIA_TYPES, MERGE_PATCH, EditableCollection
from api.messages.shown_text import sanitize_text
from api.parameters.shared import build_query_parser
from api.register.patch import PatchParameters
from api.submissions.readers.strict_json import DuplicateMembers, InvalidJson, JsonNumber, read_json, serialize_json
from api.submissions.rows import UnsupportedForm
from api.submissions.upload import read_upload
from api.submissions.upload_space import UploadMemory
from geo.crs import CRS84, Crs, UnknownCrs, parse_crs, transform_to_stored

MAX_BYTES = 1_000_000
MAX_VALUES = 10_000
EditParameters = Annotated[PatchParameters, Depends(build_query_parser(PatchParameters))]
Place = tuple[str, str]
Json = dict[str, Any]


class InvalidFeature(ValueError):
    """Invalid feature; `errors` has each property, its value and the reason."""

    def __init__(self, *errors: tuple[str, object, str]) -> None:
        self.errors = [
            {"property": name, "value": sanitize_text(_format_value(value)), "reason": reason}
            for name, value, reason in errors
        ]
        super().__init__("; ".join(f"{each['property']}={each['value']}: {each['reason']}" for each in self.errors))


@dataclass(frozen=True, slots=True)
class FeatureBody:
    """A feature of a request: `properties` as sent, a null as None; `place` is longitude and latitude, or None.

    `identity` is the body, to the byte, with the coordinate system.
    """

    properties: Json
    place: Place | None
    identifier: object
    identity: bytes


async def read_feature_body(
    request: Request,
    collection: EditableCollection,
    caller: AuthenticatedCaller,
    _parameters: EditParameters,
) -> FeatureBody:
    """Read the feature of a request that creates, replaces or changes an item, before the write lock (dependency).

    Raise BadFeature, UnsupportedForm, TooLarge or Overloaded.
    """
    is_patch = request.method == "PATCH"
    _refuse_other_media_types(request, (MERGE_PATCH, *FEATURE_MEDIA_TYPES) if is_patch else FEATURE_MEDIA_TYPES)
    uploads: UploadMemory = request.app.state.uploads
    with uploads.open(caller.office_id) as take:
        body, _, _ = await read_upload(request, MAX_BYTES, take)
    document = _parse_document(body)
    if document.get("type", "Feature" if is_patch else None) != "Feature":
        raise InvalidFeature(("type", document.get("type"), "must be Feature; send one feature per request"))
    properties = document.get("properties")
    if not isinstance(properties, dict | None):
        raise InvalidFeature(("properties", properties, "must be an object"))
    _refuse_unknown(properties or {}, collection)
    crs = _parse_content_crs(request)
    place = await _parse_place(request.app.state.writers, caller, document.get("geometry"), crs)
    return FeatureBody(properties or {}, place, document.get("id"), f"{crs.uri}\n".encode() + body)


RequestFeature = Annotated[FeatureBody, Depends(read_feature_body)]


def _refuse_other_media_types(request: Request, forms: tuple[str, ...]) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in forms:
        key = "unsupported.edit" if media_type else "unsupported.edit_without_media_type"
        raise UnsupportedForm(key, media_type=media_type, forms=forms)


def _parse_document(body: bytes) -> Json:
    try:
        document = read_json(body, MAX_VALUES)
    except InvalidJson as fault:
        raise InvalidFeature(("body", "", str(fault))) from None
    if not isinstance(document, dict):
        raise InvalidFeature(("body", "", "must be a JSON object"))
    for members in (document, document.get("properties")):
        if isinstance(members, DuplicateMembers):
            raise InvalidFeature(*((name, "", "is repeated") for name in members.twice))
    return document


def _refuse_unknown(properties: Json, collection: Collection) -> None:
    known = get_properties(collection)
    unknown = [(name, value, f"unknown property of {collection.id}") for name, value in properties.items()]
    if wrong := [each for each in unknown if each[0] not in known]:
        raise InvalidFeature(*wrong)


def _parse_content_crs(request: Request) -> Crs:
    """Parse the coordinate system (Part 4, and Part 2, 6.4): the address in brackets, as in responses."""
    header = request.headers.get("content-crs", "").strip().removeprefix("<").removesuffix(">")
    try:
        return parse_crs(header) if header else CRS84
    except UnknownCrs as fault:
        raise InvalidFeature(("Content-Crs", header, str(fault))) from None


async def _parse_place(writers: Writers, caller: Caller, geometry: object, crs: Crs) -> Place | None:
    """Return longitude and latitude; an altitude is ignored."""
    if geometry is None:
        return None
    coordinates = geometry.get("coordinates") if isinstance(geometry, dict) else None
    is_point = isinstance(geometry, dict) and geometry.get("type") == "Point"
    if not is_point or not isinstance(coordinates, list) or not 2 <= len(coordinates) <= 3:
        raise InvalidFeature(("geometry", geometry, "must be a Point with two coordinates, or null"))
    if not all(isinstance(each, JsonNumber) for each in coordinates):
        raise InvalidFeature(("geometry", geometry, "has a coordinate that is not a number"))
    first, second = coordinates[:2]
    if crs.is_stored:
        return (second, first) if crs.north_first else (first, second)
    return await _transform_place(writers, caller, float(first), float(second), crs)


async def _transform_place(writers: Writers, caller: Caller, first: float, second: float, crs: Crs) -> Place:
    kept = transform_to_stored(func.ST_MakePoint(first, second), crs).label("kept")
    place = select(kept).subquery()
    coordinates = select(func.ST_X(place.c.kept), func.ST_Y(place.c.kept))
    try:
        async with writers.check(caller.office_id) as connection, connection.begin_nested():
            longitude, latitude = (await connection.execute(coordinates)).one()
    except DBAPIError as error:
        # A busy database is no error of the place.
        if (failure := find_failure(error)) and failure.status == 503:
            raise
        longitude = latitude = math.inf
    if not (math.isfinite(longitude) and math.isfinite(latitude)):
        raise InvalidFeature(("geometry", f"{first}, {second}", f"is outside the area of {crs.name}"))
    # A hundred-millionth of a degree is a millimetre: further digits come from the arithmetic.
    return f"{longitude:.8f}", f"{latitude:.8f}"


def _format_value(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else serialize_json(value)
