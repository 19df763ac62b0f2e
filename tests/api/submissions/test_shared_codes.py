"""Codes and places that rows of one submission share: with the register as the submission leaves it."""

import pytest
from helpers.factories import add_poe
from helpers.register_changes import NEW, create_fiji_caller, submit_rows
from sqlalchemy.ext.asyncio import AsyncConnection

from api.submissions.result import Json
from models.validation.location_checks import Place, find_close_rows

AIRPORT = NEW | {"poe_type": "airport"}


def warned(told: Json) -> list[list[tuple[str, str]]]:
    """Of each row, the code of each warning with its message."""
    return [[(p["code"], p["message"]) for p in row.get("problems", [])] for row in told["rows"]]


async def two_airports(database: AsyncConnection) -> None:
    await add_poe(database, "FJ-ONE", iata="QQA")
    await add_poe(database, "FJ-TWO", 170.0, iata="QQB")


def giving(point: str, iata: str, on: str = "2020-04-01") -> Json:
    return {"action": "change_point", "point": point, "iata": iata, "valid_from": on}


async def test_code_that_another_row_gives_up_is_free(database: AsyncConnection) -> None:
    caller = await create_fiji_caller(database)
    await two_airports(database)
    assert warned(await submit_rows(database, caller, giving("FJ-ONE", "QQC"), giving("FJ-TWO", "QQA"))) == [[], []]


async def test_codes_that_two_points_exchange_are_free(database: AsyncConnection) -> None:
    caller = await create_fiji_caller(database)
    await two_airports(database)
    assert warned(await submit_rows(database, caller, giving("FJ-ONE", "QQB"), giving("FJ-TWO", "QQA"))) == [[], []]


async def test_code_that_another_row_takes_away_is_free(database: AsyncConnection) -> None:
    caller = await create_fiji_caller(database)
    await two_airports(database)
    assert warned(await submit_rows(database, caller, giving("FJ-TWO", "QQA"), giving("FJ-ONE", "-"))) == [[], []]


async def test_code_that_is_given_up_later_is_shared_until_then(database: AsyncConnection) -> None:
    caller = await create_fiji_caller(database)
    await two_airports(database)
    told = await submit_rows(
        database, caller, giving("FJ-ONE", "QQC", "2020-05-01"), giving("FJ-TWO", "QQA", "2020-04-01")
    )
    assert warned(told) == [[], [("code_in_use", "QQA is also the code of FJ-ONE")]]


async def test_code_that_two_rows_give_is_shared(database: AsyncConnection) -> None:
    caller = await create_fiji_caller(database)
    one = AIRPORT | {"point": "FJ-ONE", "iata": "QQQ"}
    other = AIRPORT | {"point": "FJ-TWO", "iata": "QQQ", "longitude": "0.6"}
    codes = [[code for code, _ in row] for row in warned(await submit_rows(database, caller, one, other))]
    assert codes == [["code_in_use"], ["code_in_use"]]


async def test_code_that_a_point_keeps_from_another_day_on_is_its_own(database: AsyncConnection) -> None:
    caller = await create_fiji_caller(database)
    await two_airports(database)
    told = await submit_rows(database, caller, giving("FJ-ONE", "QQC"), giving("FJ-ONE", "QQA", "2020-05-01"))
    assert warned(told) == [[], []]


async def test_new_points_at_one_place_are_worth_a_second_look(database: AsyncConnection) -> None:
    caller = await create_fiji_caller(database)
    one, other = NEW | {"name": "One"}, NEW | {"name": "Other", "longitude": "0.505"}
    told = await submit_rows(database, caller, one, other)
    assert warned(told) == [[], [("point_there_already", "row 2 has a point of this type within 1 km")]]


@pytest.mark.parametrize("other", [(179.995, 0.0), (-179.999, 0.0), (180.0, 0.0085)])
def test_rows_are_close_across_the_antimeridian(other: tuple[float, float]) -> None:
    places = [Place(2, "FJI", 180.0, 0.0, "airport"), Place(3, "FJI", *other, "airport")]
    assert find_close_rows(places) == {3: 2}


@pytest.mark.parametrize("other", [(179.98, 0.0), (-179.98, 0.0), (180.0, 0.0095)])
def test_rows_farther_apart_are_not_close(other: tuple[float, float]) -> None:
    places = [Place(2, "FJI", 180.0, 0.0, "airport"), Place(3, "FJI", *other, "airport")]
    assert find_close_rows(places) == {}


def test_rows_are_close_at_a_pole_whatever_their_longitude() -> None:
    places = [Place(2, "ATA", 10.0, -89.999, "airport"), Place(3, "ATA", -170.0, -89.999, "airport")]
    assert find_close_rows(places) == {3: 2}


@pytest.mark.parametrize("other", [("TON", "airport"), ("FJI", "blue_border_point")])
def test_rows_of_another_country_or_type_are_not_close(other: tuple[str, str]) -> None:
    places = [Place(2, "FJI", 180.0, 0.0, "airport"), Place(3, other[0], 180.0, 0.0, other[1])]
    assert find_close_rows(places) == {}


def test_thousands_of_rows_at_one_place_are_each_close_to_one() -> None:
    places = [Place(row, "FJI", 1.0, 1.0, "airport") for row in range(5000)]
    assert len(find_close_rows(places)) == 4999
