"""The rule over random statuses and measures: as a plain Python model has it, and without contradicting itself."""

import pytest
from helpers.passability import HERE, Case, fetch_answers, fetch_recent_answers, record_cases, record_points
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from models.analysis.traveller import Traveller
from models.codes import list_codes
from models.recording.restrictions import MeasureRow

DENYING = {"movement_restricted", "nationality_restricted"}
DENIED = MeasureRow(measure="movement_restricted")
COUNTRIES = (HERE, "TON", "WSM")
POPULATIONS = ("nationals", "tourists", "returning_migrants", "truck_drivers", "crew", "unknown", "other")
SLOW_IS_FINE = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@st.composite
def measures(draw: st.DrawFn) -> MeasureRow:
    rule = draw(st.sampled_from(("all", "all", "only", "except")))
    return MeasureRow(
        measure=draw(st.sampled_from((*sorted(DENYING), *list_codes("measure")))),
        direction=draw(st.sampled_from(("entry", "exit", "both"))),
        traffic=draw(st.sampled_from(("passenger", "cargo", "all", "all"))),
        affected_populations=draw(st.lists(st.sampled_from(POPULATIONS), max_size=2, unique=True).map(tuple)),
        nationality_rule=rule,
        nationalities=()
        if rule == "all"
        else draw(st.lists(st.sampled_from(COUNTRIES), min_size=1, max_size=2, unique=True).map(tuple)),
        is_exception=draw(st.booleans()),
    )


cases = st.lists(
    st.builds(Case, st.sampled_from(list_codes("operational_status")), st.lists(measures(), max_size=4).map(tuple)),
    min_size=5,
    max_size=20,
)
looked_at = st.lists(
    st.builds(
        Case,
        st.sampled_from(list_codes("operational_status")),
        st.lists(measures(), max_size=2).map(tuple),
        st.lists(st.integers(-3, 6), max_size=3).map(tuple),
    ),
    min_size=2,
    max_size=6,
)
travellers = st.builds(Traveller, st.none() | st.sampled_from(POPULATIONS[:-2]), st.none() | st.sampled_from(COUNTRIES))


@pytest.fixture(scope="module")
async def engine(bare_engine: AsyncEngine) -> AsyncEngine:
    return bare_engine


@SLOW_IS_FINE
@given(told=cases, who=travellers, direction=st.sampled_from(("entry", "exit")))
async def test_database_answers_as_the_model_does(
    engine: AsyncEngine, told: list[Case], who: Traveller, direction: str
) -> None:
    async with engine.connect() as database:
        found = await fetch_answers(database, await record_cases(database, told), direction, who)
        assert found == [model(case, who, direction) for case in told]
        await database.rollback()


@SLOW_IS_FINE
@given(told=cases, direction=st.sampled_from(("entry", "exit")))
# The status lets some pass and the measure nobody: of whom nothing is known, that is as contradictory as of nationals.
@example(told=[Case("returning_nationals_and_residents_only", (DENIED,))], direction="entry")
async def test_details_of_a_traveller_never_contradict_a_plain_answer(
    engine: AsyncEngine, told: list[Case], direction: str
) -> None:
    """Who passes whoever they are passes as a tourist of Tonga too; and who does not, does not."""
    everybody = Traveller()
    passengers = [Traveller(population, iso3) for population in ("tourists", "other", None) for iso3 in COUNTRIES]
    async with engine.connect() as database:
        point = await record_cases(database, told)
        of_all = await fetch_answers(database, point, direction, everybody)
        for who in passengers:
            for (of_anybody, _), (of_them, _) in zip(
                of_all, await fetch_answers(database, point, direction, who), strict=True
            ):
                assert of_anybody not in {"yes", "no"} or of_them == of_anybody
        await database.rollback()


@SLOW_IS_FINE
@given(
    told=looked_at,
    who=travellers,
    direction=st.sampled_from(("entry", "exit")),
    max_age_d=st.none() | st.integers(0, 6),
)
async def test_database_knows_old_answers_as_the_model_does(
    engine: AsyncEngine, told: list[Case], who: Traveller, direction: str, max_age_d: int | None
) -> None:
    async with engine.connect() as database:
        await record_points(database, told)
        found = await fetch_recent_answers(database, direction, who, max_age_d)
        assert found == [model_lately(case, who, direction, max_age_d) for case in told]
        await database.rollback()


def model_lately(
    case: Case, who: Traveller, direction: str, max_age_d: int | None
) -> tuple[str, str | None, list[str] | None]:
    """The rule with the age of what is known: one last looked at `max_age_d` days ago, or longer, is not known lately.

    What was looked at only later, or never, has no age.
    """
    answer, conditions = model(case, who, direction)
    ages_d = [age_d for age_d in case.ages_d if age_d >= 0]
    is_old = max_age_d is not None and bool(ages_d) and min(ages_d) >= max_age_d
    return ("not_known_lately", answer, conditions) if is_old else (answer, None, conditions)


