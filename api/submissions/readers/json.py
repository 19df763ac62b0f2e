"""Reader of a weekly update in JSON: a list of rows, an object with the list `rows`, or GeoJSON."""

from api.messages.message import Message
from api.submissions.limits import Limits
from api.submissions.problems import ProblemList
from api.submissions.readers.json_rows import parse_row_number, read_json_rows
from api.submissions.readers.strict_json import DuplicateMembers, InvalidJson, JsonNumber, Members, read_json
from api.submissions.rows import RawSubmission

FEATURE_COLLECTION = "FeatureCollection"
# Names of GeoJSON's first edition, which QGIS still writes. Coordinates in another system would be misread.
SUPPORTED_CRS_SUFFIXES = ("CRS84", "EPSG::4326", "EPSG:4326", "EPSG:0:4326")


def convert_features(collection: Members, problems: ProblemList) -> list[object]:
    """Convert each feature to the members of a row; problems of a geometry get the row's number."""
    features = collection.get("features")
    if not isinstance(features, list):
        problems.add(Message("no_rows.features"))
        return []
    if not _is_longitude_latitude(collection.get("crs")):
        problems.add(Message("unknown_crs"))
        return []
    return [_convert_feature(feature, place, problems) for place, feature in enumerate(features, start=1)]


def _convert_feature(feature: object, place: int, problems: ProblemList) -> object:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        problems.add(Message("not_a_feature"), row=place)
        return {}
    properties = feature.get("properties")
    if not isinstance(properties, dict | None):
        problems.add(Message("not_an_object.properties"), row=place)
        return {}
    members = properties or {}
    number = parse_row_number(members, place) or place
    added = _read_coordinates(feature.get("geometry"), number, problems) | _read_point_code(feature.get("id"))
    _refuse_other_coordinates(members, added, number, problems)
    missing = {name: value for name, value in added.items() if members.get(name) in (None, "")}
    together = {**members, **missing}
    return DuplicateMembers(together, members.twice) if isinstance(members, DuplicateMembers) else together


def _read_point_code(identifier: object) -> Members:
    """Return the feature's identifier as the code of its point; a code in the properties has precedence."""
    return {"point": identifier} if isinstance(identifier, str) else {}


def _read_coordinates(geometry: object, number: int, problems: ProblemList) -> Members:
    """Read longitude and latitude; ignore an altitude after them."""
    if geometry is None:
        return {}
    if not isinstance(geometry, dict) or geometry.get("type") != "Point":
        problems.add(Message("not_a_point"), row=number)
        return {}
    coordinates = geometry.get("coordinates")
    if not isinstance(coordinates, list) or not 2 <= len(coordinates) <= 3 or not _is_numeric(coordinates):
        problems.add(Message("not_a_point.coordinates"), row=number)
        return {}
    return {"longitude": coordinates[0], "latitude": coordinates[1]}


def _is_numeric(coordinates: list[object]) -> bool:
    return all(isinstance(each, JsonNumber) for each in coordinates)


def _refuse_other_coordinates(members: Members, added: Members, number: int, problems: ProblemList) -> None:
    for name in ("longitude", "latitude"):
        given, drawn = members.get(name), added.get(name)
        if given not in (None, "") and drawn is not None and str(given) != str(drawn):
            message = Message("two_places", name=name, drawn=str(drawn), given=str(given))
            problems.add(message, row=number, column=name, value=str(given))


def _is_longitude_latitude(crs: object) -> bool:
    if crs is None:
        return True
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return isinstance(name, str) and name.endswith(SUPPORTED_CRS_SUFFIXES)


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
