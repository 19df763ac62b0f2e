"""Crossings between two countries on a day: out of one and into the other, for a traveller, with their conditions."""

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from api.analysis.passability import build_missing_post, build_post, fetch_border_control, fetch_travel_level
from api.analysis.traveller_parameters import TravellerParameters
from api.collections.registry import NOTICE
from api.database.as_of import AsOf, resolve_as_of
from api.database.prepared_statements import execute
from api.database.read_connections import LimitedConnection
from api.parameters.errors import BadParameters
from api.parameters.operation import HTML, Operation
from api.parameters.page_day import apply_page_day
from api.parameters.places import refuse_unknown_countries
from api.parameters.shared import build_query_parser
from api.parameters.types import Text
from api.responses.example_notice import fetch_example_notes
from api.responses.representation import (
    GEOJSON,
    Link,
    build_current_url,
    build_self_links,
    get_query_values,
    is_html_requested,
    render_document,
)
from api.values.datetimes import format_days, format_moment, get_today
from models.analysis.crossings import (
    BORDER_TYPES,
    MAX_POST_DISTANCE_M,
    CrossingPair,
    select_crossing_pairs,
    select_crossing_sides,
    select_has_land_border,
)
from models.analysis.passability import CONDITIONAL, NOT_KNOWN_LATELY, combine_passability
from models.analysis.staleness import compute_last_stale_day
from models.analysis.statistics import select_group_names
from models.codes import list_codes
from models.queries.filters import PointFilter, create_statement_template
from models.tables.bitemporal import Days

router = APIRouter()
Row = dict[str, Any]
OneCountry = Annotated[Text, AfterValidator(str.upper)]
NOTES = (
    (
        "`exit` is the post of the country of departure, `entry` the post of the country of arrival; each country "
        "assesses its own post. `passable` combines both: no if one side is not passable; not assessed, not known "
        "lately or unknown if one side is. A post that nobody assessed never counts as open."
    ),
    (
        "A post whose last assessment is `max_age` days old or older is `not_known_lately`, and `last_known` has its "
        "last value; the `last_known` of a crossing combines the last values of both sides."
    ),
    (
        "Posts are paired by `counterpart` if the register links them, and by `nearest` if two land points are each "
        f"other's nearest within {MAX_POST_DISTANCE_M / 1000:g} km and at least one names the other country; "
        "`one_sided` has no post of the other country in the register."
    ),
    (
        "`country_measure` is valid for the whole country of arrival, and `border_control` for its borders with the "
        "other country; neither is included in the value of a point."
    ),
)


class CrossingsParameters(TravellerParameters):
    """Border, day and traveller."""

    from_: OneCountry = Field(
        alias="from", examples=["SRB"], description="Country of departure, ISO 3166-1 alpha-3 code."
    )
    to: OneCountry = Field(examples=["BGR"], description="Country of arrival, ISO 3166-1 alpha-3 code.")


@router.api_route("/crossings", methods=["GET", "HEAD"])
@Operation(
    "getCrossings",
    "Crossings from one country to another",
    answer="Crossings",
    gives=(GEOJSON, HTML),
)
async def get_crossings(
    request: Request,
    connection: LimitedConnection,
    parameters: Annotated[CrossingsParameters, Depends(build_query_parser(CrossingsParameters))],
) -> Response:
    """Return the crossings from one country to another."""
    sides = {"from": parameters.from_, "to": parameters.to}
    await refuse_unknown_countries(connection, {**sides, "nationality": parameters.nationality})
    if parameters.from_ == parameters.to:
        reason = "is the same country as `from`; a crossing connects two countries"
        raise BadParameters([{"parameter": "to", "value": parameters.to, "reason": reason}])
    parameters, shown = await apply_page_day(request, connection, parameters)
    knowledge = await resolve_as_of(connection, parameters.as_known_at)
    question = PointFilter(
        parameters.datetime or Days.on(get_today()), knowledge.as_known_at, list(sides.values()), poe_types=BORDER_TYPES
    )
    features = await _fetch_features(connection, question, parameters)
    document = await _build_document(request, connection, parameters, question, knowledge, features)
    if is_html_requested(request):
        return render_document(
            request, "analysis/crossings.html", document, query=get_query_values(request), shown=shown
        )
    return JSONResponse(document, media_type=GEOJSON, headers={"Vary": "Accept"})


