"""Filtering: what QGIS's query builder and expressions write gets the service's answer, and is answered by it."""

from checks import check, run_checks
from service import count_items
from session import count_features, open_layer, take_requests

# Expression of QGIS, and the same in CQL2.
TEXTS = (
    ("\"country\" = 'SRB'", "country = 'SRB'"),
    ("\"country\" IN ('SRB', 'BGR')", "country IN ('SRB', 'BGR')"),
    ("\"name\" LIKE 'B%'", "name LIKE 'B%'"),
    ("\"name\" ILIKE 'b%'", "CASEI(name) LIKE CASEI('b%')"),
)
COMBINED = (
    ("\"country\" = 'SRB' OR \"country\" = 'BGR'", "country IN ('SRB', 'BGR')"),
    (
        "\"country\" = 'SRB' AND NOT (\"poe_type\" = 'airport' OR \"poe_type\" = 'land_border_point')",
        "country = 'SRB' AND NOT (poe_type IN ('airport', 'land_border_point'))",
    ),
    ('"country" = \'SRB\' AND "iata" IS NOT NULL', "country = 'SRB' AND iata IS NOT NULL"),
)


def assert_alike(collection: str, expression: str, cql2: str) -> None:
    """Compare as the filter of the layer, and as that of a request; both have to be answered by the service."""
    expected = count_items(collection, filter=cql2)
    filtered = open_layer(collection)
    assert filtered.setSubsetString(expression), expression
    take_requests()
    assert count_features(filtered) == expected, (expression, count_features(filtered), expected)
    assert any("filter=" in request for request in take_requests()), f"{expression} was not sent"
    layer = open_layer(collection)
    assert count_features(layer, expression) == expected, (expression, expected)
    assert any("filter=" in request for request in take_requests()), f"{expression} was not sent by a request"


@check("text: equal, one of several, LIKE, and LIKE without case")
def _() -> None:
    for expression, cql2 in TEXTS:
        assert_alike("points-of-entry", expression, cql2)


@check("OR, AND, NOT and IS NULL")
def _() -> None:
    for expression, cql2 in COMBINED:
        assert_alike("points-of-entry", expression, cql2)


@check("true and false")
def _() -> None:
    assert_alike("points-of-entry", '"assessed" = true', "assessed = true")
    assert_alike("points-of-entry", '"is_poe" = false AND "country" = \'SRB\'', "is_poe = false AND country = 'SRB'")


@check("numbers, and numbers that the query builder writes as text")
def _() -> None:
    layer = open_layer("countries", parameters="?datetime=2020-06-10")
    expected = count_items("countries", filter="international_travel = 3", datetime="2020-06-10")
    assert expected > 0
    for expression in ('"international_travel" = 3', "\"international_travel\" = '3'"):
        assert layer.setSubsetString(expression)
        assert count_features(layer) == expected, (expression, count_features(layer), expected)
    assert_alike("countries", '"poe_count" > 100', "poe_count > 100")


@check("days, and moments")
def _() -> None:
    of_serbia = "\"country\" = 'SRB'"
    assert_alike(
        "restrictions",
        f"{of_serbia} AND \"valid_from\" >= '2020-06-10'",
        "country = 'SRB' AND valid_from >= DATE('2020-06-10')",
    )
    assert_alike("restrictions", f'{of_serbia} AND "valid_to" IS NULL', "country = 'SRB' AND valid_to IS NULL")
    assert_alike(
        "restrictions",
        f"{of_serbia} AND \"recorded_from\" > '2020-01-01T00:00:00Z'",
        "country = 'SRB' AND recorded_from > TIMESTAMP('2020-01-01T00:00:00Z')",
    )


@check("the code, which is the id of a point, and the number of a record")
def _() -> None:
    assert_alike("points-of-entry", "\"code\" = 'OA-4610'", "code = 'OA-4610'")
    layer = open_layer("restrictions", parameters="?country=SRB")
    number = next(layer.getFeatures())["record"]
    assert count_features(layer, f'"record" = {number}') == 1


@check("a filter that nothing passes leaves an empty layer with its fields")
def _() -> None:
    layer = open_layer("points-of-entry")
    assert layer.setSubsetString("\"country\" = 'ZZZ'")
    assert (layer.isValid(), count_features(layer)) == (True, 0)
    assert layer.fields().indexOf("status_group") >= 0


if __name__ == "__main__":
    run_checks()
