"""Sources that a file names: existing sources, and new sources with the licence in the file."""

from collections.abc import Sequence

from sqlalchemy import select

from api.imports.errors import RowError
from api.imports.importer import ImportContext
from api.imports.restriction_rows import RestrictionRow
from models.codes import fold_text
from models.recording.geography import upsert_sources
from models.tables.source import Source


async def resolve_source_ids(intake: ImportContext, read: Sequence[RestrictionRow]) -> dict[str, int]:
    """Resolve the id of each source by its name or code in the rows, in any spelling.

    A source has one licence: rows with another licence get an error, and their source is left out.
    """
    known = await _fetch_sources(intake)
    licences = {name: licence for name, (_, licence) in known.items()}
    new, wrong = dict[str, str](), set[str]()
    for each in read:
        name, values = fold_text(each.said.source), each.said
        if name not in licences:
            new[name] = values.source
        if licences.setdefault(name, values.licence) != values.licence:
            reason = f"the licence of {values.source} is {licences[name]}"
            intake.loaded.row_errors.append(RowError(each.row.number, "licence", values.licence, reason))
            wrong.add(name)
    await upsert_sources(
        intake.connection, [_build_source(new[name], licences[name]) for name in new if name not in wrong]
    )
    numbers = {name: number for name, (number, _) in (await _fetch_sources(intake)).items() if name not in wrong}
    used = {each.said.source for each in read}
    return {name: numbers[fold_text(name)] for name in used if fold_text(name) in numbers}


async def _fetch_sources(intake: ImportContext) -> dict[str, tuple[int, str | None]]:
    """Fetch id and licence of each source, by folded name and by folded code."""
    rows = (await intake.connection.execute(select(Source.id, Source.code, Source.name, Source.licence))).all()
    by_name = {fold_text(row.name): (row.id, row.licence) for row in rows}
    return by_name | {fold_text(row.code): (row.id, row.licence) for row in rows}


def _build_source(name: str, licence: str | None) -> dict[str, str | None]:
    return {
        "code": fold_text(name).replace(" ", "-"),
        "name": name,
        "url": None,
        "licence": licence,
        "attribution": name,
    }
