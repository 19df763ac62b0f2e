"""`crossings report`: the same as the address gives, as files."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from a_point import add_poe, say

from api.database import engine_for

DAYS = ("--on", "2020-04-30", "--compare", "2020-04-09")


def crossings(address: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"DATABASE_URL": address}
    command = Path(sys.executable).with_name("crossings")
    return subprocess.run([command, *arguments], env=environment, capture_output=True, text=True, check=False)


async def test_a_set_has_the_world_every_region_and_each_country_with_points(copied: str, tmp_path: Path) -> None:
    engine = engine_for(copied)
    async with engine.begin() as connection:
        await say(connection, await add_poe(connection, "T-1", iso3="SRB"), "closed", "2020-03-01")
    await engine.dispose()
    written = crossings(copied, "report", "--all", *DAYS, "--format", "json", "--lang", "fr", "--out", str(tmp_path))
    assert written.returncode == 0, written.stderr
    index = (tmp_path / "index.html").read_text()
    assert '<html lang="fr">' in index
    names = re.findall(r'<a href="([^"]+)">([^<]+)</a>', index)
    assert [name for _, name in names][::10] == ["Monde", "Serbie"]
    assert len(names) == 11
    reports = [json.loads((tmp_path / path).read_text()) for path, _ in names]
    assert {report["as_known_at"] for report in reports} == {reports[0]["as_known_at"]}
    closed = [one["figures"]["day"]["total"]["groups"]["fully_closed"]["points"] for one in reports]
    assert (closed[0], closed[-1], sum(closed)) == (1, 1, 3)


def test_what_cannot_be_reported_is_said_by_the_command(copied: str, tmp_path: Path) -> None:
    for arguments, said in (
        (("--level", "country", "--area", "XYZ"), "not the code of a country"),
        (("--on", "2999-01-01"), "still to come"),
        (("--edition", "--as-known-at", "2020-05-01"), "an edition is of one area"),
    ):
        refused = crossings(copied, "report", "--out", str(tmp_path), *arguments)
        assert refused.returncode > 0
        assert said in " ".join(re.sub(r"[│╭╮╰╯─]", " ", refused.stderr).split())
    assert list(tmp_path.iterdir()) == []
