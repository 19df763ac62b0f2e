"""Parameters of the traveller."""

from typing import Annotated

from pydantic import AfterValidator, Field

from api.analysis.freshness import SingleDayParameters
from api.messages.suggestions import format_suggestions
from api.parameters.types import Text, WholeNumber
from api.responses.stale_after import get_stale_after_d, normalise_max_age_d
from models.analysis.staleness import ANY_AGE_D, DEFAULT_MAX_AGE_D
from models.analysis.traveller import Traveller
from models.codes import find_code, list_codes, suggest_codes


def _parse_population(value: str | None) -> str | None:
    """Find the code by its text, by its label in any language, or by a synonym."""
    if value is None:
        return None
    code = find_code("affected_population", value)
    if code is None:
        known = f"; expected one of {', '.join(list_codes('affected_population'))}"
        hint = format_suggestions(suggest_codes("affected_population", value), known)
        raise ValueError(f"{value!r} is not a code of affected_population{hint}")
    return code


def _normalise_nationality(value: str | None) -> str | None:
    return value and value.upper()


Population = Annotated[Text | None, AfterValidator(_parse_population)]
Iso3 = Annotated[Text | None, AfterValidator(_normalise_nationality)]
Age = Annotated[WholeNumber, Field(ge=0, le=ANY_AGE_D)]


class TravellerParameters(SingleDayParameters):
    """Day and traveller."""

    population: Population = Field(
        None,
        description="Code of `affected_population`, or a word for it, such as `returnees`. `nationals` are nationals "
        "of the country of the point. Default: people in general.",
    )
    nationality: Iso3 = Field(None, description="ISO 3166-1 alpha-3 code of a nationality. Default: any.")
    max_age: Age | None = Field(
        None,
        description=f"Days after its last assessment from which a point is `not_known_lately`; 0: always, {ANY_AGE_D}: "
        f"never. Default: the setting of the service ({DEFAULT_MAX_AGE_D} if not set).",
    )

    def build_traveller(self) -> Traveller:
        return Traveller(self.population, self.nationality)

    def resolve_age_d(self) -> int:
        """Return the age of the request, or the service's default, as responses show it."""
        return get_stale_after_d() if self.max_age is None else self.max_age

    def resolve_max_age_d(self) -> int | None:
        """Return the age as the models have it."""
        return normalise_max_age_d(self.resolve_age_d())
