"""Loader for countries with their shapes and borders, and the regions they belong to."""

import gzip
import json
from pathlib import Path
from typing import Any

from api.imports.borders import read_disputed_pairs
from api.imports.country_names import DISPLAY_NAMES, parse_country_names
from api.imports.errors import UnreadableFile
from api.imports.importer import ImportContext, Loader
from api.imports.tabular_file import read_rows
from models.recording.geography import add_aliases, add_members, upsert_countries, upsert_regions
from models.tables.border import replace_borders

Row = dict[str, str]
# Labels of other editions; they varied between 2020 and 2022.
ALIASES = {
    "CNAC": "Central America, North America and the Caribbean",
    "WCA": "West and Central Africa",
    "EHA": "East and Horn of Africa",
}
# Not on IOM's list for the region; placed there by geography.
MEMBER_NOTES = {"TKM": "not on IOM's list of April 2020", "PSE": "not in IOM's 17", "ESH": "not in IOM's 17"}


def build_country_loader(names: Path, disputed: Path) -> Loader:
    """Build the loader for countries: shapes from its GeoJSON file, names and regions from the table `names`.

    The table `disputed` lists the pairs of countries with a disputed border.
    """

    async def load(intake: ImportContext) -> None:
        shapes = _read_shapes(intake.path)
        rows = [row for _, row in read_rows(names) if row["iso3"] in shapes]
        await upsert_countries(intake.connection, [_build_country(row, shapes[row["iso3"]]) for row in rows])
        await replace_borders(intake.connection, read_disputed_pairs(disputed))
        await upsert_regions(intake.connection, _build_regions(rows))
        await add_aliases(intake.connection, [{"region_code": code, "alias": alias} for code, alias in ALIASES.items()])
        await add_members(intake.connection, _build_members(rows))
        intake.loaded.row_count = len(rows)
        intake.loaded.count("countries", len(rows))

    return load


def _read_shapes(path: Path) -> dict[str, str]:
    """Read the GeoJSON text of each shape, by alpha-3 code (the feature's id)."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            features = json.load(file)["features"]
        return {feature["id"]: json.dumps(feature["geometry"]) for feature in features}
    except (OSError, ValueError, KeyError) as error:
        raise UnreadableFile(f"{path.name} is not a GeoJSON file of countries: {error}") from error


def _build_country(row: Row, shape: str) -> dict[str, Any]:
    return {
        "iso3": row["iso3"],
        "iso2": row["iso2"],
        **parse_country_names(row),
        "wording_note": row["iom_region_note"] if row["iso3"] in DISPLAY_NAMES else None,
        "geometry": shape,
        "label_point": f"SRID=4326;POINT({row['label_lon']} {row['label_lat']})" if row["label_lon"] else None,
    }


def _build_regions(rows: list[Row]) -> list[dict[str, Any]]:
    iom = {
        row["iom_region_code"]: {"kind": "iom", "label": row["iom_region"], "office": row["iom_regional_office"]}
        for row in rows
        if row["iom_region_code"]
    }
    m49 = {
        row[f"{level}_code"]: {"kind": "m49", "label": row[level], "office": None}
        for level in ("m49_region", "m49_subregion", "m49_intermediate")
        for row in rows
        if row[f"{level}_code"]
    }
    return [{"code": code, **region} for code, region in (iom | m49).items()]


def _build_members(rows: list[Row]) -> list[dict[str, Any]]:
    of_iom = [
        {"region_code": row["iom_region_code"], "iso3": row["iso3"], "note": _find_note(row)}
        for row in rows
        if row["iom_region_code"]
    ]
    of_m49 = [
        {"region_code": row[column], "iso3": row["iso3"], "note": None}
        for column in ("m49_region_code", "m49_subregion_code", "m49_intermediate_code")
        for row in rows
        if row[column]
    ]
    return of_iom + of_m49


def _find_note(row: Row) -> str | None:
    return MEMBER_NOTES.get(row["iso3"]) or row["iom_region_note"] or None