async def _fetch_features(
    connection: AsyncConnection, question: PointFilter, parameters: CrossingsParameters
) -> list[Row]:
    """Fetch the crossings, passable crossings first."""
    border = {"from_iso3": parameters.from_, "to_iso3": parameters.to}
    statement, values = create_statement_template(select_crossing_pairs, question)
    pairs = [CrossingPair(*row) for row in await execute(connection, statement, values | border)]
    numbers = [number for pair in pairs for number in (pair.leaving, pair.arriving) if number is not None]
    statement, values = create_statement_template(select_crossing_sides, question)
    stale = {"stale_until": compute_last_stale_day(question.days.last, parameters.resolve_max_age_d())}
    bound = values | border | parameters.build_traveller().values() | stale | {"points": numbers}
    posts = {row["key"]: dict(row) for row in (await execute(connection, statement, bound)).mappings()}
    features = [_build_feature(pair, posts, parameters) for pair in pairs]
    order = list_codes("passable")
    return sorted(features, key=lambda each: (order.index(each["properties"]["passable"]), each["id"]))


def _build_feature(pair: CrossingPair, posts: Mapping[int, Row], parameters: CrossingsParameters) -> Row:
    leaving, arriving = (posts.get(number) if number is not None else None for number in (pair.leaving, pair.arriving))
    sides = [side for side in (leaving, arriving) if side is not None]
    exit_, entry = (
        build_post(side) if side else build_missing_post(iso3)
        for side, iso3 in ((leaving, parameters.from_), (arriving, parameters.to))
    )
    passable = combine_passability(exit_["passable"], entry["passable"])
    feature: Row = jsonable_encoder({
        "type": "Feature",
        "id": "~".join(side["code"] for side in sides),
        "geometry": {"type": "MultiPoint", "coordinates": [[side["longitude"], side["latitude"]] for side in sides]},
        "properties": {
            "name": " / ".join(dict.fromkeys(side["name"] for side in sides)),
            "passable": passable,
            "last_known": _combine_last_known(exit_, entry) if passable == NOT_KNOWN_LATELY else None,
            "conditions": _combine_conditions(passable, exit_, entry),
            "pairing": pair.pairing,
            "distance_m": None if pair.distance_m is None else round(pair.distance_m),
            "exit": exit_,
            "entry": entry,
        },
    })  # fmt: skip
    return feature


def _combine_last_known(exit_: Row, entry: Row) -> str:
    """Combine the passability that each side had when it was last assessed."""
    return combine_passability(*(side["last_known"] or side["passable"] for side in (exit_, entry)))


def _combine_conditions(passable: str, *sides: Row) -> list[str] | None:
    """Combine the conditions of both sides in alphabetical order; None where the crossing is not `conditional`."""
    return sorted({code for side in sides for code in side["conditions"] or ()}) if passable == CONDITIONAL else None


async def _build_document(
    request: Request,
    connection: AsyncConnection,
    parameters: CrossingsParameters,
    question: PointFilter,
    knowledge: AsOf,
    features: list[Row],
) -> Row:
    clocks = {"datetime": format_days(question.days), "as_known_at": format_moment(knowledge.moment)}
    names = {row.code: row.name for row in await connection.execute(select_group_names("country"))}
    border = {"from_iso3": parameters.from_, "to_iso3": parameters.to}
    shared = bool(await connection.scalar(select_has_land_border(), border))
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
        "max_age": parameters.resolve_age_d(),
        **clocks,
        "numberReturned": len(features),
        "passable": {code: count[code] for code in list_codes("passable")},
        "share_a_land_border": shared,
        "country_measure": await fetch_travel_level(connection, question, parameters.to),
        "border_control": await fetch_border_control(connection, question, parameters.from_, parameters.to),
        "features": features,
        "notes": [
            *await fetch_example_notes(request),
            *([] if features else [_describe_no_crossings(shared=shared)]),
            *_describe_nationals(parameters),
            *NOTES,
            NOTICE,
        ],
        "links": _build_links(request, parameters, clocks),
    }


def _describe_no_crossings(*, shared: bool) -> str:
    border = "share a land border" if shared else "share no land border"
    return (
        f"The register has no crossing between these countries: no border point of one names the other. They {border}."
    )


def _describe_nationals(parameters: CrossingsParameters) -> list[str]:
    """Return the note that `nationals` covers two nationalities; empty if `nationality` names one."""
    if parameters.population != "nationals" or parameters.nationality:
        return []
    sides = f"those of {parameters.from_} for exit and those of {parameters.to} for entry"
    return [f"Nationals are {sides}, and few people are both: for one person on both sides, use `nationality`."]


def _build_links(request: Request, parameters: CrossingsParameters, clocks: dict[str, str]) -> list[Link]:
    back = build_current_url(request, **clocks, **{"from": parameters.to, "to": parameters.from_})
    kind = "text/html" if is_html_requested(request) else GEOJSON
    return [
        *build_self_links(request, json_type=GEOJSON, **clocks),
        {"rel": "related", "type": kind, "title": "Opposite direction", "href": back},
    ]
