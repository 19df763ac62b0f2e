"""Which country somebody may mean by what is no alpha-3 code: its alpha-2 code, its name, a code of other lists."""

import csv
import gzip
from functools import cache

from api.load.data_files import REGIONS
from models.codes import folded

NAMES = ("iso2", "name", "name_un_en", "name_un_fr", "name_un_es", "name_un_ar")
# What the World Bank, the Oxford tracker, Our World in Data, Eurostat and UNICEF write for places that ISO 3166 has
# no code for, and codes that ISO 3166 had before.
ELSEWHERE = {
    "XKX": ("KOS", "RKS", "OWID_KOS", "KSV", "UNK", "UVK"),
    "PSE": ("WBG", "PAL", "PS1"),
    "ROU": ("ROM",),
    "COD": ("ZAR", "DRC"),
    "TLS": ("TMP",),
    "MMR": ("BUR",),
    "GBR": ("UK",),
    "GRC": ("EL",),
    "CIV": ("Ivory Coast",),
    "SSD": ("SDS",),
}


def describe_unknown_country(said: str) -> str:
    """The reason why a value is none that a column of alpha-3 codes takes."""
    return f"is not the alpha-3 code of a country, territory or area{country_hint(said)}"


def country_hint(said: str) -> str:
    """The end of a message, with a question and the alpha-3 code that may be meant; empty if none may be."""
    return "".join(f"; did you mean {code}?" for code in likely_country(said))


def likely_country(said: str) -> list[str]:
    """The alpha-3 code that may be meant, in a list; an empty one if none may be."""
    code = names_in_use().get(folded(said))
    return [code] if code else []


@cache
def names_in_use() -> dict[str, str]:
    """Alpha-3 codes by all else, folded, that a country is called. A name that two share leads to neither."""
    called: dict[str, set[str]] = {}
    with gzip.open(REGIONS, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for name in {folded(row[column]) for column in NAMES} - {""}:
                called.setdefault(name, set()).add(row["iso3"])
    for code, others in ELSEWHERE.items():
        for other in others:
            called.setdefault(folded(other), {code})
    return {name: codes.pop() for name, codes in called.items() if len(codes) == 1}
