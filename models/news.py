"""Taking in news: what someone says held over some days, recorded on both time axes.

News covers only the days it speaks of. What was believed about other days stays believed: a record that the
news touches is closed and its remaining days are recorded again (design: "the two rules of time").
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Table, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.rows_as_json import rows_as_json

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ledger:
    """A table with two time axes, as news sees it.

    `key` names what a record is about; `said` the columns that say what held. News that says what is believed
    already is unchanged, even if it comes from another source or with another comment, unless it `corrects`.
    """

    table: Table
    key: tuple[str, ...]
    said: tuple[str, ...]

    @property
    def carried(self) -> list[str]:
        """Columns that news fills and that the remainder of a record keeps."""
        ours = {"id", "valid_during", "recorded_during", "remainder_of_id"}
        return [column.name for column in self.table.columns if column.name not in ours and column.computed is None]

    @property
    def remarked(self) -> list[str]:
        """Columns that say more of a record than what held, but for who says so."""
        others = {*self.key, *self.said, "source_id", "submission_id"}
        return [column for column in self.carried if column not in others]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one piece of news; `record_id` is the record it made, if it made one."""

    outcome: Literal["added", "superseded", "unchanged"]
    record_id: int | None


class ContradictoryNews(ValueError):
    """Two pieces of news in one batch speak of the same days of the same thing.

    `pairs` holds the positions of each such two in the batch, counted from 0.
    """

    def __init__(self, pairs: Sequence[tuple[int, int]]) -> None:
        self.pairs = pairs
        super().__init__(f"{len(pairs)} pairs of rows speak of the same days of the same thing")


async def record_news(
    connection: AsyncConnection, ledger: Ledger, news: Sequence[Row], recorded_at: dt.datetime
) -> list[Outcome]:
    """Record the news as believed from `recorded_at` on, and say for each piece what became of it.

    Each row has every column of `ledger.carried` and `valid_during` as PostgreSQL's text form of a range;
    values are as JSON can carry them (a geometry as EWKT). A row with a true member `withdrawn` says nothing but
    takes back what is believed of its days; it needs only the key besides. One with a true member `corrects` is news
    also if it only says it in other words: with another comment, or from another address. `recorded_at` is taken once
    per submission, by `begin_revision`: now() gave two updates of one transaction the same moment, an empty range.
    Raises ContradictoryNews before anything is written.
    """
    for statement in _staging(ledger):
        await connection.execute(statement)
    await connection.execute(_staged(ledger), {"news": rows_as_json(news)})
    await connection.execute(_look_over(ledger))
    pairs = await connection.execute(_contradictions(ledger))
    if contradictions := [(first, second) for first, second in pairs]:
        raise ContradictoryNews(contradictions)
    await connection.execute(_close_superseded(ledger), {"recorded_at": recorded_at})
    await connection.execute(text("ANALYZE superseded"))
    for step in (_keep_remainders, _add_news):
        await connection.execute(step(ledger), {"recorded_at": recorded_at})
    await connection.execute(_tell_outcomes(ledger))
    outcomes = await connection.execute(text("SELECT outcome, record_id FROM news ORDER BY position"))
    return [Outcome(*row) for row in outcomes]


# Each step is one statement over the whole batch. The names put into them are those of our own tables and columns.


def _staging(ledger: Ledger) -> tuple[TextClause, ...]:
    """Tables of this transaction alone; the guards of the real ones, and their constraints, are not copied."""
    columns = ", ".join(["valid_during", *ledger.carried])
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


def _staged(ledger: Ledger) -> TextClause:
    """The news, with what is unchanged marked as such.

    As json, which is read once: made jsonb first, ten thousand took half as long again. Marked on the way: most of an
    office's week is unchanged, and was written twice. OFFSET keeps PostgreSQL from asking twice what is unchanged.
    """
    columns = ", ".join(["valid_during", *ledger.carried])
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


def _is_unchanged(ledger: Ledger) -> str:
    """SQL condition: of the days of `said` the same is believed already, be it in one record or in several.

    Beliefs share no day: those about these days begin within them, but for the last one to begin before. The index of
    the constraint found what was once believed as well, more of it each time that a point had news.
    """
    in_the_same_words = _same(ledger, ledger.remarked, "r", "said") or "true"
    return f"""NOT withdrawn AND coalesce(valid_during <@ (
                SELECT range_agg(r.valid_during) FROM {ledger.table.name} r
                WHERE {_same(ledger, ledger.key, "r", "said")} AND {_same(ledger, ledger.said, "r", "said")}
                  AND (NOT said.corrects OR {in_the_same_words})
                  AND upper_inf(r.recorded_during)
                  AND lower(r.valid_during) < coalesce(upper(said.valid_during), 'infinity')
                  AND lower(r.valid_during) >= coalesce((
                      SELECT lower(b.valid_during) FROM {ledger.table.name} b
                      WHERE {_same(ledger, ledger.key, "b", "said")} AND upper_inf(b.recorded_during)
                        AND lower(b.valid_during) <= lower(said.valid_during)
                      ORDER BY lower(b.valid_during) DESC LIMIT 1
                  ), lower(said.valid_during))
            ), false)"""


