"""`crossings report`: the same as the address gives, as files."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from helpers.factories import add_poe, record_status
from helpers.shipped.register import read_shipped_register

from api.database.engine import build_engine

IOM_REGIONS = 9
REGION_OF_SERBIA = "Europe du Sud-Est, Europe orientale et Asie centrale"
DAYS = ("--on", "2020-04-30", "--compare", "2020-04-09")


def crossings(address: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"DATABASE_URL": address}
    command = Path(sys.executable).with_name("crossings")
    return subprocess.run([command, *arguments], env=environment, capture_output=True, text=True, check=False)


async def test_set_has_the_world_every_region_and_each_country_with_points(copied: str, tmp_path: Path) -> None:
    engine = build_engine(copied)
    async with engine.begin() as connection:
        await record_status(connection, await add_poe(connection, "T-1", iso3="SRB"), "closed", "2020-03-01")
    await engine.dispose()
    written = crossings(copied, "report", "--all", *DAYS, "--format", "json", "--lang", "fr", "--out", str(tmp_path))
    assert written.returncode == 0, written.stderr
    index = (tmp_path / "index.html").read_text()
    assert '<html lang="fr">' in index
    names = re.findall(r'<a href="([^"]+)">([^<]+)</a>', index)
    assert [name for _, name in names[:2]] == ["Monde", "Asie et Pacifique"]
    assert len(names) == 1 + IOM_REGIONS + len({row["country_iso3"] for row in read_shipped_register()})
    reports = {name: json.loads((tmp_path / path).read_text()) for path, name in names}
    assert len({report["as_known_at"] for report in reports.values()}) == 1
    closed = {
        name: report["figures"]["day"]["total"]["groups"]["fully_closed"]["points"] for name, report in reports.items()
    }
    assert [name for name, points in closed.items() if points == 1] == ["Monde", REGION_OF_SERBIA, "Serbie"]


def test_report_command_explains_failures(copied: str, tmp_path: Path) -> None:
    for arguments, said in (
        (("--level", "country", "--area", "XYZ"), "not the code of a country"),
        (("--on", "2999-01-01"), "still to come"),
        (("--edition", "--as-known-at", "2020-05-01"), "an edition is of one area"),
    ):
        refused = crossings(copied, "report", "--out", str(tmp_path), *arguments)
        assert refused.returncode > 0
        assert said in " ".join(re.sub(r"[│╭╮╰╯─]", " ", refused.stderr).split())
    assert list(tmp_path.iterdir()) == []
