"""MapServer from Debian: one FastCGI process that keeps its connection, behind lighttpd; its OGC API and tile mode."""

from collections.abc import Iterator
from contextlib import contextmanager
from string import Template

from benchmarks.peers.served import PGOPTIONS, Place, Served
from benchmarks.peers.shared_schema import FUNCTION, SCHEMA
from benchmarks.servers.process import find_free_port, run_process

NAME = "MapServer"
PROGRAM, LIGHTTPD = "/usr/lib/cgi-bin/mapserv", "/usr/sbin/lighttpd"
MAP = Template("""
MAP
  NAME "bench"
  EXTENT -180 -90 180 90
  SIZE 256 256
  PROJECTION "init=epsg:4326" END
  WEB METADATA
    "ows_title" "benchmark" "ows_enable_request" "*" "oga_enable_request" "*" "oga_max_limit" "10000"
    "oga_onlineresource" "$address/mapserv/bench/ogcapi"
  END END
  OUTPUTFORMAT
    NAME "mvt" DRIVER MVT FORMATOPTION "EDGE_BUFFER=64"
    EXTENSION "pbf" MIMETYPE "application/vnd.mapbox-vector-tile"
  END
  LAYER
    NAME "points"
    TYPE POINT
    STATUS ON
    EXTENT -180 -90 180 90
    PROJECTION "init=epsg:4326" END
    PROCESSING "CLOSE_CONNECTION=DEFER"
    TEMPLATE "none.html" # without one it cannot be queried
    CONNECTIONTYPE POSTGIS
    CONNECTION "host=$socket port=5432 dbname=crossings user=crossings"
    DATA "geometry FROM (SELECT * FROM $function('%day%') WHERE '%countries%' = ''
          OR country = ANY (string_to_array('%countries%', ','))) AS points USING UNIQUE id USING SRID=4326"
    VALIDATION
      "day" "^[0-9]{4}-[0-9]{2}-[0-9]{2}$$" "default_day" "2020-06-03"
      "countries" "^[A-Z,]*$$" "default_countries" ""
    END
    METADATA
      "ows_title" "points" "gml_include_items" "all" "gml_featureid" "id" "gml_types" "auto"
      "oga_use_default_extent_for_getfeature" "no"
    END
    CLASS STYLE COLOR 0 0 0 SIZE 3 END END
  END
END
""")
MAPS = Template('CONFIG ENV MS_MAP_PATTERN "." END MAPS bench "$map" END END\n')
WEB_SERVER = Template("""
server.bind = "127.0.0.1"
server.port = $port
server.document-root = "$scratch"
server.modules = ("mod_fastcgi")
server.errorlog = "$scratch/lighttpd.log"
server.max-keep-alive-requests = 100000000
fastcgi.server = ("/mapserv" => ((
  "socket" => "$scratch/mapserv.sock", "bin-path" => "$program", "max-procs" => 1, "check-local" => "disable",
  "bin-environment" => ("MAPSERVER_CONFIG_FILE" => "$scratch/mapserver.conf", "PGOPTIONS" => "$options")
)))
""")


@contextmanager
def run_mapserver(place: Place) -> Iterator[Served]:
    port = find_free_port()
    address = f"http://127.0.0.1:{port}"
    _configure(place, address, port)
    command = [LIGHTTPD, "-D", "-f", str(place.scratch / "lighttpd.conf")]
    ready = f"{address}/mapserv/bench/ogcapi/collections?f=json"
    with run_process(command, ready=ready, log=place.scratch / "mapserver.log") as process:
        yield Served(NAME, address, process)


def _configure(place: Place, address: str, port: int) -> None:
    function = f"{SCHEMA}.{FUNCTION}"
    scratch = place.scratch
    files = {
        "bench.map": MAP.substitute(address=address, socket=place.socket, function=function),
        "mapserver.conf": MAPS.substitute(map=scratch / "bench.map"),
        "lighttpd.conf": WEB_SERVER.substitute(port=port, scratch=scratch, program=PROGRAM, options=PGOPTIONS),
    }
    for name, text in files.items():
        (scratch / name).write_text(text)
