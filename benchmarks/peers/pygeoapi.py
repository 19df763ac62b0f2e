"""pygeoapi from PyPI: Starlette on uvloop, its own PostgreSQL providers.

Its collections are tables and views, which take no day: it has a view of the one day that is asked about.
"""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.peers.served import PGOPTIONS, Place, Served
from benchmarks.peers.shared_schema import SCHEMA, VIEW
from benchmarks.servers.process import find_free_port, run_process

NAME = "pygeoapi"
UNSAID = {"title": "benchmark", "description": "benchmark", "keywords": ["benchmark"]}
TILES = {"name": "pbf", "mimetype": "application/vnd.mapbox-vector-tile"}
WORLD = {"spatial": {"bbox": [-180, -90, 180, 90], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}}


@contextmanager
def run_pygeoapi(place: Place) -> Iterator[Served]:
    port = find_free_port()
    address = f"http://127.0.0.1:{port}"
    files = {"PYGEOAPI_CONFIG": place.scratch / "pygeoapi.json", "PYGEOAPI_OPENAPI": place.scratch / "pygeoapi.yml"}
    files["PYGEOAPI_CONFIG"].write_text(json.dumps(_build_configuration(place, port)))
    more = {name: str(path) for name, path in files.items()} | {"PGOPTIONS": PGOPTIONS}
    _describe(place, *files.values())
    command = [place.program(NAME, "uvicorn"), "pygeoapi.starlette_app:APP", "--port", str(port)]
    quiet = ["--no-access-log", "--log-level", "warning"]
    with run_process([*command, *quiet], ready=address, log=place.scratch / "pygeoapi.log", more=more) as process:
        yield Served(NAME, address, process)


def _describe(place: Place, configuration: Path, described: Path) -> None:
    """It does not start without a description of its interface, which it makes itself."""
    words = ["openapi", "generate", str(configuration), "--output-file", str(described)]
    subprocess.run([place.program(NAME, NAME), *words], check=True, capture_output=True)


def _build_configuration(place: Place, port: int) -> dict[str, Any]:
    url = f"http://127.0.0.1:{port}"
    return {
        "server": {
            "bind": {"host": "127.0.0.1", "port": port},
            "url": url,
            "encoding": "utf-8",
            "languages": ["en-US"],
            "mimetype": "application/json; charset=UTF-8",
            "gzip": False,
            "pretty_print": False,
            "limits": {"default_items": 10, "max_items": 10_000},
            "map": {"url": f"{url}/{{z}}/{{x}}/{{y}}.png", "attribution": "none"},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {**UNSAID, "keywords_type": "theme", "terms_of_service": "none", "url": url},
            "license": {"name": "none", "url": url},
            "provider": {"name": "benchmark", "url": url},
            "contact": {"name": "benchmark"},
        },
        "resources": {"points": _build_collection(place)},
    }


def _build_collection(place: Place) -> dict[str, Any]:
    database = {"host": place.socket, "port": 5432, "dbname": "crossings", "user": "crossings", "password": ""}
    read = {
        "data": database | {"search_path": [SCHEMA]},
        "table": VIEW,
        "id_field": "id",
        "geom_field": "geometry",
    }
    tiles = {"type": "tile", "name": "MVT-postgresql", "options": {"zoom": {"min": 0, "max": 12}}, "format": TILES}
    providers = [{"type": "feature", "name": "PostgreSQL"} | read, tiles | read]
    return {"type": "collection", **UNSAID, "links": [], "extents": WORLD, "providers": providers}
