"""Public operations of the service itself, without its collections, for /api."""

from typing import Any

from api.accessibility_parameters import AccessibilityParameters
from api.crossings import CrossingsParameters
from api.days import DaysParameters
from api.feed import ChangesParameters
from api.freshness import FreshnessParameters
from api.map_page import MapParameters
from api.nearest import NearestParameters
from api.office_page import OfficePageParameters
from api.openapi.operation import CSV, HTML, JSON, Operation
from api.parameters import DayParameters, Parameters
from api.reports.asked import ReportParameters
from api.representation import GEOJSON, OPENAPI, STYLE
from api.signals import SignalsParameters
from api.statistics_parameters import StatisticsParameters
from api.styles.routes import BasemapParameters
from api.submissions.reading import XLSX

ATOM, JSON_FEED, MVT = "application/atom+xml", "application/feed+json", "application/vnd.mapbox-vector-tile"
PDF = "application/pdf"
PAGE = (JSON, HTML)
PASSED_ON = "what items take may be given, and is passed on in its links"


def _reading(
    id_: str,
    path: str,
    answer: str | None,
    summary: str,
    parameters: type[Parameters] | None = Parameters,
    *gives: str,
    **more: Any,  # noqa: ANN401
) -> Operation:
    return Operation(id_, "get", path, "Reading", summary, parameters, answer, gives or PAGE, **more)


READING = (
    _reading("getLandingPage", "/", "LandingPage", f"Landing page; {PASSED_ON}"),
    _reading("getConformance", "/conformance", "Conformance", "Standards that the service conforms to"),
    _reading("getCollections", "/collections", "CollectionList", f"Collections; {PASSED_ON}"),
    _reading("getCodeLists", "/codes", "Codes", "Every code, with label and definition"),
    _reading("getCodeList", "/codes/{name}", "Codes", "One list of codes"),
    _reading("getRegions", "/regions", "RegionList", "Regions and their countries on a day", DayParameters),
    _reading("getSources", "/sources", "SourceList", "Sources and licences"),
    _reading("getFunctions", "/functions", "FunctionList", "Functions that a filter may call"),
    _reading(
        "getFreshness", "/freshness", "Freshness", "Points by weeks since their last assessment", FreshnessParameters
    ),
    _reading("getDays", "/days", "Days", "Days with reports, and counts by week", DaysParameters),
    _reading("getMapPage", "/map", None, "The web map", MapParameters, HTML),
    _reading("getOfficePage", "/office", None, "The page on which an office says its week", OfficePageParameters, HTML),
    _reading("getStyles", "/styles", "StyleList", "Styles for web maps", Parameters, JSON),
    _reading("getBasemapStyle", "/styles/basemap", "Style", "Style of the basemap", BasemapParameters, STYLE),
    _reading(
        "getTileMatrixSetsList", "/tileMatrixSets", "TileMatrixSetList", "How tiles divide the world", Parameters, JSON
    ),
    _reading("getTileMatrixSet", "/tileMatrixSets/{name}", "TileMatrixSet", "One such division", Parameters, JSON),
    _reading(
        *("getStatistics", "/statistics", "Statistics", "Counts and shares of points"),
        *(StatisticsParameters, JSON, CSV, HTML),
    ),
    _reading(
        *("getCrossings", "/crossings", "Crossings", "Crossings from one country to another"),
        *(CrossingsParameters, GEOJSON, HTML),
    ),
    _reading(
        *("getNearestPoints", "/nearest", "NearestPoints", "The nearest points that let people through"),
        *(NearestParameters, GEOJSON, HTML),
    ),
    _reading(
        *("getAccessibility", "/accessibility", "Accessibility", "How much of the entry to countries is open"),
        *(AccessibilityParameters, JSON, CSV, HTML),
    ),
    _reading(
        *("getSignals", "/signals", "Signals", "Countries whose points change fastest"),
        *(SignalsParameters, JSON, CSV, HTML),
    ),
    _reading("getReports", "/reports", "ReportList", "Reports and their editions"),
    _reading(
        *("getPointsOfEntryReport", "/reports/points-of-entry", "Report", "A report on points of entry"),
        ReportParameters,
        *(JSON, HTML, PDF, XLSX),
        statuses=(200, 304),
        fails=(404,),
        ranges=True,
    ),
    _reading("getSymbols", "/symbols", "Symbols", "What stands for what on maps", Parameters, JSON),
    _reading(
        "getQgisProject",
        "/qgis/crossings.qgz",
        None,
        "A QGIS project with all layers",
        None,
        "application/x-qgis-project",
    ),
    _reading(
        *("getPointHistory", "/points-of-entry/{code}/history", "PointHistory"),
        "Every record of a point, on both time axes",
    ),
    _reading("getAtomFeed", "/changes.atom", None, "What was published, as an Atom feed", ChangesParameters, ATOM),
    _reading("getJsonFeed", "/changes.json", "JsonFeed", "What was published, as JSON", ChangesParameters, JSON_FEED),
    _reading(
        *("getBasemapTile", "/basemap/{z}/{x}/{y}.mvt", None, "Countries, towns, waters and ways as vector tiles"),
        *(None, MVT),
        statuses=(200, 204),
    ),
    _reading("getApi", "/api", "OpenApi", "This document", Parameters, OPENAPI),
    _reading("getApiPage", "/api.html", None, "This document as a page", Parameters, HTML),
    _reading("getLiveness", "/health/live", "Health", "Whether the process answers", None, JSON),
    _reading("getReadiness", "/health/ready", "Health", "Whether the database answers too", None, JSON),
)
