"""Countries and regions that are asked for have to exist."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from api.parameters import BadParameters
from models.question import unknown_countries, unknown_regions


async def refuse_unknown_places(
    connection: AsyncConnection, countries: Sequence[str], regions: Sequence[str], names: tuple[str, str]
) -> None:
    """A country or region that does not exist is a mistake, not an empty answer. Raises BadParameters.

    `names` are what the request calls the two.
    """
    errors = []
    for name, kind, given, unknown in (
        (names[0], "country", countries, unknown_countries),
        (names[1], "region", regions, unknown_regions),
    ):
        values = (await connection.scalars(unknown(tuple(given)))).all() if given else []
        errors += [{"parameter": name, "value": v, "reason": f"{v!r} is not the code of a {kind}"} for v in values]
    if errors:
        raise BadParameters(errors)
