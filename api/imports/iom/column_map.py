"""The column map: the meaning of columns and words in another organisation's file.

iom_poe.toml beside this module is the default; its comments describe each part.
"""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from api.imports.errors import UnreadableFile
from models.codes import find_code, fold_text, list_codes

HEALTH_FIELDS = list_codes("health_indicator")
FIELDS = (
    *("code", "name", "country", "poe_type", "iata", "icao", "unlocode", "latitude", "longitude"),
    *("observed_on", "operational_status", "measures", "direction", "affected_populations"),
    *("expected_duration", "announced_end", "estimated_daily_inflow", "estimated_daily_outflow"),
    *("source_type", "source_url", "comment", *HEALTH_FIELDS),
)
# Kinds of location that IOM assesses but a register of points of entry does not include.
EXCLUDED_POINT_TYPES = ("area_of_interest", "site_with_population_of_interest")
WORD_LISTS = (
    *("poe_type", "operational_status", "measure", "direction", "affected_population", "expected_duration"),
    *("source_type", "health_value", "screening_value"),
)
COUNTRY_WORDS = "country"
Words = Mapping[str, str]


class ColumnMap(BaseModel):
    """A column map. Headings and words are compared without case, accents, spaces and punctuation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    date_formats: Annotated[tuple[str, ...], Field(min_length=1)]
    list_separators: Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1)]
    nothing: tuple[str, ...] = ()
    confidence: str = "reported"
    columns: Mapping[str, tuple[str, ...]]
    measure_columns: Words = {}
    population_columns: Words = {}
    words: Mapping[str, Words] = {}

    @model_validator(mode="after")
    def _check(self) -> Self:
        _refuse_unknown("confidence", [self.confidence], list_codes("confidence"))
        _refuse_unknown("columns", self.columns, FIELDS)
        _refuse_unknown("words", self.words, (*WORD_LISTS, COUNTRY_WORDS))
        for list_name in WORD_LISTS:
            _refuse_unknown(f"words.{list_name}", self.words.get(list_name, {}).values(), _list_meanings(list_name))
        _refuse_unknown("measure_columns", self.measure_columns.values(), _list_meanings("measure"))
        _refuse_unknown("population_columns", self.population_columns.values(), list_codes("affected_population"))
        of_fields = (heading for headings in self.columns.values() for heading in headings)
        _refuse_twins([*of_fields, *self.measure_columns, *self.population_columns])
        return self

    def find_meaning(self, list_name: str, text: str) -> str | None:
        """Find the code of a text: empty for a word without content, None if the map has no meaning for it.

        For a measure the result is `measure` or `measure direction`.
        """
        said = self._code_by_word[list_name].get(fold_text(text))
        return find_code(list_name, text) if said is None and list_name != COUNTRY_WORDS else said

    def is_blank(self, text: str) -> bool:
        return fold_text(text) in self._blank_words

    @cached_property
    def _blank_words(self) -> frozenset[str]:
        return frozenset(fold_text(word) for word in (*self.nothing, ""))

    @cached_property
    def _code_by_word(self) -> Mapping[str, Words]:
        return {
            list_name: {fold_text(word): code for word, code in self.words.get(list_name, {}).items()}
            for list_name in (*WORD_LISTS, COUNTRY_WORDS)
        }


def read_column_map(path: Path | None = None) -> tuple[ColumnMap, bytes]:
    """Read the map from the file, by default the shipped map, and return it with its bytes, or raise UnreadableFile."""
    try:
        content = path.read_bytes() if path else (files("api.imports.iom") / "points_of_entry.toml").read_bytes()
        return ColumnMap.model_validate(tomllib.loads(content.decode("utf-8"))), content
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise UnreadableFile(f"{path} is not a column map: {wrong.removeprefix(': ')}") from error
    except (OSError, ValueError) as error:
        raise UnreadableFile(f"{path} is not a column map: {error}") from error


def _list_meanings(list_name: str) -> tuple[str, ...]:
    """List the possible meanings of a word of the list: the codes, and the empty text."""
    known = list_codes(list_name)
    if list_name == "measure":
        known += tuple(f"{measure} {direction}" for measure in known for direction in list_codes("direction"))
    return (*known, *(EXCLUDED_POINT_TYPES if list_name == "poe_type" else ()), "")


def _refuse_unknown(place: str, names: Iterable[Any], known: tuple[str, ...]) -> None:
    if unknown := [name for name in names if name not in known]:
        raise ValueError(
            f"{place}: unknown value {unknown[0]!r}; expected one of {', '.join(name for name in known if name)}"
        )


def _refuse_twins(headings: list[str]) -> None:
    seen = [fold_text(heading) for heading in headings]
    if twins := [heading for heading in headings if seen.count(fold_text(heading)) > 1]:
        raise ValueError(f"the column {twins[0]!r} has two meanings")
