"""`crossings update FILE`: post a weekly update and show the outcome of each row."""

import hashlib
import time
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.table import Table

from api.settings import get_settings

console = Console()
# Spreadsheets are recognised by their content.
MEDIA_TYPES = {
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".json": "application/json",
    ".geojson": "application/geo+json",
}
TIMEOUT_S = 120
PAUSES_S = (1, 3, 10)
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]
Key = Annotated[str, typer.Option("--key", envvar="CROSSINGS_KEY", help="API key of the office.", show_default=False)]
To = Annotated[str | None, typer.Option("--to", help="Address of the service; default: HOST and PORT.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Validate without saving.")]
Partial = Annotated[bool, typer.Option("--partial", help="Save the valid rows of a file that has invalid rows.")]


def post_update(file: File, key: Key, to: To = None, dry_run: DryRun = False, partial: Partial = False) -> None:
    """Post a weekly update (CSV, XLSX, ODS, XLS, JSON, GeoJSON) and show the outcome of each row.

    Failed connections are retried; the same file is never recorded twice.
    """
    body = file.read_bytes()
    params = {name: "true" for name, is_set in (("dry_run", dry_run), ("partial", partial)) if is_set}
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": MEDIA_TYPES.get(file.suffix.lower(), "application/octet-stream"),
        "Content-Disposition": f'attachment; filename="{file.name}"',
        "Idempotency-Key": hashlib.sha256(body + str(sorted(params)).encode()).hexdigest(),
    }
    address = f"{to or f'http://{get_settings().host}:{get_settings().port}'}/submissions"
    answer = _post_with_retries(address.replace("//submissions", "/submissions"), body, headers, params)
    document = answer.json()
    if "rows" not in document:
        raise SystemExit(f"crossings: {document.get('detail', answer.text)}")
    _show(document)
    raise SystemExit(0 if answer.is_success else 1)


def _post_with_retries(address: str, body: bytes, headers: dict[str, str], params: dict[str, str]) -> httpx.Response:
    """Post the body with retries for a bad connection and return the answer; the Idempotency-Key makes them safe."""
    for pause_s in (*PAUSES_S, None):
        try:
            answer = httpx.post(address, content=body, headers=headers, params=params, timeout=TIMEOUT_S)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE or pause_s is None:
                return answer
        except httpx.TransportError as error:
            if pause_s is None:
                raise SystemExit(f"crossings: cannot reach {address}: {error}") from None
        time.sleep(pause_s or 0)
    raise AssertionError("the last try returns or raises")


def _show(document: dict[str, Any]) -> None:
    table = Table("row", "point", "outcome", "column", "error or warning", box=None)
    for row in document["rows"]:
        for problem in row.get("problems") or [{}]:
            cells = (str(row["row"]), row["point"] or "", row["outcome"])
            table.add_row(*cells, problem.get("column", ""), problem.get("message", ""))
    console.print(table, markup=False)
    for problem in document["problems"]:
        console.print(problem["message"], markup=False)
    counts = ", ".join(f"{number:,} {name}" for name, number in document["counts"].items())
    console.print(f"{document['state']}: {counts}", markup=False)
