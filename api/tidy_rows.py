"""Tidy rows as CSV with HXL tags, as JSON or as a page: a line for each row, with equal columns."""

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
# A table of more rows takes a browser longer than anybody reads in it.
MOST_ROWS_OF_A_PAGE = 2_000


def wants_csv(request: Request) -> bool:
    """Return whether the request prefers CSV: by `f`, and without it by `Accept`."""
    format_name = request.query_params.get("f")
    return format_name == "csv" if format_name else choose(accept_of(request), TABLES) == len(DOCUMENTS)


def csv_answer(
    name: str,
    tags: Mapping[str, str],
    columns: Sequence[str],
    rows: Iterable[Mapping[str, Any]],
    notes: Sequence[str] = (),
) -> Response:
    """Build a download of the rows' columns under this file name; `tags` has the HXL tag of each column.

    Notes are in a last column of every row, so that nobody reads a row without them.
    """
    lines = [
        [*columns, *(["note"] if notes else [])],
        [*(tags[column] for column in columns), *([NOTE] if notes else [])],
        *([*(row[column] for column in columns), *([" ".join(notes)] if notes else [])] for row in rows),
    ]
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Vary": "Accept"}
    return Response(csv_text(lines), media_type=CSV, headers=headers)


def csv_link(request: Request, title: str, clocks: Mapping[str, str]) -> Link:
    """Build the link to this request as CSV."""
    return {"rel": "alternate", "type": CSV, "title": title, "href": here(request, f="csv", **clocks)}


def tidy_answer(
    request: Request, template: str, document: Mapping[str, Any], rows: Iterator[Mapping[str, Any]], **context: object
) -> Response:
    """Build the document with the rows as its `rows`, as JSON; or as a page, with the first `MOST_ROWS_OF_A_PAGE`.

    Run it in a thread: 100,000 rows take a second. Pydantic writes them one by one, in a tenth of the time of FastAPI's
    encoder.
    """
    if not wants_html(request):
        return Response(to_json({**document, "rows": rows}), media_type="application/json", headers={"Vary": "Accept"})
    shown = {**document, "rows": list(islice(rows, MOST_ROWS_OF_A_PAGE))}
    return html_page(request, template, {"document": shown, **context})
