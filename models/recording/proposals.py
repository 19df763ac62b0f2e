"""Proposed points that wait for a decision; until then only offices see them."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Date, Select, Text, any_, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from models.recording.bitemporal_tables import REGISTER
from models.recording.bitemporal_update import record_updates
from models.recording.register import fetch_point_ids
from models.recording.register_changes import RegisterPeriod, build_register_update, fetch_register_periods
from models.tables.bitemporal import BEGINNING_OF_TIME_SQL, is_current
from models.tables.point_of_entry import PointOfEntry, PointOfEntryVersion
from models.tables.point_properties import POINT_PROPERTIES
from models.tables.source import Source

version = PointOfEntryVersion


@dataclass(frozen=True, slots=True)
class Proposal:
    """Point by its code, with the proposed versions of its entry: empty if it was accepted already."""

    point_of_entry_id: int
    code: str
    iso3: str
    lifecycle: str
    pieces: tuple[RegisterPeriod, ...]


def select_proposals(iso3s: Sequence[str]) -> Select[*tuple[Any, ...]]:
    """Select the proposals in the countries, the oldest first.

    Each point once: if it was moved or renamed since, its proposal for the last days.
    """
    # The countries come before the name, where offices have always found them.
    countries_first = sorted(POINT_PROPERTIES, key=lambda each: each.name == each.column)
    columns = [(each.name, each.column) for each in countries_first if each.in_proposals and each.column]
    return (
        select(
            PointOfEntry.code,
            *(getattr(version, column).label(name) for name, column in columns),
            version.source_reference,
            version.submission_id,
            func.ST_X(version.geometry).label("longitude"),
            func.ST_Y(version.geometry).label("latitude"),
            func.nullif(func.lower(version.valid_during), BEGINNING_OF_TIME_SQL, type_=Date).label("valid_from"),
            func.lower(version.recorded_during).label("proposed_at"),
            Source.name.label("office"),
        )
        .join(PointOfEntry, PointOfEntry.id == version.point_of_entry_id)
        .join(Source, Source.id == version.source_id)
        .where(
            is_current(version.recorded_during, None),
            func.upper_inf(version.valid_during),
            version.lifecycle == "proposed",
            version.iso3 == any_(cast(list(iso3s), ARRAY(Text))),
        )
        .order_by(func.lower(version.recorded_during), version.id)
    )


async def fetch_proposal(connection: AsyncConnection, code: str) -> Proposal | None:
    """Fetch the point, with any lifecycle; None if no point has the code, or its proposal was declined."""
    point = (await fetch_point_ids(connection, [code])).get(code)
    pieces = (await fetch_register_periods(connection, [point])).get(point, []) if point else []
    if point is None or not pieces:
        return None
    last = pieces[-1].columns
    proposed = tuple(piece for piece in pieces if piece.columns["lifecycle"] == "proposed")
    return Proposal(point, code, last["iso3"], last["lifecycle"], proposed)


async def fetch_visible_point_id(connection: AsyncConnection, code: str, iso3s: Iterable[str]) -> int | None:
    """Fetch the point's number, if it is or was public, or is proposed in one of the countries."""
    is_proposed_there = is_current(version.recorded_during, None) & (
        version.iso3 == any_(cast(list(iso3s), ARRAY(Text)))
    )
    seen = select(version.id).where(
        version.point_of_entry_id == PointOfEntry.id, (version.lifecycle != "proposed") | is_proposed_there
    )
    number: int | None = await connection.scalar(
        select(PointOfEntry.id).where(PointOfEntry.code == code, seen.exists())
    )
    return number


async def accept_proposal(connection: AsyncConnection, proposal: Proposal, recorded_at: dt.datetime) -> None:
    """Accept the proposal: the point is active on all days for which it was proposed."""
    active = [replace(piece, columns={**piece.columns, "lifecycle": "active"}) for piece in proposal.pieces]
    news = [build_register_update(proposal.point_of_entry_id, piece) for piece in active]
    await record_updates(connection, REGISTER, news, recorded_at)


async def decline_proposal(connection: AsyncConnection, proposal: Proposal, recorded_at: dt.datetime) -> None:
    """Withdraw the proposed versions of the point; its code stays reserved."""
    news = [build_register_update(proposal.point_of_entry_id, piece) | {"withdrawn": True} for piece in proposal.pieces]
    await record_updates(connection, REGISTER, news, recorded_at)
