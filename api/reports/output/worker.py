"""Entry of a subprocess that writes one report, so that a slow report delays no small response.

Standard input is one line of JSON from api/reports/document.py.
"""

import gc
import json
import sys
from pathlib import Path

from api.concurrency.parent_process import open_input
from api.reports.output.registry import REPORT_FORMATS
from api.reports.sections import Report
from api.reports.translations import load_translations

# A page needs all its objects until its end. Garbage collection at Python's default threshold took a third of the time.
GC_THRESHOLD = 100_000


def main() -> None:
    gc.set_threshold(GC_THRESHOLD)
    content = json.loads(open_input().readline())
    words = load_translations(content["language"])
    report = Report(content["figures"], words, content["addresses"], content["edition"])
    load = REPORT_FORMATS[content["format"]].load
    if load is None:
        raise ValueError(f"{content['format']} is not written in a subprocess")
    load()(report, content["maps"], Path(sys.argv[1]))


if __name__ == "__main__":
    main()
