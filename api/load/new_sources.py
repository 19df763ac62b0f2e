"""Sources that a file names: existing sources, and new sources with the licence in the file."""

from collections.abc import Sequence

from sqlalchemy import select

from api.load.complaint import Complaint
from api.load.intake import Intake
from api.load.restriction_rows import ReadRow
from models.codes import folded
from models.geography import put_sources
from models.source import Source


async def numbers_of_sources(intake: Intake, read: Sequence[ReadRow]) -> dict[str, int]:
    """Resolve the id of each source by its name or code in the rows, in any spelling.

    A source has one licence: rows with another licence get an error, and their source is left out.
    """
    known = await _known(intake)
    licences = {name: licence for name, (_, licence) in known.items()}
    new, wrong = dict[str, str](), set[str]()
    for each in read:
        name, values = folded(each.said.source), each.said
        if name not in licences:
            new[name] = values.source
        if licences.setdefault(name, values.licence) != values.licence:
            reason = f"the licence of {values.source} is {licences[name]}"
            intake.loaded.complaints.append(Complaint(each.row.number, "licence", values.licence, reason))
            wrong.add(name)
    await put_sources(intake.connection, [_source(new[name], licences[name]) for name in new if name not in wrong])
    numbers = {name: number for name, (number, _) in (await _known(intake)).items() if name not in wrong}
    used = {each.said.source for each in read}
    return {name: numbers[folded(name)] for name in used if folded(name) in numbers}


async def _known(intake: Intake) -> dict[str, tuple[int, str | None]]:
    """Fetch id and licence of each source, by folded name and by folded code."""
    rows = (await intake.connection.execute(select(Source.id, Source.code, Source.name, Source.licence))).all()
    by_name = {folded(row.name): (row.id, row.licence) for row in rows}
    return by_name | {folded(row.code): (row.id, row.licence) for row in rows}


def _source(name: str, licence: str | None) -> dict[str, str | None]:
    return {"code": folded(name).replace(" ", "-"), "name": name, "url": None, "licence": licence, "attribution": name}
