"""Land borders: listed points with both sides, candidates that nobody counts, and what offices make of both."""

import csv
import gzip
from pathlib import Path
from typing import Any

import httpx
import pytest
from helpers.files.register_files import HEADER, load_register_file, write_file
from helpers.http import POINTS, count_matched, get_json, get_properties
from helpers.offices import build_bearer, create_key, create_office
from helpers.shipped.register import read_first_register, read_land_borders, read_land_rows
from helpers.shipped.register import read_shipped_register as register_rows
from sqlalchemy.ext.asyncio import AsyncConnection

from api.imports.corrections import MOVE_ACTIONS, REMOVAL_ACTIONS, load_register_corrections
from api.imports.register import build_register_loader
from api.imports.seed_data import DATA
from models.tables.bitemporal import BEGINNING_OF_TIME

LAND = DATA / "land/points_of_entry_land.csv.gz"
CORRECTIONS = DATA / "land/corrections_to_shipped.csv"
WESTERN_BALKANS = ("SRB", "BIH", "XKX", "MNE", "MKD", "ALB")
CANDIDATE = "LB-NE-NE1108-RS"
COMPILED = "LB-CMP-C020-RS"
ACROSS = "LB-CMP-C020-BG"
# What answers say of the moment they were made at, and not of points.
OF_THE_MOMENT = {"links", "timeStamp", "as_known_at", "revision", "recorded_at", "known_at", "href", "summary"}
NEVER_COUNTING = (
    "/collections/points-of-entry/items?country=SRB,ROU&limit=1000",
    "/collections/points-of-entry/items?bbox=20,43,24,46&limit=1000",
    "/collections/points-of-entry/tiles/WebMercatorQuad/0/0/0?f=geojson",
    "/collections/points-of-entry/tiles/WebMercatorQuad/6/23/35?f=geojson",
    "/collections/countries/items?limit=1000&skipGeometry=true",
    "/collections/restrictions/items",
    "/collections/changes/items",
    "/statistics",
    "/statistics?group_by=country",
    "/crossings?from=SRB&to=ROU",
    "/nearest?lon=22.5&lat=44.67&passable=not_assessed,yes,no,unknown,conditional",
    "/accessibility?country=SRB,ROU",
    "/signals",
    "/freshness",
    "/reports/points-of-entry?f=json&on=2020-04-15",
)


async def load_candidates(database: AsyncConnection) -> dict[str, int]:
    return (
        await load_register_file(
            database, LAND, build_register_loader(BEGINNING_OF_TIME, is_shipped=True, which="candidates")
        )
    ).counts


def of_points(document: Any) -> Any:
    """The document without what says when it was made."""
    if isinstance(document, dict):
        return {name: of_points(value) for name, value in document.items() if name not in OF_THE_MOMENT}
    return [of_points(value) for value in document] if isinstance(document, list) else document


async def serbian_key(database: AsyncConnection, role: str = "office") -> dict[str, str]:
    office = await create_office(database, "serbia", countries=["SRB"])
    return build_bearer(await create_key(database, office, role))


async def patch(client: httpx.AsyncClient, headers: dict[str, str], code: str, **change: object) -> httpx.Response:
    return await client.patch(f"/points-of-entry/{code}", json=change, headers=headers)


async def point(client: httpx.AsyncClient, code: str, **query: str) -> dict[str, Any]:
    properties: dict[str, Any] = (await get_json(client, f"{POINTS}/{code}", **query))["properties"]
    return properties


def test_file_has_1708_listed_sides_of_1019_crossings() -> None:
    assert (len(read_land_borders()), len({row["crossing_id"] for row in read_land_borders()})) == (1708, 1019)


async def test_register_has_the_listed_sides_beside_the_first_file(client: httpx.AsyncClient) -> None:
    assert await count_matched(client, POINTS) == len(register_rows()) == len(read_first_register()) - 14 + 1708 - 239
    assert await count_matched(client, POINTS, poe_type="land_border_point") == 1708


async def test_every_listed_side_includes_pair_evidence_and_transport(client: httpx.AsyncClient) -> None:
    told = await get_properties(client, POINTS, poe_type="land_border_point")
    assert {
        code: (p["country"], p["other_country"], p["evidence"], p["coordinate_precision"]) for code, p in told.items()
    } == {
        row["poe_id"]: (row["country_iso3"], row["other_country_iso3"], row["evidence"], row["coord_precision"])
        for row in read_land_borders()
    }
    assert {code: set(p["transport"] or ["unknown"]) for code, p in told.items()} == {
        row["poe_id"]: set(row["transport"].split("+")) for row in read_land_borders()
    }


