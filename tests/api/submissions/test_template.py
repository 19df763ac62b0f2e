"""The spreadsheet of the week: filled in so that sending it back changes nothing."""

import datetime as dt
import io
from collections.abc import Sequence

import httpx
import pytest
from helpers.factories import add_poe, record_status
from helpers.offices import build_bearer, create_key, create_office, sign_in
from helpers.shipped.register import select_codes
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.submissions.columns import COLUMNS
from api.submissions.forms.columns import WEEKLY_COLUMN_NAMES
from api.submissions.forms.translations import LANGUAGES
from api.submissions.readers.registry import XLSX
from api.values.datetimes import get_today
from models.codes import Language, get_code_list
from models.recording.restrictions import MeasureRow
from models.tables.assessment import Assessment
from models.tables.restriction import Restriction

FIJI = sorted(select_codes(country_iso3="FJI"))
LONGEST_PROMPT_OF_EXCEL = 255
Outcomes = dict[str, str]
STATES = ("PLAIN", "ENDS", "ANNOUNCED", "FLAT", "ONLY", "EXCEPTED", "SEVERAL", "POPULATIONS", "LAPSED")
TEST = MeasureRow("medical_requirements", "entry", "passenger", ("tourists",))
NO_CARGO = MeasureRow("movement_restricted", "both", "cargo")


async def fiji(database: AsyncConnection, language: Language = "en") -> dict[str, str]:
    """Headers of the office of Fiji."""
    await create_office(database, "fiji", countries=["FJI"], language=language)
    return await sign_in(database, "fiji")


async def template(client: httpx.AsyncClient, headers: dict[str, str], query: str = "") -> bytes:
    response = await client.get(f"/office/template.xlsx{query}", headers=headers)
    assert response.status_code == 200, response.text
    return response.content


async def posted(client: httpx.AsyncClient, headers: dict[str, str], body: bytes) -> httpx.Response:
    return await client.post("/submissions", content=body, headers=headers | {"Content-Type": XLSX})


async def outcomes(client: httpx.AsyncClient, headers: dict[str, str], body: bytes) -> Outcomes:
    """Return the result of each point's row; the file must be accepted as a whole."""
    response = await posted(client, headers, body)
    assert response.status_code == 201, response.text
    return {row["point"]: row["outcome"] for row in response.json()["rows"]}


def column(name: str) -> int:
    return WEEKLY_COLUMN_NAMES.index(name) + 1


def row_of(sheet: Worksheet, code: str) -> int:
    return next(row for row in range(2, sheet.max_row + 1) if sheet.cell(row, 1).value == code)


def values_of(body: bytes, code: str) -> dict[str, object]:
    sheet = load_workbook(io.BytesIO(body))["Update"]
    row = row_of(sheet, code)
    return {
        name: sheet.cell(row, column(name)).value for name in WEEKLY_COLUMN_NAMES if sheet.cell(row, column(name)).value
    }


def changed(body: bytes, code: str, **values: object) -> bytes:
    """Return the spreadsheet with some cells of a point's row changed."""
    book = load_workbook(io.BytesIO(body))
    sheet = book["Update"]
    row = row_of(sheet, code)
    for name, value in values.items():
        sheet.cell(row, column(name)).value = value
    return saved(book)


def saved(book: Workbook) -> bytes:
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


async def restrictions(database: AsyncConnection) -> int:
    return await database.scalar(select(func.count()).select_from(Restriction)) or 0


async def assessments(database: AsyncConnection, point: int) -> Sequence[dt.date]:
    return (await database.scalars(select(Assessment.assessed_on).where(Assessment.point_of_entry_id == point))).all()


