"""The form for mobile collection, read as KoboToolbox and ODK Central read it."""

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
from helpers.factories import add_poe
from helpers.offices import create_office, sign_in
from helpers.shipped.register import select_codes
from openpyxl import load_workbook
from pyxform.xls2xform import ConvertResult, convert
from sqlalchemy.ext.asyncio import AsyncConnection

from api.submissions.forms.columns import FORM_COLUMN_NAMES
from api.submissions.forms.translations import LANGUAGE_NAMES
from models.codes import Language, get_code_list

FIJI = sorted(select_codes(country_iso3="FJI"))
HAS_JAVA = shutil.which("java") is not None
Line = dict[str, str]


async def form(
    client: httpx.AsyncClient, database: AsyncConnection, language: Language = "en", query: str = ""
) -> bytes:
    await create_office(database, "fiji", countries=["FJI"], language=language)
    headers = await sign_in(database, "fiji")
    response = await client.get(f"/office/form.xlsx{query}", headers=headers)
    assert response.status_code == 200, response.text
    return response.content


def converted(body: bytes) -> ConvertResult:
    """The XForm that pyxform makes of it; ODK Validate, a Java program, checks that too."""
    return convert(body, file_type=".xlsx", validate=HAS_JAVA)


def lines(body: bytes, sheet: str) -> list[Line]:
    header, *rows = load_workbook(io.BytesIO(body))[sheet].iter_rows(values_only=True)
    return [{str(name): str(value) for name, value in zip(header, row, strict=True) if value} for row in rows]


def choices(body: bytes, list_name: str) -> list[Line]:
    return [line for line in lines(body, "choices") if line["list_name"] == list_name]


def questions(body: bytes) -> dict[str, Line]:
    return {line["name"]: line for line in lines(body, "survey") if "name" in line}


async def test_form_tools_take_it_without_a_warning(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    assert converted(await form(client, shipped)).warnings == []


async def test_points_of_the_office_can_be_chosen(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    await add_poe(shipped, "FJ-OLD", lifecycle="retired")
    body = await form(client, shipped)
    assert [line["name"] for line in choices(body, "point")] == FIJI
    assert questions(body)["point"]["appearance"] == "minimal autocomplete"


async def test_form_has_every_column_of_a_week(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    asked = questions(await form(client, shipped))
    assert set(FORM_COLUMN_NAMES) <= asked.keys()


async def test_every_label_is_there_in_four_languages(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    body = await form(client, shipped)
    labelled = [
        line for line in [*lines(body, "survey"), *lines(body, "choices")] if "end_" not in line.get("type", "")
    ]
    for line in labelled:
        assert {f"label::{name}" for name in LANGUAGE_NAMES.values()} <= line.keys(), line


async def test_choice_is_a_code_under_its_label(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    offered = choices(await form(client, shipped), "operational_status")
    known = get_code_list("operational_status").items
    assert {line["name"]: line["label::Français (fr)"] for line in offered} == {
        item.code: item.labels["fr"] for item in known
    }


async def test_it_opens_in_the_language_of_the_office(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    (settings,) = lines(await form(client, shipped, "ar"), "settings")
    assert settings["default_language"] == "العربية (ar)"


async def test_form_made_later_replaces_the_one_before(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    (first,), (second,) = [lines(await form(client, shipped), "settings") for _ in range(2)]
    assert first["form_id"] == second["form_id"] == "crossings_fji"
    assert first["version"] <= second["version"]


async def test_status_questions_depend_on_a_status(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    xform = ET.fromstring(converted(await form(client, shipped)).xform)  # noqa: S314 - our own
    bound = {
        bind.get("nodeset"): " ".join(bind.get("relevant", "").split())
        for bind in xform.iter("{http://www.w3.org/2002/xforms}bind")
    }
    assert bound["/data/what_holds"] == "/data/operational_status != ''"


async def test_name_with_marks_of_its_own_stays_a_name(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    await add_poe(shipped, "FJ-MARKS", name="Nadi & Co <east>")
    assert "Nadi &amp; Co &lt;east&gt;" in converted(await form(client, shipped)).xform


async def test_foreign_country_has_no_form(client: httpx.AsyncClient, shipped: AsyncConnection) -> None:
    await create_office(shipped, "fiji", countries=["FJI"])
    response = await client.get("/office/form.xlsx?country=SRB", headers=await sign_in(shipped, "fiji"))
    assert response.status_code == 403


def crossings(database: str, *words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the command on a database as its users do."""
    command = [sys.executable, "-c", "from api.commands.cli import main; main()", *words]
    environment = os.environ | {"DATABASE_URL": database}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, **options)


def test_command_writes_the_form(shipped_database: str, tmp_path: Path) -> None:
    file = tmp_path / "fiji.xlsx"
    ran = crossings(shipped_database, "xlsform", "--country", "fji", "--language", "fr", "--output", str(file))
    assert (ran.returncode, ran.stdout.strip()) == (0, str(file)), ran.stderr
    assert [line["name"] for line in choices(file.read_bytes(), "point")] == FIJI


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--country", "FIJ"], "'FIJ' is not the code of a country"),
        (["--country", "FJI", "--language", "de"], "'de' is none of en, fr, es, ar"),
        (["--country", "FJI", "--output", "/nowhere/fiji.xlsx"], "was not written"),
    ],
)
def test_command_explains_errors(shipped_database: str, words: list[str], told: str) -> None:
    ran = crossings(shipped_database, "xlsform", *words)
    assert ran.returncode == 1
    assert told in ran.stderr
