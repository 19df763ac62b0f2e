"""Crossings between two countries on a day: out of one and into the other, for a traveller, with their conditions."""

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from api.asked_types import Text
from api.bad_parameters import BadParameters
from api.border_control import border_control_between
from api.collections import NOTICE
from api.example_notice import example_notes
from api.knowledge import Knowledge, knowledge_at
from api.page_day import on_page_day
from api.parameters import parsed
from api.passing_points import no_post, post, travel_level
from api.places import refuse_unknown_countries
from api.prepared import execute
from api.representation import GEOJSON, Link, answer, here, query_of, self_links, wants_html
from api.server.limited_reading import LimitedReading
from api.time_parameters import days_text, moment_text, today
from api.traveller_parameters import TravellerParameters
from models.codes import codes
from models.crossings import BORDER_TYPES, FARTHEST_POSTS_M, Pair, crossing_pairs, share_a_border, sides_of_crossings
from models.passable import CONDITIONAL, NOT_KNOWN_LATELY, through_both
from models.question import Question, shaped
from models.staleness import last_stale_day
from models.statistics import names_of
from models.time_axes import Days

router = APIRouter()
Row = dict[str, Any]
OneCountry = Annotated[Text, AfterValidator(str.upper)]
NOTES = (
    (
        "`exit` is the post of the country that is left, `entry` that of the country that is entered; each is assessed "
        "by its own country. `passable` is both: no if one side lets nobody through, else not assessed, not "
        "known lately or unknown if one side is; what nobody assessed is never taken for open."
    ),
    (
        "A post whose last assessment is `max_age` days old or older is `not_known_lately`, with the answer of then "
        "beside it as `last_known`; that of the crossing is made of both sides' last answers."
    ),
    (
        "Posts belong together by `counterpart`, where the register links them; by `nearest`, where two land points "
        f"are each other's nearest within {FARTHEST_POSTS_M / 1000:g} km and at least one names the other country; "
        "`one_sided` has no post of the other country in the register."
    ),
    (
        "`country_measure` holds for all of the country that is entered, and `border_control` for its borders with the "
        "other; neither is part of any point's answer."
    ),
)


class CrossingsParameters(TravellerParameters):
    """Border, day and traveller."""

    from_: OneCountry = Field(
        alias="from", examples=["SRB"], description="Country that is left, by its ISO 3166-1 alpha-3 code."
    )
    to: OneCountry = Field(examples=["BGR"], description="Country that is entered, by its ISO 3166-1 alpha-3 code.")


@router.api_route("/crossings", methods=["GET", "HEAD"])
async def read_crossings(
    request: Request,
    connection: LimitedReading,
    parameters: Annotated[CrossingsParameters, Depends(parsed(CrossingsParameters))],
) -> Response:
    """Return the crossings from one country to another."""
    sides = {"from": parameters.from_, "to": parameters.to}
    await refuse_unknown_countries(connection, {**sides, "nationality": parameters.nationality})
    if parameters.from_ == parameters.to:
        reason = "is the same country as `from`: crossings lie between two"
        raise BadParameters([{"parameter": "to", "value": parameters.to, "reason": reason}])
    parameters, shown = await on_page_day(request, connection, parameters)
    knowledge = await knowledge_at(connection, parameters.as_known_at)
    question = Question(
        parameters.datetime or Days.on(today()), knowledge.as_known_at, list(sides.values()), poe_types=BORDER_TYPES
    )
    features = await _features(connection, question, parameters)
    document = await _document(request, connection, parameters, question, knowledge, features)
    if wants_html(request):
        return answer(request, "crossings.html", document, query=query_of(request), shown=shown)
    return JSONResponse(document, media_type=GEOJSON, headers={"Vary": "Accept"})


async def _features(connection: AsyncConnection, question: Question, parameters: CrossingsParameters) -> list[Row]:
    """Fetch the crossings, passable crossings first."""
    border = {"from_iso3": parameters.from_, "to_iso3": parameters.to}
    statement, values = shaped(crossing_pairs, question)
    pairs = [Pair(*row) for row in await execute(connection, statement, values | border)]
    numbers = [number for pair in pairs for number in (pair.leaving, pair.arriving) if number is not None]
    statement, values = shaped(sides_of_crossings, question)
    stale = {"stale_until": last_stale_day(question.days.last, parameters.resolve_max_age_d())}
    bound = values | border | parameters.build_traveller().values() | stale | {"points": numbers}
    posts = {row["key"]: dict(row) for row in (await execute(connection, statement, bound)).mappings()}
    features = [_feature(pair, posts, parameters) for pair in pairs]
    order = codes("passable")
    return sorted(features, key=lambda each: (order.index(each["properties"]["passable"]), each["id"]))


