"""Characters that XML cannot hold: a name with one in it breaks no file that the service writes."""

import io
import zipfile
from xml.etree import ElementTree as ET

import httpx
import pytest
from helpers.factories import add_poe, record_status
from helpers.http import POINTS, RESTRICTIONS
from helpers.offices import create_office, sign_in
from sqlalchemy.ext.asyncio import AsyncConnection

from api.formats.xml_text import clean_xml_text
from api.submissions.forms.xlsx_workbook import FormWorkbook

BEYOND = ["\ufffe", "\uffff", "\x01", "\x0b", "\x1f"]
FILES = [
    "/office/template.xlsx?country=FJI",
    "/office/form.xlsx?country=FJI",
    f"{POINTS}?country=FJI&f=xlsx&datetime=2020-05-01",
    f"{RESTRICTIONS}?country=FJI&f=xlsx",
    "/reports/points-of-entry?level=country&area=FJI&on=2020-05-01&f=xlsx",
    "/changes.atom?country=FJI",
]


def documents(body: bytes) -> list[bytes]:
    """The XML documents of a file, which is one or a package of them."""
    if not body.startswith(b"PK"):
        return [body]
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        return [package.read(name) for name in package.namelist() if name.endswith((".xml", ".rels"))]


@pytest.mark.parametrize("path", FILES)
async def test_file_with_such_a_name_is_xml(client: httpx.AsyncClient, shipped: AsyncConnection, path: str) -> None:
    name = f"Nadi{''.join(BEYOND)}"
    point = await add_poe(shipped, "FJ-NAN", name=name)
    await record_status(shipped, point, "closed", "04-01", comment=name, source_note=name)
    await create_office(shipped, "fiji", countries=["FJI"])
    response = await client.get(path, headers=await sign_in(shipped, "fiji"))
    assert response.status_code == 200, response.text
    found = [ET.fromstring(document) for document in documents(response.content)]  # noqa: S314 - our own files
    assert any("Nadi" in "".join(each.itertext()) for each in found)


@pytest.mark.parametrize("character", [*BEYOND, "\ud800", "\0"])
def test_character_beyond_xml_is_replaced(character: str) -> None:
    assert clean_xml_text(f"a{character}b") == "a\N{REPLACEMENT CHARACTER}b"


@pytest.mark.parametrize("text", ["", "plain", "a\tb\r\nc", "Niš, مطار", "\U0001f6c2", "\ufffd", "\x85"])
def test_text_that_xml_holds_stays_as_it_is(text: str) -> None:
    assert clean_xml_text(text) == text


@pytest.mark.parametrize("character", [*BEYOND, "\ud800"])
def test_cell_and_note_with_such_a_character_are_xml(character: str) -> None:
    book = FormWorkbook()
    sheet = book.add_sheet("Update")
    sheet.put_text(1, 1, f"a{character}")
    sheet.put_note(1, 1, f"b{character}")
    for document in documents(book.close()):
        ET.fromstring(document)  # noqa: S314 - our own files
