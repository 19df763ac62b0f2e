"""Spellings of towns by the United Nations or GeoNames, where the file of towns has another or an old spelling."""

import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from api.load.table_file import read_rows

# The names of a town by alpha-3 code and the name in the file of towns.
Spellings = Mapping[tuple[str, str], Mapping[str, str]]
LANGUAGES = ("fr", "es", "ar")


def read_spellings(path: Path) -> Spellings:
    """Read the table of spellings, or raise UnreadableFile."""
    columns = ("iso3", "name", "spelled", *(f"name_{language}" for language in LANGUAGES))
    return {(row["iso3"], row["name"]): row for _, row in read_rows(path, columns)}


def spell_town(town: Mapping[str, Any], spellings: Spellings) -> dict[str, str | None]:
    """Return the name of a town in English, and different names in French, Spanish and Arabic.

    The file omits a name in a language if it equals `name`.
    """
    ours = spellings.get((town["a3"], town["name"]), {})
    name = ours.get("spelled") or town.get("name_en") or town["name"]
    return {"name": name} | {f"name_{language}": _find_name(language, town, ours, name) for language in LANGUAGES}


def strip_loose_marks(name: str) -> str:
    """Return the name without combining marks that have no composed letter: the map draws letters one by one."""
    composed = unicodedata.normalize("NFC", name)
    return "".join(letter for letter in composed if not ("\u0300" <= letter <= "\u036f"))


def _find_name(language: str, town: Mapping[str, Any], ours: Mapping[str, str], name: str) -> str | None:
    spelling: str | None = ours.get(f"name_{language}") or town.get(f"name_{language}")
    if spelling is None and language != "ar" and not ours:
        spelling = town["name"]
    return None if spelling == name else spelling
