"""Tidy rows as CSV with HXL tags, as JSON or as a page: a line for each row, with equal columns."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Literal

from fastapi import Request, Response
from pydantic_core import to_json

from api.responses.accept import choose_offer
from api.responses.representation import (
    DOCUMENT_TYPES,
    Link,
    build_current_url,
    get_accept_header,
    get_format_name,
    render_page,
)
from api.spreadsheets.csv_writer import encode_csv_rows

CSV = "text/csv"
NOTE_TAG = "#meta+note"
TableFormat = Literal["json", "html", "csv"]
# Names of the formats, and their media types in the same order.
TABLE_FORMATS: tuple[TableFormat, ...] = ("json", "html", "csv")
TABLE_TYPES = (*DOCUMENT_TYPES, (CSV,))
# A table of more rows takes a browser longer than anybody reads in it.
MAX_PAGE_ROWS = 2_000


def is_csv_requested(request: Request) -> bool:
    """Return whether the request prefers CSV: by `f`, and without it by `Accept`."""
    return _negotiate_format(request) == "csv"


def _negotiate_format(request: Request) -> TableFormat:
    """Return the format that `f` names, or the best match for `Accept`; JSON if `Accept` matches no format."""
    name = get_format_name(request)
    return TABLE_FORMATS[TABLE_FORMATS.index(name) if name else choose_offer(get_accept_header(request), TABLE_TYPES)]


def build_csv_response(
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
        [*(tags[column] for column in columns), *([NOTE_TAG] if notes else [])],
        *([*(row[column] for column in columns), *([" ".join(notes)] if notes else [])] for row in rows),
    ]
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Vary": "Accept"}
    return Response(encode_csv_rows(lines), media_type=CSV, headers=headers)


def build_csv_link(request: Request, title: str, clocks: Mapping[str, str]) -> Link:
    """Build the link to this request as CSV."""
    return {"rel": "alternate", "type": CSV, "title": title, "href": build_current_url(request, f="csv", **clocks)}


def build_table_response(
    request: Request, template: str, document: Mapping[str, Any], rows: Iterator[Mapping[str, Any]], **context: object
) -> Response:
    """Build the document with the rows as its `rows`, as JSON; or as a page, with the first `MAX_PAGE_ROWS`.

    Run it in a thread: 100,000 rows take a second. Pydantic writes them one by one, in a tenth of the time of FastAPI's
    encoder.
    """
    match _negotiate_format(request):
        case "json":
            content = to_json({**document, "rows": rows})
            return Response(content, media_type="application/json", headers={"Vary": "Accept"})
        case "html":
            shown = {**document, "rows": list(islice(rows, MAX_PAGE_ROWS))}
            return render_page(request, template, {"document": shown, **context})
        case "csv":
            raise ValueError("CSV has no document: use `build_csv_response`")