async def fiji_in_all_states(database: AsyncConnection) -> dict[str, int]:
    """Points of Fiji, each in another state that a week can leave behind; the shipped ones were never assessed."""
    points = {name: await add_poe(database, f"FJ-{name}", name=f"Port {name}") for name in STATES}
    await record_status(database, points["PLAIN"], "open", "04-01", confidence="confirmed")
    in_a_month = str(get_today() + dt.timedelta(days=30))
    await record_status(database, points["ENDS"], "closed", "04-01", in_a_month)
    duration = "specific_date"
    await record_status(
        database, points["ANNOUNCED"], "closed", "04-01", expected_duration=duration, announced_end=dt.date(2020, 7, 1)
    )
    quarantine = MeasureRow("mandatory_quarantine", "entry", "passenger", ("tourists",))
    await record_status(database, points["FLAT"], "partially_operational", "04-01", measures=[TEST, quarantine])
    only = MeasureRow("visa_requirements_changed", nationality_rule="except", nationalities=("ITA", "NAM"))
    await record_status(database, points["ONLY"], "partially_operational", "04-01", measures=[only])
    exception = MeasureRow(
        "movement_restricted", traffic="passenger", affected_populations=("crew", "nationals"), is_exception=True
    )
    await record_status(database, points["EXCEPTED"], "closed", "04-01", measures=[exception])
    described = MeasureRow("other", "exit", comment="By ticket\nonly")
    await record_status(
        database, points["SEVERAL"], "partially_operational", "04-01", measures=[TEST, NO_CARGO, described]
    )
    await record_status(database, points["POPULATIONS"], "closed", "04-01", populations=("refugees", "tourists"))
    await record_status(database, points["LAPSED"], "closed", "04-01", announced_end=dt.date(2020, 4, 10))
    await record_status(database, points["LAPSED"], "open", "04-05", "04-20")
    return {f"FJ-{name}": point for name, point in points.items()}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_template_sent_back_unchanged_confirms_everything(
    client: httpx.AsyncClient, shipped: AsyncConnection, language: Language
) -> None:
    headers = await fiji(shipped, language)
    points = await fiji_in_all_states(shipped)
    before = await restrictions(shipped)
    told = await outcomes(client, headers, await template(client, headers))
    assert told == dict.fromkeys([*FIJI, *points], "unchanged")
    assert await restrictions(shipped) == before
    assert [await assessments(shipped, point) for point in points.values()] == [[get_today()]] * len(points)


