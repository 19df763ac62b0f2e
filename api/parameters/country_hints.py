"""Suggestions of alpha-3 codes for other names of countries: alpha-2 codes, names, codes of other lists."""

import csv
import gzip
from functools import cache

from api.messages.suggestions import format_suggestions
from api.shipped_data import REGIONS
from models.codes import fold_text

NAME_COLUMNS = ("iso2", "name", "name_un_en", "name_un_fr", "name_un_es", "name_un_ar")
# Codes that the World Bank, the Oxford tracker, Our World in Data, Eurostat and UNICEF use for places without a code
# in ISO 3166, and former codes of ISO 3166.
OTHER_CODES = {
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


def describe_unknown_country(value: str) -> str:
    """Describe why the value is invalid in a column of alpha-3 codes."""
    return f"is not the alpha-3 code of a country, territory or area{format_country_hint(value)}"


def format_country_hint(value: str) -> str:
    """Format the end of a message, "did you mean", with the suggested alpha-3 code; empty without a suggestion."""
    return format_suggestions(suggest_country(value))


def suggest_country(value: str) -> list[str]:
    """Return a list of the suggested alpha-3 code, empty without a suggestion."""
    code = load_country_names().get(fold_text(value))
    return [code] if code else []


@cache
def load_country_names() -> dict[str, str]:
    """Load alpha-3 codes by every other name of a country, folded. A name that two countries share is left out."""
    codes_by_name: dict[str, set[str]] = {}
    with gzip.open(REGIONS, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for name in {fold_text(row[column]) for column in NAME_COLUMNS} - {""}:
                codes_by_name.setdefault(name, set()).add(row["iso3"])
    for code, others in OTHER_CODES.items():
        for other in others:
            codes_by_name.setdefault(fold_text(other), {code})
    return {name: codes.pop() for name, codes in codes_by_name.items() if len(codes) == 1}
