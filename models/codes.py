"""The code lists: every code of the data, with its labels and its definition.

They are read once from `codes.toml` beside this file, and rejected as a whole if any of them is invalid.
"""

import datetime as dt
import difflib
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.json_schema import SkipJsonSchema

TrimmedText = Annotated[str, Field(min_length=1, pattern=r"^\S(.*\S)?$")]
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]  # goes into SQL text and addresses as it is
Language = Literal["en", "fr", "es", "ar"]
Labels = Annotated[Mapping[Language, TrimmedText], Field(min_length=4)]


MAX_CACHED_LENGTH = 100


class UnknownCodeList(ValueError):
    """There is no code list of that name."""


class UnknownCode(ValueError):
    """The code list has no such code."""


class InvalidCodeList(ValueError):
    """A code list contradicts itself or another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One item of a code list, with its labels by language.

    `group` is a code of the list that the code list names, `rank` an order for maps where the codes have none, `phase`
    a code of `air_travel_phase`, and `external` the equivalent in other vocabularies, by their names. A measure that
    `denies_passage` stops the people that it is about, any other measure is a condition; no schema has this member,
    because no response shows it. `also` are synonyms that people write, in any language.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    code: Identifier
    labels: Labels
    definition: TrimmedText
    source: TrimmedText
    group: Identifier | None = None
    rank: int | None = None
    is_poe: bool | None = None
    denies_passage: Annotated[bool | None, SkipJsonSchema()] = None
    phase: Identifier | None = None
    deprecated_on: dt.date | None = None
    also: tuple[TrimmedText, ...] = ()
    external: Mapping[TrimmedText, TrimmedText] = field(default_factory=dict)

    def is_active(self, on: dt.date) -> bool:
        """Return whether the code may be used for day `on`: a deprecated code is valid only for earlier days."""
        return self.deprecated_on is None or on < self.deprecated_on


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeList:
    """A code list, with its items in display order."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    name: Identifier
    title: TrimmedText
    definition: TrimmedText
    source: TrimmedText
    items: Annotated[tuple[Code, ...], Field(min_length=1)]
    group_list: Identifier | None = None

    def item(self, code: str) -> Code:
        """Return the item of exactly this code. Raise UnknownCode."""
        for item in self.items:
            if item.code == code:
                return item
        raise UnknownCode(f"{code!r} is not a code of {self.name}; expected one of {', '.join(_list_item_codes(self))}")


def read_code_lists(text: str) -> Mapping[str, CodeList]:
    """Read the code lists of a TOML text, by name and in its order.

    Raise ValueError (pydantic's own, or InvalidCodeList) naming the list and its error.
    """
    named = [{"name": name, **table} for name, table in tomllib.loads(text).items()]
    lists = {item_list.name: item_list for item_list in TypeAdapter(list[CodeList]).validate_python(named)}
    for item_list in lists.values():
        _check_duplicates(item_list)
        _check_references(item_list, lists)
        _collect_spellings(item_list)
    return lists


def fold_text(text: str) -> str:
    """Remove what people write differently: case, accents, punctuation, spaces, underscores, hyphens.

    Accents include Arabic vowel signs, hamza on its carrier and tatweel; marks that only set direction are removed too.
    """
    letters = (_fold_letter(letter) for letter in unicodedata.normalize("NFKD", text).casefold())
    return " ".join("".join(letters).split())


def list_codes(name: str) -> tuple[str, ...]:
    """List the codes of the list, deprecated ones too, in its order. Raise UnknownCodeList."""
    return _list_item_codes(get_code_list(name))


def get_code_list(name: str) -> CodeList:
    """Return the code list of this name, or raise UnknownCodeList."""
    if name not in CODE_LISTS:
        raise UnknownCodeList(f"unknown code list {name!r}; expected one of {', '.join(CODE_LISTS)}")
    return CODE_LISTS[name]


def list_poe_types() -> tuple[str, ...]:
    """List the types of points of entry, without the types of key locations of internal mobility."""
    return tuple(item.code for item in get_code_list("poe_type").items if item.is_poe)


