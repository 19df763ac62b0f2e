"""Translations of a report, and formats of numbers and days in a language."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from api.values.days import parse_day, parse_utc
from models.codes import get_code_list
from models.report.status_counts import Figures

DASH = "–"  # noqa: RUF001 - the dash that is printed for a missing value


@dataclass(frozen=True, slots=True)
class Translations:
    """Translations of one language; the mapping is the content of its file."""

    language: str
    said: Mapping[str, Any]

    def __call__(self, part: str, name: str, /, **filled_in: object) -> str:
        """Return the text of this name, with its placeholders filled in, or raise KeyError if there is none."""
        text: str = self.said[part][name]
        return text.format(**filled_in) if filled_in else text

    def count(self, number: int | None) -> str:
        return DASH if number is None else f"{number:,}".replace(",", self.said["form"]["thousands"])

    def share(self, share: int | None) -> str:
        return DASH if share is None else self("form", "share", share=share)

    def change(self, points: int | None) -> str:
        """Format percentage points, with the minus sign of print."""
        if points is None:
            return DASH
        if points == 0:
            return self("form", "no_change")
        return self("form", "change", change=points).replace("-", "\N{MINUS SIGN}", 1)

    def format_points_change(self, points: int) -> str:
        """Format percentage points for a narrow column with the unit in its heading."""
        return f"{points:+d}".replace("-", "\N{MINUS SIGN}") if points else "0"

    def format_share_change(self, figures: Figures) -> str:
        """Format a share, with its change if there is one."""
        share = self.share(figures["share"])
        if figures.get("change") is None:
            return share
        return self("form", "with_change", share=share, change=self.change(figures["change"]))

    def day(self, iso: str) -> str:
        day = parse_day(iso)
        name = "first_of_month" if day.day == 1 else "day"
        return self("form", name, day=day.day, month=self.said["form"]["months"][day.month - 1], year=day.year)

    def month(self, iso: str) -> str:
        year, month = iso.split("-")[:2]
        return self("form", "month", month=self.said["form"]["months"][int(month) - 1], year=year)

    def moment(self, text: str) -> str:
        """Format a moment to the minute, in UTC."""
        moment = parse_utc(text)
        return f"{self.day(moment.date().isoformat())}, {moment:%H:%M}"

    def code(self, list_name: str, code: str) -> str:
        """Return the label of a code, in the language."""
        labels: Mapping[str, str] = get_code_list(list_name).item(code).labels  # type: ignore[assignment]
        return labels[self.language]

    def region(self, code: str, label: str | None) -> str:
        """Return the translated name of an IOM region, or the label of another region."""
        named: str = self.said["regions"].get(code) or label or code
        return named

    def country(self, iso3: str, names: Figures) -> str:
        """Return the printed name; a display name, if there is one, is used in every language."""
        variants = names.get(iso3, {})
        name: str = (
            variants.get("display_name") or variants.get(f"name_{self.language}") or variants.get("name") or iso3
        )
        return name

    def listed(self, parts: Sequence[str]) -> str:
        """Join with commas, and `and` before the last; with semicolons if a part contains a comma."""
        between = "; " if any(", " in part for part in parts) else ", "
        text: str = self.said["form"]["and"].join([*([between.join(parts[:-1])] if parts[1:] else []), *parts[-1:]])
        return text


@cache
def load_translations(language: str) -> Translations:
    """Load the translations of a language, or raise FileNotFoundError if there are none."""
    text = files("api.reports").joinpath(f"languages/{language}.toml").read_text(encoding="utf-8")
    return Translations(language, tomllib.loads(text))