def _feature(pair: Pair, posts: Mapping[int, Row], parameters: CrossingsParameters) -> Row:
    leaving, arriving = (posts.get(number) if number is not None else None for number in (pair.leaving, pair.arriving))
    sides = [side for side in (leaving, arriving) if side is not None]
    exit_, entry = (
        post(side) if side else no_post(iso3) for side, iso3 in ((leaving, parameters.from_), (arriving, parameters.to))
    )
    passable = through_both(exit_["passable"], entry["passable"])
    feature: Row = jsonable_encoder({
        "type": "Feature",
        "id": "~".join(side["code"] for side in sides),
        "geometry": {"type": "MultiPoint", "coordinates": [[side["longitude"], side["latitude"]] for side in sides]},
        "properties": {
            "name": " / ".join(dict.fromkeys(side["name"] for side in sides)),
            "passable": passable,
            "last_known": _last_known(exit_, entry) if passable == NOT_KNOWN_LATELY else None,
            "conditions": _conditions(passable, exit_, entry),
            "pairing": pair.pairing,
            "distance_m": None if pair.distance_m is None else round(pair.distance_m),
            "exit": exit_,
            "entry": entry,
        },
    })  # fmt: skip
    return feature


def _last_known(exit_: Row, entry: Row) -> str:
    """Combine the passability that each side had when it was last assessed."""
    return through_both(*(side["last_known"] or side["passable"] for side in (exit_, entry)))


def _conditions(passable: str, *sides: Row) -> list[str] | None:
    """Combine the conditions of both sides in alphabetical order; None where the crossing is not `conditional`."""
    return sorted({code for side in sides for code in side["conditions"] or ()}) if passable == CONDITIONAL else None


async def _document(
    request: Request,
    connection: AsyncConnection,
    parameters: CrossingsParameters,
    question: Question,
    knowledge: Knowledge,
    features: list[Row],
) -> Row:
    clocks = {"datetime": days_text(question.days), "as_known_at": moment_text(knowledge.moment)}
    names = {row.code: row.name for row in await connection.execute(names_of("country"))}
    border = {"from_iso3": parameters.from_, "to_iso3": parameters.to}
    shared = bool(await connection.scalar(share_a_border(), border))
    count = Counter(feature["properties"]["passable"] for feature in features)
    return {
        "type": "FeatureCollection",
        "title": f"Crossings from {names[parameters.from_]} to {names[parameters.to]}",
        "from": parameters.from_,
        "to": parameters.to,
        "from_name": names[parameters.from_],
        "to_name": names[parameters.to],
        "population": parameters.population,
        "nationality": parameters.nationality,
        "max_age": parameters.age_d(),
        **clocks,
        "numberReturned": len(features),
        "passable": {code: count[code] for code in codes("passable")},
        "share_a_land_border": shared,
        "country_measure": await travel_level(connection, question, parameters.to),
        "border_control": await border_control_between(connection, question, parameters.from_, parameters.to),
        "features": features,
        "notes": [
            *await example_notes(request),
            *([] if features else [_nothing(shared=shared)]),
            *_of_nationals(parameters),
            *NOTES,
            NOTICE,
        ],
        "links": _links(request, parameters, clocks),
    }


def _nothing(*, shared: bool) -> str:
    border = "share a land border" if shared else "share no land border"
    return f"The register has no crossing between the two: no border point of either names the other. They {border}."


def _of_nationals(parameters: CrossingsParameters) -> list[str]:
    """Return the note that `nationals` covers two nationalities; empty if `nationality` names one."""
    if parameters.population != "nationals" or parameters.nationality:
        return []
    sides = f"those of {parameters.from_} for exit and those of {parameters.to} for entry"
    return [f"Nationals are {sides}, and few are both: for one person on both sides, ask with `nationality`."]


def _links(request: Request, parameters: CrossingsParameters, clocks: dict[str, str]) -> list[Link]:
    back = here(request, **clocks, **{"from": parameters.to, "to": parameters.from_})
    kind = "text/html" if wants_html(request) else GEOJSON
    return [
        *self_links(request, json_type=GEOJSON, **clocks),
        {"rel": "related", "type": kind, "title": "The other way round", "href": back},
    ]