async def test_both_sides_of_a_crossing_are_each_others_counterpart(client: httpx.AsyncClient) -> None:
    told = await get_properties(client, POINTS, poe_type="land_border_point")
    crossings: dict[str, list[str]] = {}
    for row in read_land_borders():
        crossings.setdefault(row["crossing_id"], []).append(row["poe_id"])
    expected = {one: other for both in crossings.values() if len(both) == 2 for one, other in (both, both[::-1])}
    assert {code: p["counterpart"] for code, p in told.items() if p["counterpart"]} == expected
    assert len(expected) == 1378


async def test_sides_at_one_place_are_left_and_right_of_each_other(client: httpx.AsyncClient) -> None:
    told = await get_properties(client, POINTS, poe_type="land_border_point")
    sides = {code: p["side"] for code, p in told.items() if p["side"]}
    assert all(sides[told[code]["counterpart"]] == -side for code, side in sides.items())
    assert len(sides) == 1346


@pytest.mark.parametrize("iso3", WESTERN_BALKANS)
async def test_country_of_the_western_balkans_has_points_to_each_neighbour(
    client: httpx.AsyncClient, iso3: str
) -> None:
    told = await get_properties(client, POINTS, poe_type="land_border_point", country=iso3)
    expected = sorted(row["other_country_iso3"] for row in read_land_borders() if row["country_iso3"] == iso3)
    neighbours = {row["other_country_iso3"] for row in read_land_rows() if row["country_iso3"] == iso3}
    assert sorted(p["other_country"] for p in told.values()) == expected
    assert set(expected) == neighbours


async def test_crossings_from_serbia_to_bulgaria_are_named(client: httpx.AsyncClient) -> None:
    features = (await get_json(client, "/crossings", **{"from": "SRB", "to": "BGR"}))["features"]
    named = {(f["properties"]["exit"]["name"], f["properties"]["entry"]["name"]) for f in features}
    assert {f["properties"]["pairing"] for f in features} == {"counterpart"}
    assert named == {
        ("Gradina", "Kalotina"),
        ("Dimitrovgrad", "Kalotina Zapad"),
        ("Strezimirovci", "Strezimirovtsi"),
        ("Ribarci", "Oltomantsi"),
        ("Vrška Čuka", "Vrashka Chuka"),
        ("Mokranje", "Bregovo"),
    }


async def test_every_pair_of_neighbours_with_a_point_answers(client: httpx.AsyncClient) -> None:
    pairs = {(row["country_iso3"], row["other_country_iso3"]) for row in read_land_borders()}
    for leaving, arriving in sorted(pairs):
        document = await get_json(client, "/crossings", **{"from": leaving, "to": arriving})
        codes = {f["properties"]["exit"]["code"] for f in document["features"]}
        of_the_pair = [row for row in read_land_borders() if row["other_country_iso3"] == arriving]
        assert {row["poe_id"] for row in of_the_pair if row["country_iso3"] == leaving} <= codes, (leaving, arriving)


def test_borders_without_a_point_are_listed_in_the_readme() -> None:
    with (DATA / "README.md").open(encoding="utf-8") as file:
        listed = next(line for line in file if line.startswith("16 land borders have no point"))
    pairs = {"-".join(sorted((row["country_iso3"], row["other_country_iso3"]))) for row in read_land_rows()}
    named = set(listed.split(": ")[1].split(".")[0].split(", "))
    assert (len(pairs), len(named), pairs & named) == (309, 16, set())


async def test_reported_statuses_of_2012_to_2015_are_no_status_of_any_day(client: httpx.AsyncClient) -> None:
    row = next(
        row for row in read_land_borders() if row["status_reported"] == "Closed" and row["source"].startswith("WFP")
    )
    then = await point(client, row["poe_id"], datetime=row["status_as_of"])
    assert (then["assessed"], then["operational_status"]) == (False, "unknown")
    entry = (await get_json(client, f"/points-of-entry/{row['poe_id']}/history"))["register"][0]
    assert entry["details"]["status_reported"] == "Closed"
    assert entry["details"]["status_as_of"] == row["status_as_of"]


async def test_rejected_point_is_retired_and_answers_by_its_code(client: httpx.AsyncClient) -> None:
    albany = await point(client, "LO-USAYK", datetime="2020-04-15")
    malaba = await point(client, "LO-UGMAL")
    assert (albany["lifecycle"], malaba["lifecycle"]) == ("retired", "merged")
    register = (await get_json(client, "/points-of-entry/LO-USAYK/history"))["register"]
    assert [(entry["lifecycle"], entry["recorded_to"] is None) for entry in register] == [
        ("retired", True),
        ("active", False),
    ]
    assert "408 km from any border" in register[0]["source_reference"]


async def test_moved_point_has_its_earlier_place_in_its_history(client: httpx.AsyncClient) -> None:
    register = (await get_json(client, "/points-of-entry/LO-USSYO/history"))["register"]
    assert [(entry["longitude"], entry["latitude"]) for entry in register] == [(-117.02876, 32.54253), (-116.55, 33.25)]


