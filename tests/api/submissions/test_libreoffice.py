"""LibreOffice: the spreadsheet of the week opened, a cell changed, saved and posted."""

import io
import subprocess
import uuid
from pathlib import Path

import httpx
from helpers.factories import add_poe, record_status
from helpers.offices import sign_in
from helpers.servers.clients import PYTHON, needs
from helpers.shipped.register import select_codes
from openpyxl import load_workbook
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.submissions.forms.columns import WEEKLY_COLUMN_NAMES
from api.submissions.readers.registry import XLSX
from api.values.datetimes import get_today
from models.recording.register import fetch_point_ids
from models.recording.restrictions import MeasureRow
from models.tables.assessment import Assessment
from models.tables.restriction import Restriction

CHANGE_A_CELL = Path(__file__).parents[2] / "helpers/servers/change_cell.py"
SERBIA = sorted(select_codes(country_iso3="SRB"))
NEVER_ASSESSED = "00123"
TAKES_AT_MOST_S = 480


pytestmark = needs("soffice", "uno")


async def serbia_as_it_was(database: AsyncConnection) -> None:
    """Points that are open, closed until a day, under measures that differ from one another, and never assessed."""
    await add_poe(database, NEVER_ASSESSED, iso3="SRB")
    points = await fetch_point_ids(database, SERBIA)
    for code in SERBIA[2:]:
        await record_status(database, points[code], "open", "04-01")
    await record_status(database, points[SERBIA[0]], "closed", "04-01", "2050-01-01", populations=("tourists",))
    measures = [MeasureRow("medical_requirements", "entry"), MeasureRow("movement_restricted", traffic="cargo")]
    await record_status(database, points[SERBIA[1]], "partially_operational", "04-01", measures=measures)


def with_cell_changed(directory: Path, body: bytes, cell: str, text: str) -> bytes:
    """Change a cell of the sheet Update in LibreOffice and return the saved file."""
    given, saved, pipe = directory / "week.xlsx", directory / "changed.xlsx", f"crossings-{uuid.uuid4().hex}"
    given.write_bytes(body)
    profile = f"-env:UserInstallation={(directory / 'profile').as_uri()}"
    office = ["soffice", "--headless", "--norestore", profile, f"--accept=pipe,name={pipe};urp;"]
    with subprocess.Popen(office, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            change = [PYTHON, CHANGE_A_CELL, pipe, given, saved, "Update", cell, text]
            subprocess.run(change, check=True, timeout=TAKES_AT_MOST_S)
            process.wait(TAKES_AT_MOST_S)
        finally:
            process.kill()
    return saved.read_bytes()


def status_cell(body: bytes, code: str) -> str:
    sheet = load_workbook(io.BytesIO(body))["Update"]
    codes = [cell.value for cell in sheet["A"]]
    return sheet.cell(codes.index(code) + 1, WEEKLY_COLUMN_NAMES.index("operational_status") + 1).coordinate


async def test_one_cell_changed_changes_one_record_and_confirms_the_rest(
    client: httpx.AsyncClient, shipped: AsyncConnection, tmp_path: Path
) -> None:
    headers = await sign_in(shipped, "serbia")
    await serbia_as_it_was(shipped)
    before = await shipped.scalar(select(func.count()).select_from(Restriction)) or 0
    template = (await client.get("/office/template.xlsx?country=SRB", headers=headers)).content
    cell = status_cell(template, SERBIA[2])
    changed = with_cell_changed(tmp_path, template, cell, "Closed for entry and exit")

    response = await client.post("/submissions", content=changed, headers=headers | {"Content-Type": XLSX})

    assert response.status_code == 201, response.text
    outcomes = {row["point"]: row["outcome"] for row in response.json()["rows"]}
    assert outcomes == dict.fromkeys([NEVER_ASSESSED, *SERBIA], "unchanged") | {SERBIA[2]: "superseded"}
    assert await shipped.scalar(select(func.count()).select_from(Restriction)) == before + 2
    looked_at = await shipped.scalars(select(Assessment.assessed_on))
    assert list(looked_at) == [get_today()] * len(SERBIA)
