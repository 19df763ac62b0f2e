"""Query parameters, checked and typed before anything else happens."""

import datetime as dt
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from typing import Annotated, Any, Literal, TypeVar

from fastapi import Request
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from api.time_parameters import parse_days, parse_moment
from geo.box import Box
from models.codes import codes, nearest_codes
from models.question import Question
from models.time_axes import FOR_EVER, SINCE_EVER, Days

DEFAULT_LIMIT = 100
LARGEST_LIMIT = 10_000


class BadParameters(ValueError):
    """Query parameters that are unknown or malformed; `errors` names each, its value and what is wrong with it."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        self.errors = errors
        super().__init__("; ".join(f"{error['parameter']}={error['value']}: {error['reason']}" for error in errors))


def _split(value: Any) -> tuple[str, ...]:  # noqa: ANN401 - text from an address, or a default
    if not isinstance(value, str):
        return tuple(value)
    parts = tuple(part.strip() for part in value.split(","))
    if not all(parts):
        raise ValueError("a value between the commas is empty")
    return parts


def _codes_of(code_list: str) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
    def check(values: tuple[str, ...]) -> tuple[str, ...]:
        for value in values:
            if value not in codes(code_list):
                raise ValueError(f"{value!r} is not a code of {code_list}{_did_you_mean(code_list, value)}")
        return values

    return check


def _did_you_mean(code_list: str, value: str) -> str:
    near = nearest_codes(code_list, value)
    return f"; did you mean {' or '.join(near)}?" if near else f"; its codes are {', '.join(codes(code_list))}"


def _upper(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(value.upper() for value in values)


def _clamped(limit: int) -> int:
    return min(limit, LARGEST_LIMIT)


def _digits(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, str) and not re.fullmatch(r"-?[0-9]+", value):
        raise ValueError("is not a whole number")
    return value


def _if_given(parse: Callable[[str], Any]) -> Callable[[Any], Any]:
    return lambda value: value if value is None else parse(value)


def _boolean(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, str) and value.lower() not in {"true", "false"}:
        raise ValueError("use true or false")
    return value


Values = Annotated[tuple[str, ...], BeforeValidator(_split)]
Iso3s = Annotated[Values, AfterValidator(_upper)]
PoeTypes = Annotated[Values, AfterValidator(_codes_of("poe_type"))]
StatusGroups = Annotated[Values, AfterValidator(_codes_of("status_group"))]
OperationalStatuses = Annotated[Values, AfterValidator(_codes_of("operational_status"))]
Limit = Annotated[int, BeforeValidator(_digits), Field(ge=1), AfterValidator(_clamped)]
After = Annotated[int, Field(ge=-(2**63), lt=2**63)]
AskedDays = Annotated[Days | None, BeforeValidator(_if_given(parse_days))]
AskedMoment = Annotated[dt.datetime | None, BeforeValidator(_if_given(parse_moment))]
AskedBox = Annotated[Box | None, BeforeValidator(_if_given(Box.parse))]
YesOrNo = Annotated[bool | None, BeforeValidator(_boolean)]
Format = Literal["json", "html"]


class Parameters(BaseModel):
    """What every address takes. A subclass adds its own; what none names is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    f: Format | None = Field(None, description="Representation of the answer, before what `Accept` asks for.")


class DayParameters(Parameters):
    """The clock of the world."""

    datetime: AskedDays = Field(
        None,
        description="The day asked about (default: today, UTC), or an interval `first/last`, open at a side `..`.",
        json_schema_extra={"type": "string"},
    )


class Clocks(DayParameters):
    """The two clocks."""

    as_known_at: AskedMoment = Field(
        None,
        description="Answer with what was known at this moment. A date stands for the end of that day, UTC.",
        json_schema_extra={"type": "string"},
    )


class ItemParameters(Clocks):
    """What one item takes."""


