"""Every operation of the service but those of the collections, as /api lists them."""

from dataclasses import dataclass
from typing import Any, Literal

from api.accessibility_parameters import AccessibilityParameters
from api.audit import AuditParameters
from api.crossings import CrossingsParameters
from api.feed import ChangesParameters
from api.forms.routes import OfficeParameters
from api.freshness import DueParameters, FreshnessParameters
from api.map_page import MapParameters
from api.nearest import NearestParameters
from api.office_page import OfficePageParameters
from api.offices import JsonOnly
from api.parameters import DayParameters, Parameters
from api.point_change import PatchParameters
from api.reports.asked import ReportParameters
from api.representation import GEOJSON, OPENAPI, STYLE
from api.signals import SignalsParameters
from api.statistics_parameters import StatisticsParameters
from api.styles.routes import BasemapParameters
from api.submissions.posted import PostParameters
from api.submissions.reading import ODS, XLSX
from api.submissions.routes import ListParameters
from api.webhooks import DeadParameters

JSON, HTML, CSV, MERGE_PATCH = "application/json", "text/html", "text/csv", "application/merge-patch+json"
ATOM, MVT = "application/atom+xml", "application/vnd.mapbox-vector-tile"
PDF = "application/pdf"
PAGE = (JSON, HTML)
UPDATE = (JSON, GEOJSON, CSV, XLSX, ODS, "application/vnd.ms-excel", "multipart/form-data")
PATCHES = (MERGE_PATCH, JSON)
# Headers by which a write happens once, and not over what somebody else wrote meanwhile.
ONCE = ("Idempotency-Key", "If-Match")
Role = Literal["anyone", "any", "reviewer", "admin"]
Method = Literal["get", "post", "put", "patch", "delete"]


@dataclass(frozen=True, slots=True)
class Operation:
    """What is asked by a method of a path: `takes` are the forms of its body, `gives` those of its answer.

    An operation of a `role` needs a key; "anyone" needs none.
    """

    method: Method
    path: str
    tag: str
    summary: str
    parameters: type[Parameters] | None = None
    gives: tuple[str, ...] = (JSON,)
    takes: tuple[str, ...] = ()
    role: Role = "anyone"
    status: int = 200
    headers: tuple[str, ...] = ()


def _reading(path: str, summary: str, parameters: type[Parameters] | None = Parameters, *gives: str) -> Operation:
    return Operation("get", path, "Reading", summary, parameters, gives or PAGE)


def _update(method: Method, path: str, summary: str, *parameters: type[Parameters], **more: Any) -> Operation:  # noqa: ANN401
    asked = parameters[0] if parameters else JsonOnly
    return Operation(method, path, "Weekly updates", summary, **{"parameters": asked, "role": "any", **more})


def _office(method: Method, path: str, summary: str, role: Role = "admin", **more: Any) -> Operation:  # noqa: ANN401
    return Operation(method, path, "Offices", summary, **{"parameters": JsonOnly, "role": role, **more})


