"""Literals of a filter are read as what they are compared with: QGIS and GDAL do not know all types."""

import httpx
import pytest
from helpers.http import COUNTRIES, POINTS, count_matched

ALIKE = [
    (POINTS, "is_poe = 1", "is_poe = true"),
    (POINTS, "is_poe = 0", "is_poe = false"),
    (POINTS, "is_poe = 'true'", "is_poe = true"),
    (POINTS, "is_poe <> 0", "is_poe = true"),
    (POINTS, "is_poe IN (0, 1)", "is_poe IS NOT NULL"),
    (POINTS, "1 = is_poe", "is_poe = true"),
    (POINTS, "international_travel = '3'", "international_travel = 3"),
    (POINTS, "international_travel >= '2'", "international_travel >= 2"),
    (POINTS, "international_travel IN ('1', '2')", "international_travel IN (1, 2)"),
    (POINTS, "international_travel BETWEEN '1' AND '2'", "international_travel BETWEEN 1 AND 2"),
    (COUNTRIES, "poe_count > '1e2'", "poe_count > 100"),
    (COUNTRIES, "poe_count > '\u0661\u0660\u0660'", "poe_count > 100"),
    (POINTS, "last_assessed < '2020-08-01T'", "last_assessed < DATE('2020-08-01')"),
    (POINTS, "id = 'OA-4610'", "code = 'OA-4610'"),
    (COUNTRIES, "id IN ('SRB', 'HUN')", "iso3 IN ('SRB', 'HUN')"),
]


@pytest.mark.parametrize(("path", "written", "meant"), ALIKE)
async def test_literal_is_read_as_the_property(client: httpx.AsyncClient, path: str, written: str, meant: str) -> None:
    asked = {"datetime": "2020-04-15"}
    assert await count_matched(client, path, filter=written, **asked) == await count_matched(
        client, path, filter=meant, **asked
    )


@pytest.mark.parametrize("form", ["cql2-text", "cql-text"])
async def test_cql_text_is_cql2_text(client: httpx.AsyncClient, form: str) -> None:
    assert await count_matched(client, POINTS, filter="id = 'OA-4610'", **{"filter-lang": form}) == 1


@pytest.mark.parametrize(
    "condition",
    ["is_poe = 2", "is_poe = 'yes'", "international_travel = 'three'", "poe_count = '1_0'", "name = 3", "iata = true"],
)
async def test_invalid_literal_is_refused(client: httpx.AsyncClient, condition: str) -> None:
    path = COUNTRIES if condition.startswith("poe") else POINTS
    response = await client.get(path, params={"filter": condition})
    assert response.status_code == 400
    assert "cannot be compared" in response.json()["errors"][0]["reason"]


async def test_queryables_list_the_id(client: httpx.AsyncClient) -> None:
    for path, kind in ((POINTS, "string"), ("/collections/restrictions/items", "integer")):
        found = await client.get(path.replace("/items", "/queryables"), headers={"Accept": "application/json"})
        assert found.headers["content-type"].startswith("application/json")
        assert found.json()["properties"]["id"]["type"] == kind


async def test_document_lists_what_a_parameter_may_be(client: httpx.AsyncClient) -> None:
    """GDAL writes conditions as text only where it finds `cql-text` here."""
    parameters = (await client.get("/api")).json()["paths"][POINTS]["get"]["parameters"]
    (lang,) = [each for each in parameters if each.get("name") == "filter-lang"]
    assert lang["schema"]["enum"] == ["cql2-text", "cql2-json", "cql-text"]
