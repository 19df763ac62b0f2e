"""The words of a report in a language, and how numbers and days are written in it."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from api.values.days import parse_day
from api.values.moments import parse_utc
from models.codes import code_list
from models.report.tally import Figures

DASH = "–"  # noqa: RUF001 - the dash that is printed where nothing is known


@dataclass(frozen=True, slots=True)
class Words:
    """`said` are the words of one language, as its file beside this one has them."""

    language: str
    said: Mapping[str, Any]

    def __call__(self, part: str, name: str, /, **filled_in: object) -> str:
        """The words of this name, with what stands in braces filled in. Raises KeyError where there are none."""
        text: str = self.said[part][name]
        return text.format(**filled_in) if filled_in else text

    def count(self, number: int | None) -> str:
        return DASH if number is None else f"{number:,}".replace(",", self.said["form"]["thousands"])

    def share(self, share: int | None) -> str:
        return DASH if share is None else self("form", "share", share=share)

    def change(self, points: int | None) -> str:
        """Percentage points; the sign of less is the minus of print."""
        if points is None:
            return DASH
        if points == 0:
            return self("form", "no_change")
        return self("form", "change", change=points).replace("-", "\N{MINUS SIGN}", 1)

    def points_changed(self, points: int) -> str:
        """Percentage points as they stand under a heading that says so, in a narrow column."""
        return f"{points:+d}".replace("-", "\N{MINUS SIGN}") if points else "0"

    def changed_share(self, figures: Figures) -> str:
        """A share, with its change where that is known."""
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
        """To the minute, in UTC."""
        moment = parse_utc(text)
        return f"{self.day(moment.date().isoformat())}, {moment:%H:%M}"

    def code(self, list_name: str, code: str) -> str:
        """The label of a code, in the language."""
        labels: Mapping[str, str] = code_list(list_name).item(code).labels  # type: ignore[assignment]
        return labels[self.language]

    def region(self, code: str, label: str | None) -> str:
        """IOM's regions have names in each language here; any other has the one that it is listed with."""
        named: str = self.said["regions"].get(code) or label or code
        return named

    def country(self, iso3: str, names: Figures) -> str:
        """The name that is printed; where a display name is laid down, it is that one in every language."""
        found = names.get(iso3, {})
        name: str = found.get("display_name") or found.get(f"name_{self.language}") or found.get("name") or iso3
        return name

    def listed(self, parts: Sequence[str]) -> str:
        """With commas, and `and` before the last; with semicolons where a part has a comma of its own."""
        between = "; " if any(", " in part for part in parts) else ", "
        told: str = self.said["form"]["and"].join([*([between.join(parts[:-1])] if parts[1:] else []), *parts[-1:]])
        return told


@cache
def words_of(language: str) -> Words:
    """The words of a language. Raises FileNotFoundError where there are none."""
    text = files("api.reports").joinpath(f"words/{language}.toml").read_text(encoding="utf-8")
    return Words(language, tomllib.loads(text))