OPERATIONS = (
    _reading("/", "Landing page; what items take may be given, and is passed on in its links"),
    _reading("/conformance", "Standards that the service conforms to"),
    _reading("/collections", "Collections; what items take may be given, and is passed on in their links"),
    _reading("/codes", "Every code, with label and definition"),
    _reading("/codes/{name}", "One list of codes"),
    _reading("/regions", "Regions and their countries on a day", DayParameters),
    _reading("/sources", "Sources and licences"),
    _reading("/functions", "Functions that a filter may call"),
    _reading("/freshness", "Points by weeks since their last assessment", FreshnessParameters),
    _reading("/map", "The web map", MapParameters, HTML),
    _reading("/office", "The page on which an office says its week", OfficePageParameters, HTML),
    _reading("/styles", "Styles for web maps", Parameters, JSON),
    _reading("/styles/basemap", "Style of the basemap", BasemapParameters, STYLE),
    _reading("/tileMatrixSets", "How tiles divide the world", Parameters, JSON),
    _reading("/tileMatrixSets/{name}", "One such division", Parameters, JSON),
    _reading("/statistics", "Counts and shares of points", StatisticsParameters, JSON, CSV, HTML),
    _reading("/crossings", "Crossings from one country to another", CrossingsParameters, GEOJSON, HTML),
    _reading("/nearest", "The nearest points that let people through", NearestParameters, GEOJSON, HTML),
    _reading("/accessibility", "How much of the entry to countries is open", AccessibilityParameters, JSON, CSV, HTML),
    _reading("/signals", "Countries whose points change fastest", SignalsParameters, JSON, CSV, HTML),
    _reading("/reports", "Reports and their editions"),
    _reading("/reports/points-of-entry", "A report on points of entry", ReportParameters, JSON, HTML, PDF, XLSX),
    _reading("/symbols", "What stands for what on maps", Parameters, JSON),
    _reading("/qgis/crossings.qgz", "A QGIS project with all layers", None, "application/x-qgis-project"),
    _reading("/points-of-entry/{code}/history", "Every record of a point, on both time axes"),
    _reading("/changes.atom", "What was published, as an Atom feed", ChangesParameters, ATOM),
    _reading("/changes.json", "What was published, as JSON", ChangesParameters, JSON),
    _reading("/basemap/{z}/{x}/{y}.mvt", "Countries, borders and labels as vector tiles", None, MVT),
    _reading("/api", "This document", Parameters, OPENAPI),
    _reading("/api.html", "This document as a page", Parameters, HTML),
    _reading("/health/live", "Whether the process answers", None, JSON),
    _reading("/health/ready", "Whether the database answers too", None, JSON),
    _update("post", "/submissions", "Post a weekly update", PostParameters, takes=UPDATE, status=201, headers=ONCE),
    _update("get", "/submissions", "Submissions of the office, and those it reviews", ListParameters),
    _update("get", "/submissions/{number}", "What became of each row"),
    _update("get", "/submissions/{number}/body", "The file as it came", gives=("*/*",)),
    _update("post", "/submissions/{number}/publish", "Publish what waits", takes=(JSON,), role="reviewer"),
    _update("post", "/submissions/{number}/return", "Send it back with a remark", takes=(JSON,), role="reviewer"),
    _update("patch", "/points-of-entry/{code}", "Change a point", PatchParameters, takes=PATCHES, headers=ONCE),
    _update("get", "/points-of-entry/proposed", "Points that wait to be accepted"),
    _update("post", "/points-of-entry/{code}/accept", "Accept a point", takes=(JSON,), role="reviewer"),
    _update("post", "/points-of-entry/{code}/decline", "Decline a point", takes=(JSON,), role="reviewer"),
    _update("get", "/office/week", "The week's points, with what is believed of each", OfficeParameters),
    _update("get", "/office/template.xlsx", "The week's spreadsheet, filled in", OfficeParameters, gives=(XLSX,)),
    _update("get", "/office/form.xlsx", "The form for KoboToolbox and ODK", OfficeParameters, gives=(XLSX,)),
    _update("post", "/hooks/kobo", "A form that was filled in", parameters=None, takes=(JSON,), status=201),
    _update("post", "/hooks/kobo/{token}", "The same, by address", parameters=None, takes=(JSON,), status=201),
    _office("get", "/offices", "Offices"),
    _office("post", "/offices", "Add an office", takes=(JSON,), status=201),
    _office("get", "/offices/{code}", "One office", "any"),
    _office("patch", "/offices/{code}", "Change an office", takes=(JSON,)),
    _office("get", "/offices/{code}/due", "Its points not assessed this week", "any", parameters=DueParameters),
    _office("get", "/offices/{code}/keys", "Its keys, by what is public of them", "any"),
    _office("post", "/offices/{code}/keys", "Issue a key, which is shown once", takes=(JSON,), status=201),
    _office("delete", "/offices/{code}/keys/{prefix}", "Revoke a key", status=204),
    _office("get", "/webhooks", "Webhooks of the office", "any"),
    _office("post", "/webhooks", "Be told of what is published", "any", takes=(JSON,), status=201),
    _office("delete", "/webhooks/{number}", "Be told no longer", "any", status=204),
    _office("get", "/webhooks/{number}/dead", "Messages that were given up", "any", parameters=DeadParameters),
    _office("post", "/webhooks/{number}/dead/{delivery}/retry", "Send one once more", "any", status=202),
    _office("get", "/audit", "Who did what, and when", parameters=AuditParameters),
)
