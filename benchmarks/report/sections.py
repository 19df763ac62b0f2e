"""What is told of the measurements: sections with tables, goals and whether they are met, as Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass, field

Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class Goal:
    """What is to be reached, the figure that was measured, and whether that reaches it."""

    text: str
    figure: str
    met: bool


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    text: str
    goals: Sequence[Goal] = field(default_factory=tuple)


def format_table(head: Row, rows: Sequence[Row], *, names: int = 1) -> str:
    """A Markdown table, laid out so that it also reads as plain text. The first `names` columns are text."""
    widths = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]
    rule = [("-" * width if place < names else "-" * (width - 1) + ":") for place, width in enumerate(widths)]
    return "\n".join(_format_line(row, widths, names) for row in (head, rule, *rows))


def _format_line(row: Row, widths: Sequence[int], names: int) -> str:
    cells = [
        text.ljust(width) if place < names else text.rjust(width)
        for place, (text, width) in enumerate(zip(row, widths, strict=True))
    ]
    return f"| {' | '.join(cells)} |"


def build_goals_section(sections: Sequence[Section]) -> Section:
    """All goals of the sections, with what was measured."""
    rows = [(goal.text, goal.figure, "yes" if goal.met else "no") for one in sections for goal in one.goals]
    return Section("Goals", format_table(("goal", "measured", "met"), rows, names=3))


def format_document(introduction: str, sections: Sequence[Section]) -> str:
    parts = ["# What was measured", introduction, *(f"## {one.title}\n\n{one.text}" for one in sections)]
    return "\n\n".join(parts) + "\n"
