"""Recording of updates on both time axes: each gives the state over some days.

An update covers only its own days. Records of other days stay current: an affected record is closed and its remaining
days are recorded again (design: "the two rules of time").
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.recording.bitemporal_tables import BitemporalTable
from models.recording.bulk_rows import NOTHING_SHARED, encode_json_rows


@dataclass(frozen=True, slots=True)
class Outcome:
    """Result of one update; `record_id` is the new record, if there is one."""

    outcome: Literal["added", "superseded", "unchanged"]
    record_id: int | None


class ContradictoryUpdates(ValueError):
    """Error that two updates in one batch cover the same days of the same subject.

    `pairs` holds the positions of each such pair in the batch, counted from 0.
    """

    def __init__(self, pairs: Sequence[tuple[int, int]]) -> None:
        self.pairs = pairs
        super().__init__(f"{len(pairs)} pairs of rows cover the same days of the same subject")


async def record_updates(
    connection: AsyncConnection,
    ledger: BitemporalTable,
    news: Sequence[object],
    recorded_at: dt.datetime,
    *,
    shared: Mapping[str, Any] = NOTHING_SHARED,
) -> list[Outcome]:
    """Record the updates as current from `recorded_at` on, and return the outcome of each.

    Each row, as for `encode_json_rows`, has every column of `ledger.update_columns` and `valid_during` as PostgreSQL's
    text form of a range; values must be valid in JSON (a geometry as EWKT). A row with a true member `withdrawn` has no
    state: it closes the current records of its days, and needs only the key besides. A row with a true member
    `corrects` is recorded even if only its wording changes: the comment, or the address. `recorded_at` is taken once
    per submission, by `begin_revision`: now() gave two updates of one transaction the same moment, an empty range.
    Raise `ContradictoryUpdates` before any write if two rows cover the same days of the same subject.
    """
    for statement in _build_staging_tables(ledger):
        await connection.execute(statement)
    encoded = await encode_json_rows(news, [*MARK_COLUMNS, "valid_during", *ledger.update_columns], shared)
    await connection.execute(_build_staging_insert(ledger), {"news": encoded})
    await connection.execute(_build_analyze(ledger))
    pairs = await connection.execute(_select_contradictions(ledger))
    if contradictions := [(first, second) for first, second in pairs]:
        raise ContradictoryUpdates(contradictions)
    await connection.execute(_close_superseded(ledger), {"recorded_at": recorded_at})
    await connection.execute(text("ANALYZE superseded"))
    for step in (_copy_remainders, _insert_updates):
        await connection.execute(step(ledger), {"recorded_at": recorded_at})
    await connection.execute(_update_outcomes(ledger))
    outcomes = await connection.execute(text("SELECT outcome, record_id FROM news ORDER BY position"))
    return [Outcome(*row) for row in outcomes]


MARK_COLUMNS = ("withdrawn", "corrects")

# Each step is one statement over the whole batch. The names inserted into the SQL are names of our own tables and
# columns.


def _build_staging_tables(ledger: BitemporalTable) -> tuple[TextClause, ...]:
    """Build the temporary tables of this transaction, without the triggers and constraints of the real tables."""
    columns = ", ".join(["valid_during", *ledger.update_columns])
    return (
        text("DROP TABLE IF EXISTS pg_temp.news, pg_temp.superseded, pg_temp.remainder"),
        text("CREATE TEMP TABLE remainder (id bigint, remainder_of_id bigint) ON COMMIT DROP"),
        text(
            f"CREATE TEMP TABLE news ON COMMIT DROP AS SELECT 0::bigint AS position, 0::bigint AS record_id,"
            f" 'added' AS outcome, false AS withdrawn, false AS corrects, {columns}"
            f" FROM {ledger.table.name} WITH NO DATA"
        ),
        text(
            f"CREATE TEMP TABLE superseded ON COMMIT DROP AS"
            f" SELECT id, {', '.join(ledger.key)}, valid_during, datemultirange() AS days"
            f" FROM {ledger.table.name} WITH NO DATA"
        ),
    )


def _build_staging_insert(ledger: BitemporalTable) -> TextClause:
    """Build the insert of the updates, with unchanged updates marked.

    The parameter is json, which is read once: converted to jsonb first, ten thousand updates took half as long again.
    Updates are marked on insert: most of an office's week is unchanged, and was written twice. OFFSET keeps PostgreSQL
    from evaluating the comparison twice.
    """
    columns = ", ".join(["valid_during", *ledger.update_columns])
    return text(f"""
        INSERT INTO news (position, record_id, outcome, withdrawn, corrects, {columns})
        SELECT position, CASE outcome WHEN 'added' THEN nextval(ids.sequence) END, outcome, withdrawn, corrects,
               {columns}
        FROM (
            SELECT said.*, CASE WHEN {_is_unchanged(ledger)} THEN 'unchanged' ELSE 'added' END AS outcome
            FROM (
                SELECT ordinality - 1 AS position, coalesce(withdrawn, false) AS withdrawn,
                       coalesce(corrects, false) AS corrects, {columns}
                FROM json_populate_recordset(NULL::pg_temp.news, CAST(:news AS json)) WITH ORDINALITY
            ) said
            OFFSET 0
        ) marked, (SELECT pg_get_serial_sequence('{ledger.table.name}', 'id')::regclass AS sequence) ids
    """)


def _is_unchanged(ledger: BitemporalTable) -> str:
    """Build the SQL condition that one or several current records hold the same state for all days of `said`.

    Current records share no day, so records of these days begin within them, except the last one to begin before. The
    index of the constraint also returned closed records, more of them with each update of a point.
    """
    in_the_same_words = _match_columns(ledger, ledger.remark_columns, "r", "said") or "true"
    return f"""NOT withdrawn AND coalesce(valid_during <@ (
                SELECT range_agg(r.valid_during) FROM {ledger.table.name} r
                WHERE {_match_columns(ledger, ledger.key, "r", "said")}
                  AND {_match_columns(ledger, ledger.said, "r", "said")}
                  AND (NOT said.corrects OR {in_the_same_words})
                  AND upper_inf(r.recorded_during)
                  AND lower(r.valid_during) < coalesce(upper(said.valid_during), 'infinity')
                  AND lower(r.valid_during) >= coalesce((
                      SELECT lower(b.valid_during) FROM {ledger.table.name} b
                      WHERE {_match_columns(ledger, ledger.key, "b", "said")} AND upper_inf(b.recorded_during)
                        AND lower(b.valid_during) <= lower(said.valid_during)
                      ORDER BY lower(b.valid_during) DESC LIMIT 1
                  ), lower(said.valid_during))
            ), false)"""


def _build_analyze(ledger: BitemporalTable) -> TextClause:
    """Build the ANALYZE of the updates and their keys, for the planner. ANALYZE of all columns took as long as a step.

    It runs after unchanged updates are marked: before, the planner read all current records for the few that changed.
    """
    return text(f"ANALYZE news (outcome, {', '.join(ledger.key)})")


def _select_contradictions(ledger: BitemporalTable) -> TextClause:
    return text(f"""
        SELECT a.position, b.position
        FROM news a JOIN news b ON {_match_columns(ledger, ledger.key, "a", "b")}
         AND a.valid_during && b.valid_during AND a.position < b.position
        ORDER BY 1, 2
    """)


def _close_superseded(ledger: BitemporalTable) -> TextClause:
    """Close the current records of the updated days, by the infinite end of a current record, as in the constraint's
    index.

    With upper_inf, PostgreSQL also read all closed records of the days, more of them with each update of a point.
    """
    key = ", ".join(ledger.key)
    return text(f"""
        WITH told AS (
            SELECT {key}, range_agg(valid_during) AS days FROM news WHERE outcome = 'added' GROUP BY {key}
        ), closed AS (
            UPDATE {ledger.table.name} r
            SET recorded_during = tstzrange(lower(r.recorded_during), CAST(:recorded_at AS timestamptz))
            FROM told
            WHERE {_match_columns(ledger, ledger.key, "r", "told")} AND r.valid_during && told.days
              AND r.recorded_during @> 'infinity'::timestamptz
            RETURNING r.id, {", ".join(f"r.{column}" for column in ledger.key)}, r.valid_during, told.days
        )
        INSERT INTO superseded SELECT * FROM closed
    """)


def _copy_remainders(ledger: BitemporalTable) -> TextClause:
    columns = ", ".join(ledger.update_columns)
    source_columns = ", ".join(f"r.{column}" for column in ledger.update_columns)
    return text(f"""
        WITH kept AS (
            INSERT INTO {ledger.table.name} (valid_during, recorded_during, remainder_of_id, {columns})
            SELECT unnest(datemultirange(s.valid_during) - s.days), tstzrange(CAST(:recorded_at AS timestamptz), NULL),
                   r.id, {source_columns}
            FROM superseded s JOIN {ledger.table.name} r USING (id)
            RETURNING id, remainder_of_id
        )
        INSERT INTO remainder SELECT id, remainder_of_id FROM kept
    """)


def _insert_updates(ledger: BitemporalTable) -> TextClause:
    columns = ", ".join(ledger.update_columns)
    return text(f"""
        INSERT INTO {ledger.table.name} (id, valid_during, recorded_during, {columns})
        SELECT record_id, valid_during, tstzrange(CAST(:recorded_at AS timestamptz), NULL), {columns}
        FROM news WHERE outcome = 'added' AND NOT withdrawn
    """)


def _update_outcomes(ledger: BitemporalTable) -> TextClause:
    return text(f"""
        WITH superseding AS (
            SELECT DISTINCT news.position
            FROM news JOIN superseded s ON {_match_columns(ledger, ledger.key, "s", "news")}
             AND s.valid_during && news.valid_during
        )
        UPDATE news
        SET outcome = CASE WHEN superseding.position IS NOT NULL THEN 'superseded'
                           WHEN news.withdrawn THEN 'unchanged' ELSE 'added' END,
            record_id = CASE WHEN NOT news.withdrawn THEN news.record_id END
        FROM news n LEFT JOIN superseding USING (position)
        WHERE news.position = n.position AND news.outcome = 'added'
    """)


def _match_columns(ledger: BitemporalTable, columns: Sequence[str], one: str, other: str) -> str:
    """Build the SQL condition that both rows have the same values in the columns; two nulls are equal.

    A key is compared by `=`, the only operator for an index or a hash. A nullable key column is compared by the
    expression of its index (`one_belief_a_day`): without that expression, 52,000 rows took three times as long.
    """
    return " AND ".join(_match_column(ledger, column, one, other) for column in columns)


def _match_column(ledger: BitemporalTable, column: str, one: str, other: str) -> str:
    if not ledger.table.columns[column].nullable:
        return f"{one}.{column} = {other}.{column}"
    if column in ledger.key:
        return f"coalesce({one}.{column}, '*') = coalesce({other}.{column}, '*')"
    return f"{one}.{column} IS NOT DISTINCT FROM {other}.{column}"
