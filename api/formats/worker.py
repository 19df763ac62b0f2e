"""Entry of a subprocess that writes one file from rows on standard input.

The memory that a file needs is freed when the process ends, and a slow file delays no response. The first line of
standard input describes the layer; each line after it is a row.
"""

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from api.concurrency.child_processes import exit_with_parent
from api.formats.layer import Layer

FileWriter = Callable[[Iterable[str], Layer, Path], None]


def main() -> None:
    path = Path(sys.argv[1])
    exit_with_parent(int(sys.argv[2]))
    layer = Layer.parse_layer(json.loads(sys.stdin.readline()))
    _import_writer(path.suffix)(iter(sys.stdin), layer, path)


def _import_writer(suffix: str) -> FileWriter:
    """Import only the writer of the suffix, since each import takes time."""
    if suffix == ".xlsx":
        from api.formats.xlsx_writer import write_workbook_file as write  # noqa: PLC0415
    elif suffix == ".ods":
        from api.formats.ods_writer import write_ods_file as write  # noqa: PLC0415
    elif suffix == ".zip":
        from api.formats.gdal_writer import write_shapefile as write  # noqa: PLC0415
    elif suffix == ".parquet":
        from api.formats.parquet_writer import write_parquet_file as write  # noqa: PLC0415
    else:
        from api.formats.gdal_writer import write_vector_file as write  # noqa: PLC0415
    return write


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    main()
