"""Conformance classes that the service meets, under the names that QGIS and GDAL look for."""

SPEC_URL = "http://www.opengis.net/spec"
CONFORMANCE_CLASSES = {
    "ogcapi-common-1/1.0": ("core", "landing-page", "json", "html", "oas30"),
    "ogcapi-common-2/1.0": ("collections",),
    "ogcapi-features-1/1.0": ("core", "oas30", "geojson", "html"),
    "ogcapi-features-2/1.0": ("crs",),
    "ogcapi-features-3/1.0": ("queryables", "queryables-query-parameters", "filter", "features-filter"),
    "ogcapi-features-4/1.0": ("create-replace-delete", "update", "optimistic-locking-etags", "features"),
    "ogcapi-features-5/1.0": (
        "schemas",
        "core-roles-features",
        "returnables-and-receivables",
        "queryables",
        "sortables",
    ),
    "ogcapi-tiles-1/1.0": (
        "core",
        "tileset",
        "tilesets-list",
        "geodata-tilesets",
        "mvt",
        "geojson",
        "datetime",
        "oas30",
    ),
    "tms/2.0": ("tilematrixset", "json-tilematrixset"),
    "cql2/1.0": (
        "cql2-text",
        "cql2-json",
        "basic-cql2",
        "advanced-comparison-operators",
        "case-insensitive-comparison",
        "accent-insensitive-comparison",
        "basic-spatial-functions",
        # The name of the class in a draft, which QGIS before 3.40 looks for.
        "basic-spatial-operators",
        "basic-spatial-functions-plus",
        "spatial-functions",
        "temporal-functions",
        "array-functions",
        "property-property",
        "functions",
        "arithmetic",
    ),
}
CONFORMANCE = [f"{SPEC_URL}/{part}/conf/{name}" for part, names in CONFORMANCE_CLASSES.items() for name in names]
