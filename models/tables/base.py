"""Shared parts of all tables: names of constraints, columns that hold a code, and append-only tables."""

import datetime as dt
from typing import Any, ClassVar

from sqlalchemy import DDL, BigInteger, CheckConstraint, DateTime, MetaData, Text, event
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase

from models.codes import list_codes


class Base(DeclarativeBase):
    """The tables of Crossings."""

    metadata = MetaData(
        naming_convention={
            "pk": "%(table_name)s_pkey",
            "fk": "%(table_name)s_%(column_0_name)s_fkey",
            "uq": "%(table_name)s_%(column_0_N_name)s_key",
            "ck": "%(table_name)s_%(constraint_name)s",
            "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: BigInteger(),
        str: Text(),
        list[str]: ARRAY(Text()),
        dt.datetime: DateTime(timezone=True),
    }


def quote_codes(values: tuple[str, ...]) -> str:
    """Format the codes as a list of SQL text literals; codes are ours and hold no quotes."""
    return ", ".join(f"'{value}'" for value in values)


def build_code_check(column: str, code_list: str) -> CheckConstraint:
    """Build the constraint that the column is a code of the list (or null where the column allows it)."""
    return CheckConstraint(f"{column} IN ({quote_codes(list_codes(code_list))})", name=f"{column}_is_a_code")


def build_codes_check(column: str, code_list: str) -> CheckConstraint:
    """Build the constraint that every element of the array column is a code of the list."""
    return CheckConstraint(
        f"{column} <@ ARRAY[{quote_codes(list_codes(code_list))}]::text[]", name=f"{column}_are_codes"
    )


def build_iso3s_check(column: str) -> CheckConstraint:
    """Build the constraint that every element of the array column has the form of an ISO 3166-1 alpha-3 code."""
    form = "^([A-Z]{3}(,[A-Z]{3})*)?$"
    return CheckConstraint(f"array_to_string({column}, ',', '?') ~ '{form}'", name=f"{column}_are_iso3")


REFUSE_CHANGE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""

# The guard of the record axis. It runs after the row is written: before that, generated columns
# are null in NEW, and every row would look changed.
REFUSE_REWRITING = """
CREATE OR REPLACE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    closed constant tstzrange := NEW.recorded_during;
BEGIN
    IF NOT upper_inf(OLD.recorded_during) OR lower(closed) <> lower(OLD.recorded_during) OR upper_inf(closed) THEN
        RAISE EXCEPTION 'what % believed at a past moment cannot be changed', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    OLD.recorded_during := closed;
    IF NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'a row of % is closed and replaced, never rewritten', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$
"""


def attach_ddl(target: Any, when: str, statement: str) -> None:  # noqa: ANN401 - tables or one of them
    """Attach the statement to create_all; the migrations contain it too."""
    # DDL treats the sign as the start of a name to substitute.
    event.listen(target, when, DDL(statement.replace("%", "%%")))  # type: ignore[no-untyped-call]


attach_ddl(Base.metadata, "before_create", REFUSE_CHANGE)
attach_ddl(Base.metadata, "before_create", REFUSE_REWRITING)


def enforce_append_only(mapped: type[Base]) -> None:
    """Make the database refuse to change or delete rows of the table."""
    table = mapped.__tablename__
    for name, when in (
        ("only_added_to", f"UPDATE OR DELETE ON {table} FOR EACH ROW"),
        ("only_added_to_truncate", f"TRUNCATE ON {table} FOR EACH STATEMENT"),
    ):
        statement = f"CREATE TRIGGER {table}_{name} BEFORE {when} EXECUTE FUNCTION refuse_change()"
        attach_ddl(mapped.__table__, "after_create", statement)


def enforce_no_rewriting(mapped: type[Base]) -> None:
    """Make the database refuse any change to the table except the closing of `recorded_during`."""
    table = mapped.__tablename__
    for name, when, function in (
        ("never_rewritten", f"AFTER UPDATE ON {table} FOR EACH ROW", "refuse_rewriting"),
        ("never_deleted", f"BEFORE DELETE ON {table} FOR EACH ROW", "refuse_change"),
        ("never_truncated", f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT", "refuse_change"),
    ):
        statement = f"CREATE TRIGGER {table}_{name} {when} EXECUTE FUNCTION {function}()"
        attach_ddl(mapped.__table__, "after_create", statement)
