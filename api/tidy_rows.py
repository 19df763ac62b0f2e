"""Tidy rows as CSV with HXL tags: one line for each, and the same columns for all."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fastapi import Request, Response

from api.formats.csv_file import csv_text
from api.representation import Link, here, media_types

CSV = "text/csv"


def wants_csv(request: Request) -> bool:
    """By `f`, and without it by what `Accept` puts first."""
    asked_for = request.query_params.get("f")
    return asked_for == "csv" or (not asked_for and media_types(request)[:1] == (CSV,))


def csv_answer(
    name: str, tags: Mapping[str, str], columns: Sequence[str], rows: Iterable[Mapping[str, Any]]
) -> Response:
    """The columns of the rows as a file to keep under this name; `tags` has the HXL tag of each column."""
    lines = [columns, [tags[column] for column in columns], *([row[column] for column in columns] for row in rows)]
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Vary": "Accept"}
    return Response(csv_text(lines), media_type=CSV, headers=headers)


def csv_link(request: Request, title: str, clocks: Mapping[str, str]) -> Link:
    """The link to what is asked for, as such a file."""
    return {"rel": "alternate", "type": CSV, "title": title, "href": here(request, f="csv", **clocks)}
