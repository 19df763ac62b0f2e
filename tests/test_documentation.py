"""What the documents promise is there, and what is there is documented."""

import hashlib
import json
import re
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from api.commands.cli import app
from api.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_in_the_readme(name: str) -> None:
    assert f"`{name.upper()}`" in README


def commands() -> list[str]:
    """Every command, such as `load register`."""
    groups = get_command(app).commands  # type: ignore[attr-defined]
    return [
        f"{name} {sub}" if sub else name
        for name, command in groups.items()
        for sub in (getattr(command, "commands", None) or [""])
    ]


@pytest.mark.parametrize("name", commands())
def test_every_command_is_in_the_documents(name: str) -> None:
    documents = README + "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md"))
    assert f"crossings {name}" in documents


def test_files_name_no_local_path() -> None:
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    own = re.compile(r"/(work|root)/[a-z]")
    texts = [name for name in names if Path(name).suffix in {".py", ".md", ".toml", ".ts", ".yml", ".html", ""}]
    assert [name for name in texts if own.search((ROOT / name).read_text(encoding="utf-8"))] == []


def test_every_shipped_file_has_its_licence_named() -> None:
    data = ROOT / "data"
    licences = (data / "README.md").read_text(encoding="utf-8")
    shipped = [path for path in data.rglob("*") if path.is_file() and path.name not in {"README.md", "MANIFEST.json"}]
    assert [path.name for path in shipped if path.name not in licences] == []


def test_shipped_files_are_those_that_the_manifest_describes() -> None:
    data = ROOT / "data"
    manifest = json.loads((data / "MANIFEST.json").read_text(encoding="utf-8"))
    sums = {file["file"]: file["sha256"] for file in manifest["files"]}
    assert sums == {name: hashlib.sha256((data / name).read_bytes()).hexdigest() for name in sums}