class FeaturesParameters(Clocks):
    """What every collection can be asked by."""

    limit: Limit = Field(DEFAULT_LIMIT, description="Features in a page; above 10,000 the page has 10,000.")
    bbox: AskedBox = Field(
        None, description="west,south,east,north in degrees; west greater than east crosses the antimeridian."
    )
    country: Iso3s = Field((), description="ISO 3166-1 alpha-3 codes.")
    region: Values = Field((), description="Codes of regions, as in /regions: IOM's, M49 or custom.")
    after: str | int | None = Field(None, description="Where a page starts; written by `next` links.")

    def question(self, today: dt.date, as_known_at: dt.datetime | None) -> Question:
        """The question asked, as known at the moment given, or as known now."""
        return Question(
            days=self.datetime or Days.on(today),
            as_known_at=as_known_at,
            iso3s=list(self.country) or None,
            regions=list(self.region) or None,
            box=self.bbox.halves() if self.bbox else None,
        )


class CountriesParameters(FeaturesParameters):
    """What the countries can be asked by."""

    after: str | None = Field(None, description="Where a page starts; written by `next` links.")


class PointsParameters(FeaturesParameters):
    """What the points of entry, and their restrictions, can be asked by."""

    poe_type: PoeTypes = Field((), description="Types of point.")
    status_group: StatusGroups = Field((), description="Groups of operational status.")
    operational_status: OperationalStatuses = Field((), description="Operational statuses.")
    is_poe: YesOrNo = Field(None, description="true: points of entry; false: key locations of internal mobility.")
    after: After | None = Field(None, description="Where a page starts; written by `next` links.")

    def question(self, today: dt.date, as_known_at: dt.datetime | None) -> Question:
        return replace(
            super().question(today, as_known_at),
            poe_types=list(self.poe_type) or None,
            status_groups=list(self.status_group) or None,
            operational_statuses=list(self.operational_status) or None,
            is_poe=self.is_poe,
        )


class RestrictionsParameters(PointsParameters):
    """The restrictions of all days answer, unless `datetime` asks for those of some."""

    def question(self, today: dt.date, as_known_at: dt.datetime | None) -> Question:
        question = super().question(today, as_known_at)
        return question if self.datetime else replace(question, days=Days(SINCE_EVER, FOR_EVER))


P = TypeVar("P", bound=Parameters)


def parsed(model: type[P]) -> Callable[[Request], Awaitable[P]]:
    """Dependency giving the query parameters of a request as `model`. Raises BadParameters."""

    async def parse(request: Request) -> P:
        given = _gathered(request.query_params.multi_items(), model)
        try:
            return model.model_validate(given)
        except ValidationError as error:
            raise BadParameters([_named(fault, given, model) for fault in error.errors()]) from None

    return parse


def _gathered(items: Iterable[tuple[str, str]], model: type[Parameters]) -> dict[str, str]:
    """The parameters by name; one that takes several values may be repeated, any other only given once.

    One without a value is as good as not given: the fields of a form that were left empty are sent like that.
    """
    given: dict[str, str] = {}
    for name, value in items:
        if "\0" in value:
            raise BadParameters([{"parameter": name, "value": value, "reason": "contains a NUL character"}])
        if not value and name in model.model_fields:
            continue
        if name in given and not takes_several(model, name):
            raise BadParameters([{"parameter": name, "value": value, "reason": "is given twice"}])
        given[name] = f"{given[name]},{value}" if name in given else value
    return given


def takes_several(model: type[Parameters], name: str) -> bool:
    """Whether the parameter takes several values, with commas between or repeated."""
    return name in model.model_fields and model.model_fields[name].default == ()


def _named(fault: ErrorDetails, given: dict[str, str], model: type[Parameters]) -> dict[str, str]:
    name = str(fault["loc"][0])
    reason = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        reason = f"is not a parameter here; those are {', '.join(model.model_fields)}"
    return {"parameter": name, "value": given.get(name, ""), "reason": reason}
