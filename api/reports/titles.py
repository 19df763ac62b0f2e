"""Titles of a report, and the texts on each of its pages."""

from dataclasses import dataclass

from api.reports.sections import Report


@dataclass(frozen=True, slots=True)
class Titles:
    """Titles of a report. `example` is empty unless points have statuses of example data; it is on every page."""

    title: str
    area: str
    days: str
    known_at: str
    edition: str
    example: str
    example_long: str


def build_titles(report: Report) -> Titles:
    figures, words = report.figures, report.words
    days = {"on": words.day(figures["on"])} | ({"compare": words.day(figures["compare"])} if figures["compare"] else {})
    return Titles(
        title=words("title", "report"),
        area=format_area_name(report),
        days=words("title", "as_of" if figures["compare"] else "as_of_alone", **days),
        known_at=words("title", "known_at", moment=words.moment(figures["known_at"])),
        edition=words("title", "edition", number=report.edition["number"]) if report.edition else "",
        example=words("title", "example") if figures["example_points"] else "",
        example_long=words("title", "example_long", points=words.count(figures["example_points"]))
        if figures["example_points"]
        else "",
    )


def format_area_name(report: Report) -> str:
    figures, words = report.figures, report.words
    if figures["level"] == "country":
        return words.country(figures["area"], figures["names"])
    return (
        words.region(figures["area"], figures["area_label"])
        if figures["level"] == "region"
        else words("title", "global")
    )
