"""Paths whose answers are the same for everybody, and may be cached."""

# First parts of public paths whose response depends only on the database and this program.
PUBLIC_PATHS = frozenset(
    (
        *("", "accessibility", "api", "api.html", "basemap", "changes.atom", "changes.json", "codes", "collections"),
        *("conformance", "crossings", "days", "freshness", "functions", "map", "nearest", "ogcfeatureserver"),
        *("points-of-entry", "qgis", "regions", "signals", "sources", "static", "statistics", "styles", "symbols"),
        "tileMatrixSets",
    )
)
