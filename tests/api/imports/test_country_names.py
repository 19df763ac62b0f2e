"""Names of countries: those of the United Nations (M49) wherever a country is named, and others still understood."""

import re
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from conftest import create_database
from helpers.shipped.register import read_shipped_countries
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.database.engine import build_engine
from api.imports.country_names import has_outdated_names, rename_outdated_countries
from api.parameters.country_hints import load_country_names, suggest_country
from api.settings import get_project_directory
from api.shipped_data import REGIONS
from models.codes import fold_text
from models.recording.geography import fetch_names_by_country
from models.tables.country import Country
from models.tables.revision import Revision

# The United Nations print none of these.
NOT_PRINTED = {
    *("Bosnia", "US", "UK", "Congo - Kinshasa", "Congo - Brazzaville", "South Korea", "North Korea", "Cape Verde"),
    *("Taiwan", "Palestine", "St. Helena", "Russia", "Syria", "Iran", "Laos", "Moldova", "Vietnam", "Ivory Coast"),
}
PRINTED = {
    "BIH": ("Bosnia and Herzegovina", "Bosnie-Herzégovine", "Bosnia y Herzegovina", "البوسنة والهرسك"),
    "CIV": (*3 * ("Côte d\u2019Ivoire",), "كوت ديفوار"),
    "COD": (
        "Democratic Republic of the Congo",
        "République démocratique du Congo",
        "República Democrática del Congo",
        "جمهورية الكونغو الديمقراطية",
    ),
    "COG": ("Congo", "Congo", "Congo", "الكونغو"),
    "CPV": ("Cabo Verde", "Cabo Verde", "Cabo Verde", "كابو فيردي"),
    "KOR": ("Republic of Korea", "République de Corée", "República de Corea", "جمهورية كوريا"),
    "PSE": ("State of Palestine", "État de Palestine", "Estado de Palestina", "دولة فلسطين"),
    "TWN": (
        "Taiwan Province of China",
        "Province chinoise de Taïwan",
        "Provincia china de Taiwán",
        "مقاطعة تايوان الصينية",
    ),
    "USA": (
        "United States of America",
        "États-Unis d\u2019Amérique",
        "Estados Unidos de América",
        "الولايات المتحدة الأمريكية",
    ),
    "XKX": ("Kosovo", None, None, None),
}


async def test_names_of_all_countries_are_those_of_the_table(shipped: AsyncConnection) -> None:
    loaded = await fetch_names_by_country(shipped)
    assert len(loaded) == 250
    for row in read_shipped_countries():
        if row["iso3"] == "XKX":
            continue
        names = loaded[row["iso3"]]
        listed = [row[f"name_un_{language}"] for language in ("en", "fr", "es", "ar")]
        assert [names["name"], names["name_fr"], names["name_es"], names["name_ar"]] == listed
        assert all(listed), row["iso3"]


@pytest.mark.parametrize("iso3", PRINTED)
async def test_country_is_called_as_the_united_nations_call_it(shipped: AsyncConnection, iso3: str) -> None:
    names = (await fetch_names_by_country(shipped))[iso3]
    assert (names["name"], names["name_fr"], names["name_es"], names["name_ar"]) == PRINTED[iso3]


async def test_kosovo_is_printed_with_the_resolution_in_every_language(client: httpx.AsyncClient) -> None:
    kosovo = (await client.get("/collections/countries/items/XKX?f=json")).json()["properties"]
    assert kosovo["name"] == "Kosovo (SCR 1244)"


async def test_no_country_has_a_name_that_is_not_printed(shipped: AsyncConnection) -> None:
    names = {name for called in (await fetch_names_by_country(shipped)).values() for name in called.values()}
    assert names & NOT_PRINTED == set()


@pytest.mark.parametrize(
    "path", ["/crossings?from=BIH&to=SRB", "/freshness", "/signals", "/statistics?group_by=country"]
)
async def test_pages_use_official_country_names(client: httpx.AsyncClient, path: str) -> None:
    page = await client.get(path, headers={"Accept": "text/html"})
    cells = {text.strip() for text in re.findall(r">([^<>]+)<", page.text)}
    assert (page.status_code, cells & NOT_PRINTED) == (200, set())


def test_texts_of_the_service_have_no_such_name() -> None:
    words = re.compile('Congo - |South Korea|North Korea|Cape Verde|St\\. Helena|Ivory Coast(?!")')
    root = get_project_directory()
    texts = [*root.glob("api/**/*.toml"), *root.glob("api/**/*.html"), *root.glob("docs/*.md"), root / "README.md"]
    assert [path.name for path in texts if words.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("row", read_shipped_countries(), ids=lambda row: row["iso3"])
def test_name_in_everyday_use_is_still_understood(row: dict[str, str]) -> None:
    assert load_country_names()[fold_text(row["name"])] == row["iso3"]


@pytest.mark.parametrize(("said", "iso3"), [("Bosnia", "BIH"), ("Ivory Coast", "CIV"), ("US", "USA"), ("UK", "GBR")])
def test_older_name_leads_to_its_country(said: str, iso3: str) -> None:
    assert suggest_country(said) == [iso3]


class TestADatabaseOfAnOlderVersion:
    @pytest.fixture
    def address(self, server: str, untouched: str) -> Iterator[str]:
        with create_database(server, template=untouched) as address:
            yield address

    @pytest.fixture
    async def engine(self, address: str) -> AsyncIterator[AsyncEngine]:
        engine = build_engine(address)
        async with engine.begin() as connection:
            await connection.execute(update(Country).where(Country.iso3 == "BIH").values(name="Bosnia"))
        yield engine
        await engine.dispose()

    async def test_gets_the_names_at_the_start_in_one_revision(self, engine: AsyncEngine) -> None:
        before = await revisions(engine)
        assert await has_outdated_names(engine, REGIONS)
        await rename_outdated_countries(engine, REGIONS)
        assert not await has_outdated_names(engine, REGIONS)
        async with engine.connect() as connection:
            assert (await fetch_names_by_country(connection))["BIH"]["name"] == "Bosnia and Herzegovina"
        assert await revisions(engine) == before + 1

    async def test_is_left_as_it_is_at_the_next_start(self, engine: AsyncEngine) -> None:
        await rename_outdated_countries(engine, REGIONS)
        before = await revisions(engine)
        await rename_outdated_countries(engine, REGIONS)
        assert await revisions(engine) == before


async def revisions(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return await connection.scalar(select(func.count()).select_from(Revision)) or 0