async def test_same_files_again_change_nothing(shipped: AsyncConnection) -> None:
    listed = await load_register_file(
        shipped, LAND, build_register_loader(BEGINNING_OF_TIME, is_shipped=True, which="listed")
    )
    corrected = await load_register_file(shipped, CORRECTIONS, load_register_corrections)
    assert (listed.counts, corrected.counts) == ({"unchanged": 1708}, {"unchanged": 72})
    assert await load_candidates(shipped) == {"added": 1813}
    assert await load_candidates(shipped) == {"unchanged": 1813}


async def test_unknown_correction_is_refused(shipped: AsyncConnection, tmp_path: Path) -> None:
    rows = "poe_id,name,action,successor,why\nLO-USAYK,Albany,renamed,,\nXX-NONE,None,rejected,,\n"
    loaded = await load_register_file(shipped, write_file(tmp_path, rows), load_register_corrections)
    assert [str(each) for each in loaded.row_errors] == [
        f"row 2, action = 'renamed': is not a correction; those are {', '.join((*REMOVAL_ACTIONS, *MOVE_ACTIONS))}",
        "row 3, poe_id = 'XX-NONE': is the code of no point",
    ]


async def test_point_far_from_the_border_of_its_pair_is_refused(shipped: AsyncConnection, tmp_path: Path) -> None:
    header = HEADER.replace("licence\n", "licence,other_country_iso3\n")
    row = "XX-{0},Far,land_border_point,SRB,{1},{2},,,,,unknown,exact,Mine,X1,CC0,{3}\n"
    rows = row.format(1, 44.8, 20.46, "BGR") + row.format(2, 43.0, 22.83, "BGR") + row.format(3, 43.0, 22.83, "SRB")
    loaded = await load_register_file(
        shipped, write_file(tmp_path, header + rows), build_register_loader(BEGINNING_OF_TIME)
    )
    assert [str(each) for each in loaded.row_errors] == [
        "row 4, other_country_iso3 = 'SRB': is the point's own country",
        "row 2, other_country_iso3 = 'BGR': lies 177 km from the border of SRB and BGR; at most 25 km",
    ]
    assert loaded.counts == {"added": 1}


async def test_rows_rejected_for_their_distance_are_refused(shipped: AsyncConnection, tmp_path: Path) -> None:
    header = HEADER.replace("licence\n", "licence,other_country_iso3\n")
    with gzip.open(DATA / "land/points_of_entry_land_rejected.csv.gz", "rt", encoding="utf-8") as file:
        far = [row for row in csv.DictReader(file) if "km from the border of the stated pair" in row["reason"]]
    rows = "".join(
        f"XX-{n},Far,land_border_point,{r['country_iso3']},{r['lat']},{r['lon']},,,,,unknown,exact,Mine,X1,CC0,"
        f"{r['other_country_iso3']}\n"
        for n, r in enumerate(far)
    )
    loaded = await load_register_file(
        shipped, write_file(tmp_path, header + rows), build_register_loader(BEGINNING_OF_TIME)
    )
    assert (len(far), len(loaded.row_errors), loaded.counts) == (5, 5, {})


@pytest.mark.parametrize("address", NEVER_COUNTING)
async def test_candidates_change_no_answer(client: httpx.AsyncClient, shipped: AsyncConnection, address: str) -> None:
    before = of_points(await get_json(client, address))
    await load_candidates(shipped)
    assert of_points(await get_json(client, address)) == before


@pytest.mark.parametrize("path", ["/offices/serbia/due", "/office/week"])
async def test_candidates_are_not_due_for_an_office(
    client: httpx.AsyncClient, shipped: AsyncConnection, path: str
) -> None:
    headers = await serbian_key(shipped)
    before = await client.get(path, headers=headers)
    await load_candidates(shipped)
    after = await client.get(path, headers=headers)
    assert (before.status_code, of_points(after.json())) == (200, of_points(before.json()))


