"""Public operations of the service itself, without its collections, for /api."""

from typing import Any

from api.analysis.accessibility_parameters import AccessibilityParameters
from api.analysis.crossings import CrossingsParameters
from api.analysis.days import DaysParameters
from api.analysis.freshness import FreshnessParameters
from api.analysis.nearest import NearestParameters
from api.analysis.signals import SignalsParameters
from api.analysis.statistics_parameters import StatisticsParameters
from api.openapi.operation import CSV, HTML, JSON, Operation
from api.pages.map import MapParameters
from api.pages.office import OfficePageParameters
from api.parameters.shared import DayParameters, Parameters
from api.reports.parameters import ReportParameters
from api.responses.representation import GEOJSON, OPENAPI, STYLE
from api.submissions.readers.registry import XLSX
from api.subscriptions.feeds.routes import ChangesParameters
from api.tiles.styles.routes import BasemapParameters

ATOM, JSON_FEED, MVT = "application/atom+xml", "application/feed+json", "application/vnd.mapbox-vector-tile"
PDF = "application/pdf"
PAGE = (JSON, HTML)
PASSED_PARAMETERS_NOTE = "accepts the parameters of items and passes them on in its links"


def _build_public_operation(
    id_: str,
    path: str,
    answer: str | None,
    summary: str,
    parameters: type[Parameters] | None = Parameters,
    *gives: str,
    **more: Any,  # noqa: ANN401
) -> Operation:
    return Operation(id_, "get", path, "Reading", summary, parameters, answer, gives or PAGE, **more)


PUBLIC_OPERATIONS = (
    _build_public_operation("getLandingPage", "/", "LandingPage", f"Landing page; {PASSED_PARAMETERS_NOTE}"),
    _build_public_operation("getConformance", "/conformance", "Conformance", "Standards that the service conforms to"),
    _build_public_operation(
        "getCollections", "/collections", "CollectionList", f"Collections; {PASSED_PARAMETERS_NOTE}"
    ),
    _build_public_operation("getCodeLists", "/codes", "Codes", "Every code, with label and definition"),
    _build_public_operation("getCodeList", "/codes/{name}", "Codes", "One list of codes"),
    _build_public_operation(
        "getRegions", "/regions", "RegionList", "Regions and their countries on a day", DayParameters
    ),
    _build_public_operation("getSources", "/sources", "SourceList", "Sources and licences"),
    _build_public_operation("getFunctions", "/functions", "FunctionList", "Functions that a filter may call"),
    _build_public_operation(
        "getFreshness", "/freshness", "Freshness", "Points by weeks since their last assessment", FreshnessParameters
    ),
    _build_public_operation("getDays", "/days", "Days", "Days with reports, and counts by week", DaysParameters),
    _build_public_operation("getMapPage", "/map", None, "The web map", MapParameters, HTML),
    _build_public_operation(
        "getOfficePage", "/office", None, "Page for an office's weekly update", OfficePageParameters, HTML
    ),
    _build_public_operation("getStyles", "/styles", "StyleList", "Styles for web maps", Parameters, JSON),
    _build_public_operation(
        "getBasemapStyle", "/styles/basemap", "Style", "Style of the basemap", BasemapParameters, STYLE
    ),
    _build_public_operation(
        "getTileMatrixSetsList", "/tileMatrixSets", "TileMatrixSetList", "Tile matrix sets", Parameters, JSON
    ),
    _build_public_operation(
        "getTileMatrixSet", "/tileMatrixSets/{name}", "TileMatrixSet", "One tile matrix set", Parameters, JSON
    ),
    _build_public_operation(
        *("getStatistics", "/statistics", "Statistics", "Counts and shares of points"),
        *(StatisticsParameters, JSON, CSV, HTML),
    ),
    _build_public_operation(
        *("getCrossings", "/crossings", "Crossings", "Crossings from one country to another"),
        *(CrossingsParameters, GEOJSON, HTML),
    ),
    _build_public_operation(
        *("getNearestPoints", "/nearest", "NearestPoints", "The nearest passable points"),
        *(NearestParameters, GEOJSON, HTML),
    ),
    _build_public_operation(
        *("getAccessibility", "/accessibility", "Accessibility", "Accessibility of countries"),
        *(AccessibilityParameters, JSON, CSV, HTML),
    ),
    _build_public_operation(
        *("getSignals", "/signals", "Signals", "Countries whose points change fastest"),
        *(SignalsParameters, JSON, CSV, HTML),
    ),
    _build_public_operation("getReports", "/reports", "ReportList", "Reports and their editions"),
    _build_public_operation(
        *("getPointsOfEntryReport", "/reports/points-of-entry", "Report", "A report on points of entry"),
        ReportParameters,
        *(JSON, HTML, PDF, XLSX),
        statuses=(200, 304),
        fails=(404,),
        ranges=True,
    ),
    _build_public_operation("getSymbols", "/symbols", "Symbols", "Map symbols and their meaning", Parameters, JSON),
    _build_public_operation(
        "getQgisProject",
        "/qgis/crossings.qgz",
        None,
        "A QGIS project with all layers",
        None,
        "application/x-qgis-project",
    ),
    _build_public_operation(
        *("getPointHistory", "/points-of-entry/{code}/history", "PointHistory"),
        "Every record of a point, on both time axes",
    ),
    _build_public_operation(
        "getAtomFeed", "/changes.atom", None, "Published changes as an Atom feed", ChangesParameters, ATOM
    ),
    _build_public_operation(
        "getJsonFeed", "/changes.json", "JsonFeed", "Published changes as a JSON Feed", ChangesParameters, JSON_FEED
    ),
    _build_public_operation(
        *(
            "getBasemapTile",
            "/basemap/{z}/{x}/{y}.mvt",
            None,
            "Countries, towns, waters, roads and railways as vector tiles",
        ),
        *(None, MVT),
        statuses=(200, 204),
    ),
    _build_public_operation("getApi", "/api", "OpenApi", "This document", Parameters, OPENAPI),
    _build_public_operation("getApiPage", "/api.html", None, "This document as a page", Parameters, HTML),
    _build_public_operation("getLiveness", "/health/live", "Health", "Whether the process responds", None, JSON),
    _build_public_operation("getReadiness", "/health/ready", "Health", "Whether the database responds too", None, JSON),
)
