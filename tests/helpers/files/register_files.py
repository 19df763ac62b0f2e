"""Files of the register as tests write and load them."""

from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from api.imports.errors import LoadResult
from api.imports.importer import ImportContext, Loader
from models.tables.revision import begin_revision

HEADER = (
    "poe_id,name,poe_type,country_iso3,lat,lon,subdivision,iata,icao,locode,official_poe,coord_precision,"
    "source,source_id,licence\n"
)


ROW = "XX-1,Somewhere,airport,FJI,-17.8,177.4,FJ-W,,,,unknown,exact,OurAirports,X1,Public domain\n"


async def load_register_file(database: AsyncConnection, path: Path, how: Loader) -> LoadResult:
    intake = ImportContext(database, path, await begin_revision(database, "test"), LoadResult(path.name), None)
    await how(intake)
    return intake.loaded


def write_file(directory: Path, content: str | bytes, name: str = "register.csv") -> Path:
    path = directory / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path
