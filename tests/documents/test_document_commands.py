"""Every command and every address that the documents print succeeds, in the order of the document.

Scripts, programs and statements run against one running service with the shipped data, in a folder for each document.
`not_run.py` lists what does not run here, and why.
"""

import datetime as dt
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from documents.code_blocks import Code, list_documents, read_codes
from documents.commands import find_addresses, find_commands
from documents.document_reader import Reader
from documents.documented_service import BUCKET, DocumentedService
from documents.iom_files import write_iom_files
from documents.restriction_files import write_restriction_files
from documents.skipped_commands import NOT_RUN
from helpers.browser import in_a_browser, run_in_browser
from helpers.factories import add_poe
from helpers.offices import build_bearer
from helpers.servers.clients import needs
from helpers.servers.object_store import serve_bucket
from sqlalchemy import text

from api.database.engine import build_engine
from api.subscriptions.webhooks.signature import sign_body

pytestmark = [in_a_browser, needs("curl", "jq", "ogrinfo")]
CODES = [code for document in list_documents() for code in read_codes(document)]
ADDRESSES = dict.fromkeys(address for code in CODES for address in find_addresses(code) if address not in NOT_RUN)
MEDIA_TYPES = {"csv": "text/csv", "json": "application/json"}


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a server of S3, with the bucket that the documents name."""
    with serve_bucket(BUCKET, tmp_path_factory.mktemp("s3") / "log") as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
async def house(
    copied: str, own_tables: str, bucket: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[DocumentedService]:
    engine = build_engine(own_tables)
    async with engine.begin() as database:
        await add_poe(database, "BEG", 20.3, 44.8, iso3="SRB")
    await engine.dispose()
    async with DocumentedService.opened(copied, own_tables, bucket, tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.mark.parametrize("document", list_documents())
async def test_document_commands_succeed(house: DocumentedService, document: str, tmp_path: Path) -> None:
    reader = await house.reader(tmp_path)
    write_iom_files(tmp_path)
    write_restriction_files(tmp_path)
    for code in read_codes(document):
        try:
            await try_code(house, reader, code)
        except AssertionError as failure:
            failure.add_note(f"at {code}")
            raise


async def try_code(house: DocumentedService, reader: Reader, code: Code) -> None:
    """Do what a reader does with code of its language; addresses are asked by themselves."""
    if commands := [command for command in find_commands(code) if command not in NOT_RUN]:
        reader.run_script(commands)
    match code.language:
        case "python":
            reader.run_python(code.text)
        case "js":
            run_in_a_browser(reader, code)
        case "sql":
            await run_statements(house, code)
        case "csv" | "json":
            try_update(house, reader, code)


def run_in_a_browser(reader: Reader, code: Code) -> None:
    script = reader.folder / "block.js"
    script.write_text(reader.put_in(code.text), encoding="utf-8")
    seen = run_in_browser("documents.mjs", str(script))
    assert (seen["errors"], seen["failed"]) == ([], [])
    assert seen["asked"] > 0


async def run_statements(house: DocumentedService, code: Code) -> None:
    """As the superuser does, for the role that the documents give to the service; they are undone."""
    async with house.engine.connect() as database:
        if not await database.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = 'crossings'")):
            await database.execute(text("CREATE ROLE crossings"))
        for statement in code.text.split(";\n"):
            if statement.strip():
                await database.execute(text(statement))
        await database.rollback()


def try_update(house: DocumentedService, reader: Reader, code: Code) -> None:
    """Post an update as a dry run."""
    headers = build_bearer(house.keys["office"]) | {"Content-Type": MEDIA_TYPES[code.language]}
    answer = house.service.post("/submissions?dry_run=true", content=reader.put_in(code.text).encode(), headers=headers)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("script", ["curl http://localhost:8000/code", "false; true", "false | true", "ogrinfo a.gpkg"])
def test_reader_notices_a_command_that_fails(house: DocumentedService, script: str, tmp_path: Path) -> None:
    reader = Reader(tmp_path, dict(house.environment), house.own)
    with pytest.raises(AssertionError, match="ended with"):
        reader.run_script([script])


@pytest.mark.parametrize("address", ADDRESSES, ids=str)
def test_address_in_a_document_answers(house: DocumentedService, address: str) -> None:
    answer = house.ask(address)
    assert answer.is_success or answer.is_redirect, f"{answer.status_code} {answer.url}: {answer.text[:1000]}"


def test_documented_receiver_verifies_signatures() -> None:
    (program,) = (code.text for code in CODES if code.language == "python" and "is_genuine" in code.text)
    names: dict[str, Any] = {}
    exec(program, names)  # noqa: S102 - our own document
    now = dt.datetime.now(dt.UTC)
    header, old = (sign_body("secret", b"{}", at) for at in (now, now - dt.timedelta(hours=1)))
    assert names["is_genuine"](header, b"{}", "secret")
    for forged in ((header, b"{} ", "secret"), (header, b"{}", "another"), (old, b"{}", "secret")):
        assert not names["is_genuine"](*forged)