def _look_over(ledger: Ledger) -> TextClause:
    """Tell the planner how many news there are, of how many things. Of all columns, it took as long as a step does.

    Told before it was known which are unchanged, it had all that is believed read for the few that are not.
    """
    return text(f"ANALYZE news (outcome, {', '.join(ledger.key)})")


def _contradictions(ledger: Ledger) -> TextClause:
    return text(f"""
        SELECT a.position, b.position
        FROM news a JOIN news b ON {_same(ledger, ledger.key, "a", "b")}
         AND a.valid_during && b.valid_during AND a.position < b.position
        ORDER BY 1, 2
    """)


def _close_superseded(ledger: Ledger) -> TextClause:
    """What is believed is so without end, as the index of the constraint has it.

    By upper_inf all that was once believed of the days was read as well, more of it each time that a point had news.
    """
    key = ", ".join(ledger.key)
    return text(f"""
        WITH told AS (
            SELECT {key}, range_agg(valid_during) AS days FROM news WHERE outcome = 'added' GROUP BY {key}
        ), closed AS (
            UPDATE {ledger.table.name} r
            SET recorded_during = tstzrange(lower(r.recorded_during), CAST(:recorded_at AS timestamptz))
            FROM told
            WHERE {_same(ledger, ledger.key, "r", "told")} AND r.valid_during && told.days
              AND r.recorded_during @> 'infinity'::timestamptz
            RETURNING r.id, {", ".join(f"r.{column}" for column in ledger.key)}, r.valid_during, told.days
        )
        INSERT INTO superseded SELECT * FROM closed
    """)


def _keep_remainders(ledger: Ledger) -> TextClause:
    columns = ", ".join(ledger.carried)
    kept = ", ".join(f"r.{column}" for column in ledger.carried)
    return text(f"""
        WITH kept AS (
            INSERT INTO {ledger.table.name} (valid_during, recorded_during, remainder_of_id, {columns})
            SELECT unnest(datemultirange(s.valid_during) - s.days), tstzrange(CAST(:recorded_at AS timestamptz), NULL),
                   r.id, {kept}
            FROM superseded s JOIN {ledger.table.name} r USING (id)
            RETURNING id, remainder_of_id
        )
        INSERT INTO remainder SELECT id, remainder_of_id FROM kept
    """)


def _add_news(ledger: Ledger) -> TextClause:
    columns = ", ".join(ledger.carried)
    return text(f"""
        INSERT INTO {ledger.table.name} (id, valid_during, recorded_during, {columns})
        SELECT record_id, valid_during, tstzrange(CAST(:recorded_at AS timestamptz), NULL), {columns}
        FROM news WHERE outcome = 'added' AND NOT withdrawn
    """)


def _tell_outcomes(ledger: Ledger) -> TextClause:
    return text(f"""
        WITH superseding AS (
            SELECT DISTINCT news.position
            FROM news JOIN superseded s ON {_same(ledger, ledger.key, "s", "news")}
             AND s.valid_during && news.valid_during
        )
        UPDATE news
        SET outcome = CASE WHEN superseding.position IS NOT NULL THEN 'superseded'
                           WHEN news.withdrawn THEN 'unchanged' ELSE 'added' END,
            record_id = CASE WHEN NOT news.withdrawn THEN news.record_id END
        FROM news n LEFT JOIN superseding USING (position)
        WHERE news.position = n.position AND news.outcome = 'added'
    """)


def _same(ledger: Ledger, columns: Sequence[str], one: str, other: str) -> str:
    """SQL condition: both rows hold the same in the columns; two nulls are the same.

    A key is compared by `=`, which alone can use an index or a hash; where one of its columns can be null, by that
    of the expression of its index (one_belief_a_day): otherwise 52,000 rows took three times as long.
    """
    return " AND ".join(_same_value(ledger, column, one, other) for column in columns)


def _same_value(ledger: Ledger, column: str, one: str, other: str) -> str:
    if not ledger.table.columns[column].nullable:
        return f"{one}.{column} = {other}.{column}"
    if column in ledger.key:
        return f"coalesce({one}.{column}, '*') = coalesce({other}.{column}, '*')"
    return f"{one}.{column} IS NOT DISTINCT FROM {other}.{column}"
