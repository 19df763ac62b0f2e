"""For whom a point is passable: the rule as a table, on the real database. Points are in Fiji."""

import pytest
from helpers.passability import (
    HERE,
    Case,
    build_exception,
    build_measure,
    exempt,
    fetch_answer,
    fetch_answers,
    record_cases,
    restrict_to,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from models.analysis.traveller import Traveller
from models.codes import list_codes
from models.recording.restrictions import MeasureRow

EVERYBODY = Traveller()
POPULATIONS = list_codes("affected_population")
WORKING = {"crew", "truck_drivers"}
BY_STATUS = {
    "open": ("yes", "yes"),
    "closed": ("no", "no"),
    "closed_for_entry": ("no", "yes"),
    "closed_for_exit": ("yes", "no"),
    "commercial_traffic_only": ("no", "no"),
    "returning_nationals_and_residents_only": ("conditional", "unknown"),
    "partially_operational": ("conditional", "conditional"),
    "unknown": ("unknown", "unknown"),
}


def test_table_has_every_status() -> None:
    assert set(BY_STATUS) == set(list_codes("operational_status"))


@pytest.mark.parametrize("direction", ["entry", "exit"])
@pytest.mark.parametrize("status", BY_STATUS)
async def test_status_alone_decides_who_passes(database: AsyncConnection, status: str, direction: str) -> None:
    assert await fetch_answer(database, Case(status), direction) == BY_STATUS[status][direction == "exit"]


@pytest.mark.parametrize("population", POPULATIONS)
async def test_status_alone_needs_the_traveller_only_where_marked(database: AsyncConnection, population: str) -> None:
    cases = [Case(status) for status in BY_STATUS]
    point = await record_cases(database, cases)
    for direction in ("entry", "exit"):
        found = await fetch_answers(database, point, direction, Traveller(population))
        told = {case.status: passable for case, (passable, _) in zip(cases, found, strict=True)}
        expected = {status: both[direction == "exit"] for status, both in BY_STATUS.items()}
        # No measure names them where only some pass.
        expected["partially_operational"] = "unknown"
        if population in WORKING:
            expected["commercial_traffic_only"] = "yes"
        if direction == "entry" and population in {"nationals", "returning_migrants", "repatriated_migrants"}:
            expected["returning_nationals_and_residents_only"] = "yes"
        if direction == "entry" and population == "tourists":
            expected["returning_nationals_and_residents_only"] = "no"
        assert told == expected


async def test_by_nationality_only_those_of_the_country_surely_return(database: AsyncConnection) -> None:
    case = Case("returning_nationals_and_residents_only")
    assert await fetch_answer(database, case, "entry", nationality=HERE) == "yes"
    assert await fetch_answer(database, case, "entry", nationality="TON") == "conditional"
    assert (
        await fetch_answer(database, case, "entry", population="returning_migrants", nationality="TON") == "conditional"
    )
    assert await fetch_answer(database, case, "entry", population="tourists", nationality="TON") == "no"


@pytest.mark.parametrize("measure", ["movement_restricted", "nationality_restricted"])
@pytest.mark.parametrize(
    ("status", "open_with_it"),
    [
        ("open", "conditional"),  # the two contradict one another
        ("closed_for_exit", "conditional"),
        ("partially_operational", "no"),
        ("closed", "no"),
        ("commercial_traffic_only", "no"),
        ("unknown", "no"),
        ("returning_nationals_and_residents_only", "conditional"),  # they do for nationals
    ],
)
async def test_measure_that_denies_entry_to_all(
    database: AsyncConnection, status: str, measure: str, open_with_it: str
) -> None:
    assert (
        await fetch_answer(database, Case(status, (build_measure(measure, direction="entry"),)), "entry")
        == open_with_it
    )


@pytest.mark.parametrize(
    ("who", "open_with_it", "partial_with_it"),
    [
        ({"population": "tourists"}, "no", "no"),
        ({"population": "nationals"}, "yes", "unknown"),
        ({"population": "stranded_migrants"}, "yes", "unknown"),
        ({"population": "stranded_migrants", "nationality": "TON"}, "yes", "unknown"),
        ({}, "conditional", "conditional"),
        ({"nationality": "TON"}, "conditional", "conditional"),
        ({"population": "tourists", "nationality": "TON"}, "no", "no"),
    ],
)
async def test_measure_denies_passage_to_named_populations(
    database: AsyncConnection, who: dict[str, str], open_with_it: str, partial_with_it: str
) -> None:
    denied = (build_measure("movement_restricted", "tourists"),)
    assert await fetch_answer(database, Case("open", denied), "entry", **who) == open_with_it
    assert await fetch_answer(database, Case("partially_operational", denied), "entry", **who) == partial_with_it


@pytest.mark.parametrize(
    ("measures", "expected"),
    [
        ((), "unknown"),
        ((build_measure("movement_restricted", "tourists", "regular_travellers"),), "unknown"),
        ((build_measure("movement_restricted", "tourists"), build_exception("nationals")), "unknown"),
        ((build_measure("movement_restricted", "tourists"), build_exception("asylum_seekers")), "yes"),
        ((build_measure("movement_restricted", "tourists"), build_measure("medical_requirements")), "unknown"),
        (
            (build_measure("movement_restricted", "tourists"), build_measure("medical_requirements", "asylum_seekers")),
            "conditional",
        ),
        ((build_measure("medical_requirements"),), "unknown"),
        ((build_measure("medical_requirements", "asylum_seekers"),), "conditional"),
        (
            (
                build_measure("medical_requirements"),
                build_measure("medical_requirements", "asylum_seekers", is_exception=True),
            ),
            "yes",
        ),
        ((build_measure("movement_restricted", "asylum_seekers", direction="exit"),), "unknown"),
        ((build_measure("movement_restricted", "asylum_seekers", traffic="cargo"),), "unknown"),
        ((build_measure("movement_restricted", "asylum_seekers"),), "no"),
        ((build_measure("movement_restricted"),), "no"),
        ((build_exception("nationals"),), "no"),
    ],
)
async def test_population_that_no_measure_names_is_unknown_where_only_some_pass(
    database: AsyncConnection, measures: tuple[MeasureRow, ...], expected: str
) -> None:
    case = Case("partially_operational", measures)
    assert await fetch_answer(database, case, "entry", population="asylum_seekers") == expected


@pytest.mark.parametrize(
    ("columns", "who", "expected"),
    [
        (restrict_to("TON"), {"nationality": "WSM"}, "conditional"),
        (restrict_to("TON"), {"population": "tourists", "nationality": "WSM"}, "unknown"),
        (exempt("TON"), {"nationality": "TON"}, "yes"),
        (exempt("TON"), {"population": "tourists", "nationality": "TON"}, "yes"),
        (exempt("TON"), {"population": "tourists"}, "conditional"),
    ],
)
async def test_nationality_rule_names_its_nationalities(
    database: AsyncConnection, columns: dict[str, object], who: dict[str, str], expected: str
) -> None:
    case = Case("partially_operational", (build_measure("nationality_restricted", **columns),))
    assert await fetch_answer(database, case, "entry", **who) == expected


async def test_exempt_part_of_a_population_passes_as_that_part_alone(database: AsyncConnection) -> None:
    point = await record_cases(
        database, [Case("partially_operational", (build_measure("movement_restricted", "tourists", **exempt("TON")),))]
    )
    assert await fetch_answers(database, point, "entry", Traveller("tourists", "TON")) == [("yes", None)]
    assert await fetch_answers(database, point, "entry", Traveller(None, "TON")) == [
        ("conditional", ["partially_operational"])
    ]
    assert await fetch_answers(database, point, "entry", Traveller("regular_travellers", "TON")) == [("unknown", None)]


@pytest.mark.parametrize(
    ("columns", "nationality", "expected"),
    [
        (restrict_to("TON"), "TON", "no"),
        (restrict_to("TON"), "WSM", "yes"),
        (restrict_to("TON"), None, "conditional"),
        (exempt("TON"), "TON", "yes"),
        (exempt("TON"), "WSM", "no"),
        (exempt("TON"), None, "conditional"),
        (restrict_to(HERE), None, "conditional"),
    ],
)
async def test_measure_denies_passage_to_the_nationalities_of_its_rule(
    database: AsyncConnection, columns: dict[str, object], nationality: str | None, expected: str
) -> None:
    case = Case("open", (build_measure("nationality_restricted", **columns),))
    who = {"nationality": nationality} if nationality else {}
    assert await fetch_answer(database, case, "entry", **who) == expected


async def test_nationals_have_the_nationality_of_the_country_of_the_point(database: AsyncConnection) -> None:
    case = Case("open", (build_measure("nationality_restricted", **restrict_to(HERE)),))
    assert await fetch_answer(database, case, "entry", population="nationals") == "no"
    assert await fetch_answer(database, case, "entry", population="nationals", nationality="TON") == "yes"


@pytest.mark.parametrize("direction", ["entry", "exit"])
@pytest.mark.parametrize("spoken_of", ["entry", "exit", "both"])
async def test_measure_counts_in_its_direction(database: AsyncConnection, spoken_of: str, direction: str) -> None:
    case = Case("open", (build_measure("movement_restricted", "tourists", direction=spoken_of),))
    expected = "no" if spoken_of in {direction, "both"} else "yes"
    assert await fetch_answer(database, case, direction, population="tourists") == expected


@pytest.mark.parametrize(
    ("traffic", "population", "expected"),
    [
        ("all", "nationals", "conditional"),
        ("passenger", "nationals", "conditional"),
        ("cargo", "nationals", "yes"),
        ("all", "truck_drivers", "conditional"),
        ("cargo", "truck_drivers", "conditional"),
        ("passenger", "truck_drivers", "yes"),
        ("cargo", "crew", "conditional"),
        ("passenger", "crew", "yes"),
    ],
)
async def test_measure_counts_for_its_traffic(
    database: AsyncConnection, traffic: str, population: str, expected: str
) -> None:
    case = Case("open", (build_measure("medical_requirements", traffic=traffic),))
    assert await fetch_answer(database, case, "entry", population=population) == expected


async def test_drivers_who_are_named_are_meant_whatever_the_traffic(database: AsyncConnection) -> None:
    case = Case("closed", (build_exception("truck_drivers", traffic="passenger"),))
    assert await fetch_answer(database, case, "entry", population="truck_drivers") == "yes"
    assert await fetch_answer(database, case, "entry", population="nationals") == "no"


@pytest.mark.parametrize("measure", [code for code in list_codes("measure") if not code.endswith(("_restricted",))])
async def test_other_measures_are_conditions_that_are_named(database: AsyncConnection, measure: str) -> None:
    point = await record_cases(database, [Case("open", (build_measure(measure, "nationals"),))])
    assert await fetch_answers(database, point, "entry", Traveller("nationals")) == [("conditional", [measure])]
    assert await fetch_answers(database, point, "entry", Traveller("tourists")) == [("yes", None)]


async def test_conditions_do_not_open_what_is_closed_or_not_known(database: AsyncConnection) -> None:
    point = await record_cases(
        database, [Case(status, (build_measure("medical_requirements"),)) for status in ("closed", "unknown")]
    )
    assert await fetch_answers(database, point, "entry", EVERYBODY) == [("no", None), ("unknown", None)]


async def test_nationals_enter_after_a_test_others_do_not_and_cargo_passes(database: AsyncConnection) -> None:
    case = Case(
        "partially_operational",
        (
            build_measure(direction="entry", traffic="passenger"),
            build_exception("nationals", direction="entry", traffic="passenger"),
            build_measure("medical_requirements", "nationals", direction="entry", traffic="passenger"),
        ),
    )
    point = await record_cases(database, [case])
    assert await fetch_answers(database, point, "entry", Traveller("nationals")) == [
        ("conditional", ["medical_requirements"])
    ]
    assert await fetch_answers(database, point, "entry", Traveller(nationality=HERE)) == [
        ("conditional", ["medical_requirements"])
    ]
    assert await fetch_answers(database, point, "entry", Traveller("tourists")) == [("no", None)]
    assert await fetch_answers(database, point, "entry", Traveller(nationality="TON")) == [("no", None)]
    ((passable, conditions),) = await fetch_answers(database, point, "entry", EVERYBODY)
    assert (passable, conditions) == ("conditional", ["medical_requirements", "movement_restricted"])
    # Nothing says whether drivers pass.
    assert await fetch_answers(database, point, "entry", Traveller("truck_drivers")) == [("unknown", None)]


@pytest.mark.parametrize("by_exception", [False, True])
async def test_open_one_way_for_one_nationality_and_the_other_way_for_another(
    database: AsyncConnection, *, by_exception: bool
) -> None:
    """As at Emsaed in May 2020: Libyans in, Egyptians out. It can be told by who passes or by who does not."""

    def told(direction: str, iso3: str) -> MeasureRow:
        if by_exception:
            return build_exception(direction=direction, **restrict_to(iso3))
        return build_measure("nationality_restricted", direction=direction, **exempt(iso3))

    case = Case("partially_operational", (told("entry", "LBY"), told("exit", "EGY")))
    assert await fetch_answer(database, case, "entry", nationality="LBY") == "yes"
    assert await fetch_answer(database, case, "exit", nationality="LBY") == "no"
    assert await fetch_answer(database, case, "entry", nationality="EGY") == "no"
    assert await fetch_answer(database, case, "exit", nationality="EGY") == "yes"
    assert await fetch_answer(database, case, "entry") == "conditional"


@pytest.mark.parametrize("status", ["closed", "closed_for_entry", "unknown", "partially_operational"])
async def test_exception_admits_named_populations_under_any_status(database: AsyncConnection, status: str) -> None:
    case = Case(status, (build_exception("returning_migrants"),))
    assert await fetch_answer(database, case, "entry", population="returning_migrants") == "yes"
    assert await fetch_answer(database, case, "entry", population="tourists") == (
        "unknown" if status == "unknown" else "no"
    )


async def test_exception_from_one_measure_leaves_the_others(database: AsyncConnection) -> None:
    quarantine = build_measure("mandatory_quarantine", "nationals", is_exception=True)
    case = Case("open", (build_measure("mandatory_quarantine"), quarantine, build_measure("medical_requirements")))
    point = await record_cases(database, [case])
    assert await fetch_answers(database, point, "entry", Traveller("nationals")) == [
        ("conditional", ["medical_requirements"])
    ]
    closed = Case("closed", (quarantine,))
    assert await fetch_answer(database, closed, "entry", population="nationals") == "no"
    barred = Case("open", (build_measure("nationality_restricted", **restrict_to("TON")), build_exception("tourists")))
    assert await fetch_answer(database, barred, "entry", population="tourists", nationality="TON") == "no"


async def test_measure_without_known_populations_may_affect_everybody(database: AsyncConnection) -> None:
    case = Case("open", (build_measure("movement_restricted", "unknown"),))
    assert await fetch_answer(database, case, "entry", population="tourists") == "conditional"
