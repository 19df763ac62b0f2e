"""The requests that are measured: the same question in the words of each server."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote

from benchmarks.data.places import DAY, REGION, Places, TileAt
from benchmarks.peers.crossings import CACHED, UNCACHED
from benchmarks.peers.mapserver import NAME as MAPSERVER
from benchmarks.peers.pygeoapi import NAME as PYGEOAPI
from benchmarks.peers.shared_schema import FUNCTION, LEAN_FUNCTION, LEAN_VIEW, RECORDS, SCHEMA, VIEW
from benchmarks.peers.tipg import LEAN as LEAN_TIPG
from benchmarks.peers.tipg import NAME as TIPG

Form = Literal["features", "feature", "vector tile", "history", "nothing"]
OURS = (UNCACHED, CACHED)
POINTS = "/collections/points-of-entry"
TIPG_POINTS, LEAN_POINTS = (f"/collections/{SCHEMA}.{function}" for function in (FUNCTION, LEAN_FUNCTION))
PYGEOAPI_POINTS = "/collections/points"
MAPSERVER_POINTS = "/mapserv/bench/ogcapi/collections/points"
DRAWN = "code,name,poe_type,country,status_group,operational_status,measures,is_poe,iata,unlocode,assessed"
DRAWN += ",valid_from,last_assessed"
# What a map draws points by: an answer of 2 MB, where the whole one has 8.
FEW = "name,poe_type,country,operational_status,status_group,valid_from"
LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class BenchmarkQuery:
    """A question with the path by which each server is asked it; one without a path has no answer to it."""

    name: str
    form: Form
    ours: str
    peers: Mapping[str, str] = field(default_factory=dict)

    def path(self, server: str) -> str | None:
        return self.ours if server in OURS else self.peers.get(server)


def build_queries(asked: Places) -> list[BenchmarkQuery]:
    return [
        _build_country_query(asked),
        _build_region_query(asked),
        _build_box_query(asked),
        _build_point_query("the world on a day", f"limit={LIMIT}", *(f"limit={LIMIT}",) * 3),
        _build_point_query("the world, few properties", *(f"properties={FEW}&limit={LIMIT}",) * 3, None),
        _build_item_query(asked),
        _build_history_query(asked),
        _build_tile_query("vector tile, zoom 0", (0, 0, 0)),
        _build_tile_query("vector tile, zoom 4", asked.usual_tile),
        _build_tile_query("vector tile, full", asked.full_tile),
        _build_tile_query("vector tile, zoom 8", asked.deep_tile),
        _build_geojson_tile_query(asked.full_tile),
        _build_filter_query(),
    ]


def _build_point_query(name: str, ours: str, tipg: str, pygeoapi: str, mapserver: str | None) -> BenchmarkQuery:
    peers = {
        TIPG: f"{TIPG_POINTS}/items?day={DAY}&{tipg}",
        LEAN_TIPG: f"{LEAN_POINTS}/items?day={DAY}&{tipg}",
        PYGEOAPI: f"{PYGEOAPI_POINTS}/items?f=json&{pygeoapi}",
    }
    if mapserver is not None:
        peers[MAPSERVER] = f"{MAPSERVER_POINTS}/items?f=json&day={DAY}&{mapserver}"
    return BenchmarkQuery(name, "features", f"{POINTS}/items?datetime={DAY}&{ours}", peers)


def _build_country_query(asked: Places) -> BenchmarkQuery:
    one = f"country={asked.country}&limit=1000"
    return _build_point_query("one country on a day", one, one, one, f"countries={asked.country}&limit=1000")


def _build_region_query(asked: Places) -> BenchmarkQuery:
    quoted = ", ".join(f"'{iso3}'" for iso3 in asked.region)
    condition = "filter=" + quote(f"country IN ({quoted})")
    listed = f"countries={','.join(asked.region)}&limit={LIMIT}"
    as_filter = f"{condition}&limit={LIMIT}"
    return _build_point_query("a region on a day", f"region={REGION}&limit={LIMIT}", as_filter, as_filter, listed)


def _build_box_query(asked: Places) -> BenchmarkQuery:
    box = f"bbox={','.join(f'{degrees:g}' for degrees in asked.box)}&limit={LIMIT}"
    return _build_point_query("a box on a day", box, box, box, box)


def _build_filter_query() -> BenchmarkQuery:
    condition = "filter=" + quote("status_group = 'fully_closed' AND poe_type = 'airport'") + f"&limit={LIMIT}"
    return _build_point_query("CQL2 filter", condition, condition, condition, None)


def _build_item_query(asked: Places) -> BenchmarkQuery:
    # tipg takes the view: in the function its condition on the id finds no index.
    peers = {
        TIPG: f"/collections/{SCHEMA}.{VIEW}/items/{asked.point}",
        LEAN_TIPG: f"/collections/{SCHEMA}.{LEAN_VIEW}/items/{asked.point}",
        PYGEOAPI: f"{PYGEOAPI_POINTS}/items/{asked.point}?f=json",
        MAPSERVER: f"{MAPSERVER_POINTS}/items/{asked.point}?f=json&day={DAY}",
    }
    return BenchmarkQuery("one point on a day", "feature", f"{POINTS}/items/{asked.point}?datetime={DAY}", peers)


def _build_history_query(asked: Places) -> BenchmarkQuery:
    records = {TIPG: f"/collections/{SCHEMA}.{RECORDS}/items?code={asked.point}&limit=1000"}
    return BenchmarkQuery("history of one point", "history", f"/points-of-entry/{asked.point}/history", records)


def _build_tile_query(name: str, at: TileAt) -> BenchmarkQuery:
    z, x, y = at
    peers = {
        TIPG: f"{TIPG_POINTS}/tiles/WebMercatorQuad/{z}/{x}/{y}?day={DAY}&properties={DRAWN}",
        LEAN_TIPG: f"{LEAN_POINTS}/tiles/WebMercatorQuad/{z}/{x}/{y}?day={DAY}",
        PYGEOAPI: f"{PYGEOAPI_POINTS}/tiles/WebMercatorQuad/{z}/{y}/{x}?f=mvt",
        MAPSERVER: f"/mapserv?map=bench&mode=tile&tilemode=gmap&tile={x}+{y}+{z}&layers=points&map.imagetype=mvt"
        f"&day={DAY}",
    }
    return BenchmarkQuery(
        name, "vector tile", f"{POINTS}/tiles/WebMercatorQuad/{z}/{y}/{x}?f=mvt&datetime={DAY}", peers
    )


def _build_geojson_tile_query(at: TileAt) -> BenchmarkQuery:
    z, x, y = at
    path = f"{POINTS}/tiles/WebMercatorQuad/{z}/{y}/{x}?f=geojson&datetime={DAY}"
    return BenchmarkQuery("GeoJSON tile, full", "features", path)