def model(case: Case, who: Traveller, direction: str) -> tuple[str, list[str] | None]:
    """The rule as docs/accessibility.md has it."""
    rows = [row for row in case.measures if row.direction in {direction, "both"} and is_of_their_traffic(row, who)]
    left = {code: left_of(code, rows, who) for code in {row.measure for row in rows}}
    denied = max((left[code] for code in DENYING & left.keys()), default=0)
    is_limited = any(left.values())
    status = after_exceptions(by_status(case.status, who, direction), rows, who, is_limited=is_limited)
    by_name = any(
        left[row.measure] == 2 and row.measure in DENYING and names_somebody(row) and about(row, who) == 2
        for row in rows
        if not row.is_exception
    )
    contradicts = by_status(case.status, who, direction) in {"yes", "conditional"} and not by_name
    if status == "no" or (denied == 2 and not contradicts):
        return "no", None
    if status == "unknown":
        return "unknown", None
    conditions = [case.status] if status == "conditional" else []
    conditions += sorted(code for code, how in left.items() if how)
    return ("conditional", conditions) if conditions else ("yes", None)


def is_of_their_traffic(row: MeasureRow, who: Traveller) -> bool:
    if who.population in {"crew", "truck_drivers"}:
        return row.traffic in {"all", "cargo"} or who.population in row.affected_populations
    return row.traffic in {"all", "passenger"}


def names_somebody(row: MeasureRow) -> bool:
    return bool(row.affected_populations) or row.nationality_rule != "all"


def about(row: MeasureRow, who: Traveller) -> int:
    """0: not about them; 1: perhaps; 2: surely."""
    return min(about_population(set(row.affected_populations), who), about_nationality(row, who))


def about_population(listed: set[str], who: Traveller) -> int:
    if who.nationality:
        theirs = {who.population} - {"nationals"} | ({"nationals"} if who.nationality == HERE else set())
    else:
        theirs = {who.population}
    if not listed or listed & theirs:
        return 2
    could_be = set(POPULATIONS) if theirs == {None} else set()
    if who.nationality and not who.population:
        could_be = set(POPULATIONS) - {"nationals"}
    return 1 if "unknown" in listed or listed & could_be else 0


def about_nationality(row: MeasureRow, who: Traveller) -> int:
    nationality = who.nationality or (HERE if who.population == "nationals" else None)
    if row.nationality_rule == "all":
        return 2
    if nationality is None:
        return 1
    return 2 if (nationality in row.nationalities) == (row.nationality_rule == "only") else 0


def left_of(code: str, rows: list[MeasureRow], who: Traveller) -> int:
    """How surely the measure is about them, after its exceptions."""
    said = max((about(row, who) for row in rows if row.measure == code and not row.is_exception), default=0)
    excepted = max((about(row, who) for row in rows if row.measure == code and row.is_exception), default=0)
    return {0: said, 1: min(said, 1), 2: 0}[excepted]


def by_status(status: str, who: Traveller, direction: str) -> str:
    if status == "returning_nationals_and_residents_only" and direction == "entry":
        is_national = who.nationality == HERE if who.nationality else who.population == "nationals"
        if is_national or (who.population == "returning_migrants" and not who.nationality):
            return "yes"
        return "no" if who.population == "tourists" else "conditional"
    if status == "commercial_traffic_only":
        return "yes" if who.population in {"crew", "truck_drivers"} else "no"
    directed = {"closed_for_entry": ("no", "yes"), "closed_for_exit": ("yes", "no")}
    if status in directed:
        return directed[status][direction == "exit"]
    return {"open": "yes", "closed": "no", "partially_operational": "some"}.get(status, "unknown")


def named(row: MeasureRow, who: Traveller) -> int:
    """Whether the row names them: one for everybody names nobody."""
    of_population = about_population(set(row.affected_populations), who)
    if row.nationality_rule == "all":
        return of_population if row.affected_populations else 0
    nationality = who.nationality or (HERE if who.population == "nationals" else None)
    if nationality is None:
        return min(of_population, 1)
    return of_population if nationality in row.nationalities else 0


def after_exceptions(status: str, rows: list[MeasureRow], who: Traveller, *, is_limited: bool) -> str:
    denying = [row for row in rows if row.measure in DENYING]
    let_in = max((about(row, who) for row in denying if row.is_exception), default=0)
    if status == "yes" or let_in == 2:
        return "yes"
    perhaps = "conditional" if let_in else "no"
    if status == "some":
        says_who_does_not = any(not row.is_exception for row in denying)
        if denying and not says_who_does_not:
            return perhaps
        how = max((named(row, who) for row in rows), default=0)
        if how == 0:
            return "unknown" if who.population else "conditional"
        return "yes" if how == 2 or is_limited else "conditional"
    return perhaps if status == "no" else status