def get_status_group(status: str) -> str:
    """Return the group that maps and reports show for an operational status. Raise UnknownCode."""
    group = get_code_list("operational_status").item(status).group
    if group is None:
        raise InvalidCodeList(f"operational_status: {status} has no group")
    return group


def find_code(list_name: str, text: str) -> str | None:
    """Return the code that a person wrote as its code or as its label in any language, or None.

    Differences that `folded` removes do not matter. Raise UnknownCodeList.
    """
    return (
        _find_cached_code(list_name, text)
        if len(text) <= MAX_CACHED_LENGTH
        else _load_spellings(list_name).get(fold_text(text))
    )


@lru_cache(maxsize=4096)
def _find_cached_code(list_name: str, text: str) -> str | None:
    """Look up the code with a cache, since the rows of a weekly update repeat a few texts thousands of times."""
    return _load_spellings(list_name).get(fold_text(text))


def suggest_codes(list_name: str, text: str, limit: int = 3) -> list[str]:
    """Suggest up to `limit` codes by the similarity of their code or label to the text, nearest first."""
    return suggest_meanings(text, _load_spellings(list_name), limit)


def suggest_meanings(text: str, words: Mapping[str, str], limit: int) -> list[str]:
    """Suggest up to `limit` values of the folded words that are similar to the text, nearest first."""
    near = find_similar(fold_text(text), words, len(words))
    return list(dict.fromkeys(words[word] for word in near))[:limit]


def find_similar(text: str, words: Iterable[str], limit: int) -> list[str]:
    """Find up to `limit` of the words with a spelling similar to the text, nearest first."""
    return difflib.get_close_matches(text, words, limit)


@cache
def _load_spellings(list_name: str) -> Mapping[str, str]:
    return _collect_spellings(get_code_list(list_name))


def _collect_spellings(item_list: CodeList) -> dict[str, str]:
    """Collect the folded code, labels and synonyms of each item. Raise InvalidCodeList if two codes share one."""
    words: dict[str, str] = {}
    for item in item_list.items:
        for word in (item.code, *item.labels.values(), *item.also):
            other = words.setdefault(fold_text(word), item.code)
            if other != item.code:
                raise InvalidCodeList(f"{item_list.name}: {word!r} could mean {other} or {item.code}")
    return words


def _fold_letter(letter: str) -> str:
    # Mn: accents and Arabic vowel signs, separated by NFKD; Cf: direction marks pasted along with Arabic text.
    if letter == "\N{ARABIC TATWEEL}" or unicodedata.category(letter) in ("Mn", "Cf"):
        return ""
    return letter if letter.isalnum() else " "


def _list_item_codes(item_list: CodeList) -> tuple[str, ...]:
    return tuple(item.code for item in item_list.items)


def _check_duplicates(item_list: CodeList) -> None:
    item_codes = _list_item_codes(item_list)
    twice = sorted({code for code in item_codes if item_codes.count(code) > 1})
    if twice:
        raise InvalidCodeList(f"{item_list.name}: {', '.join(twice)} is there more than once")


def _check_references(item_list: CodeList, lists: Mapping[str, CodeList]) -> None:
    for item, column, list_name in _iterate_references(item_list):
        if list_name is None or list_name not in lists:
            raise InvalidCodeList(f"{item_list.name}: {item.code} has a {column}, but there is no list of them")
        value = getattr(item, column)
        if value not in _list_item_codes(lists[list_name]):
            raise InvalidCodeList(f"{item_list.name}: {column} {value!r} of {item.code} is not a code of {list_name}")


def _iterate_references(item_list: CodeList) -> Iterator[tuple[Code, str, str | None]]:
    columns = {"group": item_list.group_list, "phase": "air_travel_phase"}
    for item in item_list.items:
        yield from ((item, column, name) for column, name in columns.items() if getattr(item, column) is not None)


CODE_LISTS: Mapping[str, CodeList] = read_code_lists(
    resources.files("models").joinpath("codes.toml").read_text(encoding="utf-8")
)