async def test_candidates_are_listed_on_request(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    await load_candidates(shipped)
    assert await count_matched(client, POINTS, lifecycle="candidate") == 1813
    assert await count_matched(client, POINTS, lifecycle="active,candidate") == 1813 + len(register_rows())
    tile = "/collections/points-of-entry/tiles/WebMercatorQuad/7/46/72"
    shown = await get_json(client, tile, f="geojson", lifecycle="candidate")
    assert {f["properties"]["evidence"] for f in shown["features"]} <= {"derived_geometry", "derived_other_side"}
    assert (await point(client, CANDIDATE))["lifecycle"] == "candidate"


async def test_only_active_points_and_candidates_are_listed(client: httpx.AsyncClient) -> None:
    response = await client.get(POINTS, params={"lifecycle": "proposed"})
    assert response.status_code == 400
    assert response.json()["errors"][0]["reason"] == "'proposed' is not listed; expected active or candidate"


async def test_status_of_a_candidate_is_refused(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    await load_candidates(shipped)
    row = {"point": CANDIDATE, "operational_status": "open", "assessed_on": "2020-04-15"}
    response = await client.post("/submissions", json=[row], headers=await serbian_key(shipped))
    assert response.status_code == 422
    assert response.json()["rows"][0]["problems"][0]["code"] == "point_is_candidate"


async def test_office_turns_a_candidate_into_a_point(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    await load_candidates(shipped)
    before = await count_matched(client, POINTS, country="SRB")
    headers = await serbian_key(shipped)
    response = await patch(client, headers, CANDIDATE, lifecycle="active", valid_from="2020-01-01")
    assert response.status_code == 200, response.text
    made = await point(client, CANDIDATE)
    assert (made["lifecycle"], made["evidence"]) == ("active", "office_confirmed")
    assert await count_matched(client, POINTS, country="SRB") == before + 1
    assert (await point(client, CANDIDATE, datetime="2019-12-31"))["lifecycle"] == "candidate"
    assert made["counterpart"] == "LB-NE-NE1108-RO"


async def test_page_of_a_compiled_point_says_that_it_waits(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    page = await client.get(f"{POINTS}/{COMPILED}", params={"f": "html"})
    assert "It waits for an office to confirm it." in page.text
    await load_candidates(shipped)
    candidate = await client.get(f"{POINTS}/{CANDIDATE}", params={"f": "html"})
    assert "no source says that there is a point" in candidate.text


async def test_office_confirms_a_compiled_point(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    assert (await point(client, COMPILED))["evidence"] == "compiled_list"
    headers = await serbian_key(shipped)
    response = await patch(client, headers, COMPILED, evidence="office_confirmed")
    assert response.status_code == 200, response.text
    assert (await point(client, COMPILED))["evidence"] == "office_confirmed"
    refused = await patch(client, headers, COMPILED, evidence="derived_geometry")
    assert refused.json()["rows"][0]["problems"][0]["code"] == "evidence_is_derived"


async def test_files_preserve_changes_of_an_office(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    await patch(client, await serbian_key(shipped), COMPILED, evidence="office_confirmed")
    loaded = await load_register_file(
        shipped, LAND, build_register_loader(BEGINNING_OF_TIME, is_shipped=True, which="listed")
    )
    assert loaded.counts == {"unchanged": 1708}
    assert [each.value for each in loaded.warnings] == [COMPILED]
    assert (await point(client, COMPILED))["evidence"] == "office_confirmed"


async def test_office_takes_a_counterpart_away_and_sets_another(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    headers = await serbian_key(shipped)
    assert (await patch(client, headers, COMPILED, counterpart=None)).status_code == 200
    alone = await point(client, COMPILED)
    assert (alone["counterpart"], alone["side"]) == (None, 0)
    assert (await patch(client, headers, COMPILED, counterpart="LB-CMP-C022-BG")).status_code == 200
    set_anew = await point(client, COMPILED)
    assert (set_anew["counterpart"], set_anew["other_country"], set_anew["side"]) == ("LB-CMP-C022-BG", "BGR", 0)
    assert (await patch(client, headers, COMPILED, counterpart=ACROSS)).status_code == 200
    assert abs((await point(client, COMPILED))["side"]) == 1
    history = (await get_json(client, f"/points-of-entry/{COMPILED}/history"))["register"]
    assert ACROSS in [entry["counterpart"] for entry in history]


async def test_point_for_another_country_loses_its_counterpart(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    assert (await patch(client, await serbian_key(shipped), COMPILED, other_country="MKD")).status_code == 200
    assert (await point(client, COMPILED))["counterpart"] is None


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({"counterpart": "XX-NONE"}, "counterpart", "unknown_counterpart"),
        ({"counterpart": "LB-CMP-C021-RS"}, "counterpart", "counterpart_in_same_country"),
        ({"counterpart": "LO-UGMAL"}, "counterpart", "counterpart_not_active"),
        ({"counterpart": "OA-4612"}, "counterpart", "counterpart_not_at_a_border"),
        ({"counterpart": ACROSS, "other_country": "MKD"}, "other_country", "counterpart_elsewhere"),
    ],
)
async def test_impossible_counterpart_is_refused(
    client: httpx.AsyncClient, shipped: AsyncConnection, change: dict[str, str], column: str, code: str
) -> None:
    response = await patch(client, await serbian_key(shipped), COMPILED, **change)
    problem = response.json()["rows"][0]["problems"][0]
    assert (problem["column"], problem["code"]) == (column, code)