async def test_one_changed_cell_changes_one_record(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    headers = await fiji(shipped)
    points = await fiji_in_all_states(shipped)
    before = await restrictions(shipped)
    body = changed(await template(client, headers), "FJ-SEVERAL", operational_status="Fermé à l'entrée et à la sortie")
    told = await outcomes(client, headers, body)
    assert told == dict.fromkeys([*FIJI, *points], "unchanged") | {"FJ-SEVERAL": "superseded"}
    # The new one, and what remains of the one that held before today.
    assert await restrictions(shipped) == before + 2


async def test_row_is_in_the_language_of_the_office(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    headers = await fiji(shipped, "fr")
    await fiji_in_all_states(shipped)
    assert values_of(await template(client, headers), "FJ-FLAT") == {
        "point": "FJ-FLAT",
        "name": "Port FLAT",
        "country": "FJI",
        "assessed_on": dt.datetime.combine(get_today(), dt.time()),
        "operational_status": "Partiellement opérationnel, autre",
        "measures": "Quarantaine obligatoire; Exigences médicales",
        "direction": "Entrée",
        "traffic": "Passagers",
        "affected_populations": "Touristes",
        "nationality_rule": "Toutes les nationalités",
        "confidence": label("confidence", "reported", "fr"),
    }


def label(list_name: str, code: str, language: Language) -> str:
    return get_code_list(list_name).item(code).labels[language]


async def test_end_is_shown_as_the_last_day(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    headers = await fiji(shipped)
    await fiji_in_all_states(shipped)
    last = get_today() + dt.timedelta(days=29)
    assert values_of(await template(client, headers), "FJ-ENDS")["valid_until"] == dt.datetime.combine(last, dt.time())


async def test_measures_that_differ_stand_one_by_one_in_their_own_sheet(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    headers = await fiji(shipped)
    await fiji_in_all_states(shipped)
    body = await template(client, headers)
    sheet = load_workbook(io.BytesIO(body))["Measures"]
    assert [(row[0].value, row[1].value) for row in sheet.iter_rows(min_row=2)] == [
        ("FJ-SEVERAL", "Medical requirements"),
        ("FJ-SEVERAL", "Movement restricted"),
        ("FJ-SEVERAL", "Other limitation"),
    ]
    assert "measures" not in values_of(body, "FJ-SEVERAL")


async def test_inexpressible_state_is_a_note_beside_an_empty_status(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    headers = await fiji(shipped)
    await fiji_in_all_states(shipped)
    body = await template(client, headers)
    sheet = load_workbook(io.BytesIO(body))["Update"]
    cell = sheet.cell(row_of(sheet, "FJ-LAPSED"), column("operational_status"))
    assert cell.value is None
    assert cell.comment is not None
    assert "Closed for entry and exit, since 2020-04-20" in cell.comment.text


async def test_rows_of_points_never_assessed_that_nobody_filled_in_are_passed_over(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    headers = await fiji(shipped)
    body = changed(await template(client, headers), FIJI[0], operational_status="Open for entry and exit")
    told = await outcomes(client, headers, body)
    assert told == dict.fromkeys(FIJI, "unchanged") | {FIJI[0]: "added"}
    assert await shipped.scalar(select(func.count()).select_from(Assessment)) == 1


async def test_empty_spreadsheet_is_refused(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    headers = await fiji(shipped)
    response = await posted(client, headers, await template(client, headers))
    assert response.status_code == 422
    assert [problem["code"] for problem in response.json()["problems"]] == ["nothing_said"]


async def test_script_with_an_unassessed_point_gets_an_error(
    client: httpx.AsyncClient, shipped: AsyncConnection
) -> None:
    headers = await fiji(shipped)
    response = await client.post("/submissions", json=[{"point": FIJI[0]}], headers=headers)
    assert response.json()["rows"][0]["problems"][0]["code"] == "nothing_to_confirm"


async def test_text_stays_text(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    headers = await fiji(shipped)
    for code, name in (("00123", "NA"), ("1E5", "=1+1")):
        await record_status(shipped, await add_poe(shipped, code, name=name), "open", "04-01")
    body = await template(client, headers)
    assert values_of(body, "00123")["name"] == "NA"
    assert values_of(body, "1E5")["name"] == "=1+1"
    cells = [cell for sheet in load_workbook(io.BytesIO(body)) for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    told = await outcomes(client, headers, body)
    assert (told["00123"], told["1E5"]) == ("unchanged", "unchanged")


async def test_proposed_and_retired_points_are_not_in_it(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    headers = await fiji(shipped)
    for lifecycle in ("proposed", "retired"):
        await add_poe(shipped, f"FJ-{lifecycle.upper()}", lifecycle=lifecycle)
    sheet = load_workbook(io.BytesIO(await template(client, headers)))["Update"]
    assert [cell.value for cell in sheet["A"]][1:] == FIJI


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_coded_column_offers_its_labels(
    client: httpx.AsyncClient, shipped: AsyncConnection, language: Language
) -> None:
    headers = await fiji(shipped, language)
    book = load_workbook(io.BytesIO(await template(client, headers)))
    sheet, lists = book["Update"], book["Lists"]
    offered = {str(rule.sqref).split("2:")[0]: rule.formula1 for rule in sheet.data_validations.dataValidation}
    for name in WEEKLY_COLUMN_NAMES:
        if list_name := COLUMNS[name].list:
            letter = sheet.cell(1, column(name)).column_letter
            cells = lists[offered[letter].removeprefix("Lists!").replace("$", "")]
            labels = [item.labels[language] for item in get_code_list(list_name).items]
            assert [row[0].value for row in cells] == labels, name
    assert lists.sheet_state == "hidden"


async def test_every_code_is_defined_in_it(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    headers = await fiji(shipped)
    rows = load_workbook(io.BytesIO(await template(client, headers)))["Definitions"].iter_rows(values_only=True)
    defined = {(row[1], row[2], row[3]) for row in rows}
    for item in get_code_list("operational_status").items:
        assert (item.code, item.labels["en"], item.definition) in defined


async def test_in_arabic_it_reads_from_right_to_left(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    headers = await fiji(shipped, "ar")
    book = load_workbook(io.BytesIO(await template(client, headers)))
    assert book["Update"].sheet_view.rightToLeft
    assert book["Update"].cell(1, column("operational_status")).value == "الحالة التشغيلية"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_changed_status_requires_its_first_day(
    client: httpx.AsyncClient, shipped: AsyncConnection, language: Language
) -> None:
    headers = await fiji(shipped, language)
    sheet = load_workbook(io.BytesIO(await template(client, headers)))["Update"]
    letter = sheet.cell(1, column("operational_status")).column_letter
    (rule,) = [rule for rule in sheet.data_validations.dataValidation if str(rule.sqref).startswith(letter + "2:")]
    assert rule.showInputMessage
    assert COLUMNS["valid_from"].labels[language] in rule.prompt
    assert len(rule.prompt) <= LONGEST_PROMPT_OF_EXCEL


async def test_header_stays_in_sight(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    headers = await fiji(shipped)
    assert load_workbook(io.BytesIO(await template(client, headers)))["Update"].freeze_panes == "C2"


@pytest.mark.parametrize(
    ("role", "query", "status"),
    [
        ("office", "?country=FJI", 200),
        ("office", "?country=SRB", 403),
        ("office", "?country=FIJ", 400),
        ("office", "?land=FJI", 400),
        ("reviewer", "", 403),
        ("admin", "?country=SRB", 200),
    ],
)
async def test_key_gets_the_points_that_it_may_write_for(
    client: httpx.AsyncClient, shipped: AsyncConnection, role: str, query: str, status: int
) -> None:
    await create_office(shipped, "fiji", countries=["FJI"])
    headers = build_bearer(await create_key(shipped, "fiji", role))
    response = await client.get(f"/office/template.xlsx{query}", headers=headers)
    assert response.status_code == status


async def test_without_a_key_there_is_no_spreadsheet(client: httpx.AsyncClient) -> None:
    assert (await client.get("/office/template.xlsx")).status_code == 401
