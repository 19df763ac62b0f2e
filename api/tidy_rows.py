"""Tidy rows as CSV with HXL tags: one line for each, and the same columns for all."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from fastapi import Request, Response
from pydantic_core import to_json

from api.http.accept import choose
from api.representation import DOCUMENTS, Link, accept_of, here, html_page, wants_html
from api.spreadsheets.formula_text import csv_text

CSV = "text/csv"
NOTE = "#meta+note"
TABLES = (*DOCUMENTS, (CSV,))
# A table of more rows keeps a browser busy for longer than anybody reads in it.
MOST_ROWS_OF_A_PAGE = 2_000


def wants_csv(request: Request) -> bool:
    """By `f`, and without it by what `Accept` wants most."""
    asked_for = request.query_params.get("f")
    return asked_for == "csv" if asked_for else choose(accept_of(request), TABLES) == len(DOCUMENTS)


def csv_answer(
    name: str,
    tags: Mapping[str, str],
    columns: Sequence[str],
    rows: Iterable[Mapping[str, Any]],
    notes: Sequence[str] = (),
) -> Response:
    """The columns of the rows as a file to keep under this name; `tags` has the HXL tag of each column.

    Notes stand in a last column of every row, so that none is read without them.
    """
    lines = [
        [*columns, *(["note"] if notes else [])],
        [*(tags[column] for column in columns), *([NOTE] if notes else [])],
        *([*(row[column] for column in columns), *([" ".join(notes)] if notes else [])] for row in rows),
    ]
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Vary": "Accept"}
    return Response(csv_text(lines), media_type=CSV, headers=headers)


def csv_link(request: Request, title: str, clocks: Mapping[str, str]) -> Link:
    """The link to what is asked for, as such a file."""
    return {"rel": "alternate", "type": CSV, "title": title, "href": here(request, f="csv", **clocks)}


def tidy_answer(
    request: Request, template: str, document: Mapping[str, Any], rows: Iterator[Mapping[str, Any]], **context: object
) -> Response:
    """The document with the rows in place of its `rows`, as JSON; or as a page, with the first MOST_ROWS_OF_A_PAGE.

    For a thread: 100,000 rows take a second. They are written one by one, by pydantic, in a tenth of the time that
    FastAPI's encoder took.
    """
    if not wants_html(request):
        return Response(to_json({**document, "rows": rows}), media_type="application/json", headers={"Vary": "Accept"})
    shown = {**document, "rows": list(islice(rows, MOST_ROWS_OF_A_PAGE))}
    return html_page(request, template, {"document": shown, **context})
