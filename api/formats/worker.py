"""Entry of a subprocess that writes one file from rows on standard input.

The memory that a file needs is freed when the process ends, and a slow file delays no response. The first line of
standard input names the format and describes the layer; each line after it is a row.
"""

import json
import sys
from pathlib import Path

from api.concurrency.parent_process import open_input
from api.formats.format import SubprocessWriter
from api.formats.layer import Layer
from api.formats.registry import FILE_FORMATS

WRITERS = {each.name: each.writer for each in FILE_FORMATS if isinstance(each.writer, SubprocessWriter)}


def main() -> None:
    rows = open_input()
    header = json.loads(rows.readline())
    write = WRITERS[header["format"]].load()
    write(iter(rows), Layer.parse_layer(header["layer"]), Path(sys.argv[1]))


if __name__ == "__main__":
    main()
