"""Request bodies of offices, and the types of their fields."""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from models.accounts.offices import OfficeEntry
from models.codes import Language

CODE_PATTERN = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")


def _validate_code(text: str) -> str:
    if not CODE_PATTERN.fullmatch(text):
        raise ValueError("must be 2 to 40 lower-case letters, digits and hyphens, and must not start with a hyphen")
    return text


def _sort_unique(values: list[str]) -> list[str]:
    return sorted(set(values))


def _validate_line(text: str) -> str:
    if any(unicodedata.category(character) == "Cc" for character in text):
        raise ValueError("contains an unprintable character")
    return text


Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_validate_line)
]
OfficeCode = Annotated[
    str, AfterValidator(_validate_code), Field(json_schema_extra={"pattern": f"^{CODE_PATTERN.pattern}$"})
]
Iso3 = Annotated[Line, StringConstraints(to_upper=True), Field(json_schema_extra={"pattern": "^[A-Za-z]{3}$"})]
Iso3s = Annotated[list[Iso3], Field(max_length=300), AfterValidator(_sort_unique)]
Regions = Annotated[list[Line], Field(max_length=300), AfterValidator(_sort_unique)]


class OfficeChange(BaseModel):
    """Changes of an office. A missing member leaves the value unchanged; the defaults here mean a missing member."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: Line = ""
    language: Language = "en"
    needs_review: bool = False
    countries: Iso3s = Field(default_factory=list)
    regions: Regions = Field(default_factory=list)


class NewOffice(OfficeChange):
    """New office."""

    code: OfficeCode
    name: Line

    def build_entry(self) -> OfficeEntry:
        return OfficeEntry(**self.model_dump())
