"""Code in the documents is of a known kind, and names only what there is."""

import importlib.util
import json
import re

import pytest
from documents.code_blocks import INLINE, LINK, ROOT, Code, list_documents, parse_codes, read_codes
from documents.commands import find_addresses, find_commands, is_command, split_commands, split_words
from documents.skipped_commands import NOT_RUN
from typer.main import get_command

from api.commands.cli import app
from api.settings import Settings

CODES = [code for document in list_documents() for code in read_codes(document)]
COMMANDS = [command for code in CODES for command in find_commands(code)]
ADDRESSES = [address for code in CODES for address in find_addresses(code)]
# What test_document_commands.py does with each is in `try_code`; the text that is asked for is in `find_addresses`.
LANGUAGES = {"cron", "csv", "js", "json", "python", "sh", "sql", "text", INLINE, LINK}
SETTING = re.compile(r"\b(?:CROSSINGS|DATABASE)_[A-Z_]+\b")
# Of `crossings update`, whose option it is.
OTHER_SETTINGS = {"CROSSINGS_KEY"}
FOLDERS = "|".join(path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith("."))
PATH = re.compile(rf"(?<![\w/-])(?:\.\./)?((?:{FOLDERS})/[\w./-]*)")


def fences(text: str) -> list[Code]:
    return [code for code in parse_codes("new.md", text) if code.language not in {INLINE, LINK}]


def test_each_block_of_code_has_a_language_that_is_tried() -> None:
    assert [f"{code}: {code.language!r}" for code in CODES if code.language not in LANGUAGES] == []


@pytest.mark.parametrize(
    "text", ["```\nmake\n```", "~~~\nmake\n~~~", "    make", "- one\n\n      make", "> ```\n> make\n> ```"]
)
def test_block_without_a_language_is_found_wherever_it_stands(text: str) -> None:
    assert [code.language for code in fences(text)] == [""]


def test_each_command_that_is_not_run_is_in_a_document() -> None:
    assert set(NOT_RUN) - {*COMMANDS, *ADDRESSES} == set()


def test_command_is_found_with_the_lines_it_goes_on_and_without_its_comment() -> None:
    script = "# A comment\ncurl -d 'a#b' \\\n     address    # why\n\nnewest=$(jq . file)\n"
    assert split_commands(script) == ["curl -d 'a#b' address", "newest=$(jq . file)"]


@pytest.mark.parametrize("text", ["crossings health", "A=b make test", ".venv/bin/pytest tests", "ogrinfo -so x"])
def test_program_with_arguments_is_a_command(text: str) -> None:
    assert is_command(text)


@pytest.mark.parametrize(
    "text", ["curl", "KEY=abc", "--only growth", "country IN ('SRB','BGR')", "it's", "28 Nov 2026"]
)
def test_unknown_program_is_no_command(text: str) -> None:
    assert not is_command(text)


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("`GET /codes` and `/regions`", ["GET /codes", "/regions"]),
        ("[the map](http://localhost:8000/map)", ["http://localhost:8000/map"]),
        ('`new Map({ style: "http://localhost:8000/styles" })`', ["http://localhost:8000/styles"]),
        ("```text\n/codes\ncodes\n```", ["/codes"]),
        ("`PUT …/items`", ["PUT …/items"]),
        ("`and/or`, `n/a`", []),
    ],
)
def test_addresses_are_found_in_lines_and_blocks(text: str, addresses: list[str]) -> None:
    assert [address for code in parse_codes("new.md", text) for address in find_addresses(code)] == addresses


def test_each_target_of_make_is_in_the_makefile() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    named = {words[1] for command in COMMANDS if (words := split_words(command))[:1] == ["make"]}
    assert named - set(targets) == set()
    assert named >= {"serve", "test"}


def test_each_module_that_python_is_to_run_is_there() -> None:
    modules = re.findall(r"python -m ([\w.]+)", "\n".join(COMMANDS))
    assert [name for name in modules if importlib.util.find_spec(name) is None] == []
    assert modules


def test_each_command_of_ours_is_one_that_there_is() -> None:
    groups = get_command(app).commands  # type: ignore[attr-defined]
    ours = [words[1:] for command in COMMANDS if (words := split_words(command))[:1] == ["crossings"]]
    for name, *rest in ours:
        assert name in groups
        if subcommands := getattr(groups[name], "commands", None):
            assert rest[0] in subcommands
    assert ours


def test_each_setting_in_a_document_is_one() -> None:
    settings = {name.upper() for name in Settings.model_fields} | OTHER_SETTINGS
    named = {name for document in list_documents() for name in SETTING.findall((ROOT / document).read_text("utf-8"))}
    assert named - settings == set()
    assert named


def test_each_file_of_the_checkout_that_is_named_is_there() -> None:
    named = {path for code in CODES if code.language in {INLINE, LINK} for path in PATH.findall(code.text)}
    named |= {path for command in COMMANDS for path in PATH.findall(command)}
    assert sorted(path for path in named if not (ROOT / path).exists() and not (ROOT / "docs" / path).exists()) == []


def test_each_file_that_a_link_leads_to_is_there() -> None:
    links = [code for code in CODES if code.language == LINK and not re.match(r"https?:|#", code.text)]
    missing = [
        code for code in links if not (ROOT / code.document).parent.joinpath(code.text.partition("#")[0]).exists()
    ]
    assert [f"{code}: {code.text}" for code in missing] == []
    assert links


def test_json_in_a_line_can_be_parsed() -> None:
    for text in (code.text for code in CODES if code.language == INLINE and code.text.startswith('{"')):
        assert json.loads(text)
