"""GeoJSON (RFC 7946), written by the database: no feature is built, or even looked at, in Python."""

from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Subquery, Text, bindparam, func, literal, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.sql.selectable import LateralFromClause

# 1e-6 degrees is about 0.1 m, finer than any source of ours.
DECIMALS = 6
FEATURES_IN_A_CHUNK = 1000


def feature_page(rows: Select[*tuple[Any, ...]], *, from_start: bool) -> Select[*tuple[Any, ...]]:
    """Statement giving one page of `rows` as chunks of GeoJSON text, in the order of their key.

    `rows` selects `key` (unique, to page by), `id`, `geometry` (EPSG:4326) and the properties. The page has at most
    `limit` features, a parameter to bind, and starts behind the key `after`, another, unless it is the first. Each
    chunk is a row of `features` (up to 1,000 of them, with commas between), `count`, `last_key`, and `more`: whether
    features follow behind the page.
    """
    answer = rows.subquery("answer")
    limit = bindparam("limit", type_=Integer)
    page = (
        select(answer)
        if from_start
        else select(answer).where(answer.c.key > bindparam("after", type_=answer.c.key.type))
    )
    found = page.order_by(answer.c.key).limit(limit + 1).subquery("page")
    numbered = _numbered_features(found).subquery("numbered")
    within = numbered.c.position <= limit
    chunk = func.div(numbered.c.position - 1, FEATURES_IN_A_CHUNK)
    text = func.string_agg(numbered.c.feature, aggregate_order_by(literal(","), numbered.c.position))
    return (
        select(
            text.filter(within).label("features"),
            func.count().filter(within).label("count"),
            func.max(numbered.c.key).filter(within).label("last_key"),
            func.bool_or(~within).label("more"),
        )
        .group_by(chunk)
        .order_by(chunk)
    )


def _numbered_features(found: Subquery) -> Select[*tuple[Any, ...]]:
    names = {"key", "id", "geometry"}
    carried = [column for column in found.c if column.name not in names]
    properties = select(*carried).correlate(found).lateral("properties")
    return (
        select(
            found.c.key,
            feature_text(found.c.id, found.c.geometry, properties).label("feature"),
            func.row_number().over(order_by=found.c.key).label("position"),
        )
        .select_from(found)
        .join(properties, true())
    )


def feature_text(
    identity: ColumnElement[Any], geometry: ColumnElement[Any], properties: LateralFromClause
) -> ColumnElement[str]:
    """SQL expression: the text of a GeoJSON feature with the row of `properties`.

    Put together as text: building it as json parsed each geometry a second time.
    """
    return func.concat(
        '{"type":"Feature","id":',
        func.to_json(identity),
        ',"geometry":',
        func.coalesce(func.ST_AsGeoJSON(geometry, DECIMALS), "null"),
        ',"properties":',
        func.row_to_json(properties.table_valued()),
        "}",
        type_=Text,
    )
