"""Commands and addresses of the documents that the tests do not run, by their exact text, each with its reason."""

ITSELF = "runs the tests, or what runs beside them"
SETS_UP = "sets up a checkout, which the tests are run from"
HOURS = "measures for minutes to hours, on databases of gigabytes; tests/benchmarks has its parts"
A_NAME = "names a command, which a document runs with its arguments"
OF_A_MACHINE = "a file of the machine and no address"

NOT_RUN = {
    "make serve": SETS_UP + "; the service of these tests is started by `crossings serve`, as it does in the end",
    "make test": ITSELF,
    "make test-fast": ITSELF,
    "make check": ITSELF,
    "make format": ITSELF,
    "make lock": "asks the package registries and changes the checkout",
    "npm install": "asks the package registries and changes the checkout",
    "make test-qgis": "installs two suites of Debian, as root",
    ".venv/bin/python tests/qgis/run.py .qgis editing.py": "needs the suites of `make test-qgis`",
    ".venv/bin/pytest tests/models/test_bitemporal_updates.py": ITSELF,
    "mypy --strict": "`make check` runs it, as pyproject.toml says",
    "make bench": HOURS,
    ".venv/bin/python -m benchmarks.database DIRECTORY": HOURS,
    ".venv/bin/python -m benchmarks.weekly_update": HOURS,
    ".venv/bin/python -m benchmarks.overload DIRECTORY": HOURS,
    "python -m benchmarks.overload DIRECTORY": HOURS,
    "CROSSINGS_DATA_DIR=DIRECTORY crossings serve": HOURS,
    "node benchmarks/map_page.mjs http://127.0.0.1:8000 /usr/bin/chromium": HOURS,
    'DATABASE_URL=... .venv/bin/alembic revision --autogenerate -m "..."': "writes a migration into the checkout",
    "psql -h <data directory>/socket -U crossings": "waits for what is typed; "
    "tests/api/embedded/test_cluster.py connects there",
    "crossings serve": "runs until it is stopped; the service of these tests is started by it",
    "crossings publish": A_NAME,
    "crossings load register": A_NAME,
    "crossings report --all --on 2020-06-11 --out reports": "writes 250 reports; see "
    "tests/api/reports/test_report_command.py",
    "DATABASE_URL=postgresql://crossings@primary/crossings "
    "DATABASE_READ_URL=postgresql://crossings@replica/crossings crossings serve": "needs a replica; see "
    "tests/api/database/test_replica.py",
    "openapi-python-client generate --url http://localhost:8000/api": "a generator of others; "
    "tests/api/openapi/test_openapi.py holds the document against its standard",
    "docker stop": "needs Docker",
    "/var/lib/crossings": OF_A_MACHINE,
    "/sys/kernel/mm/transparent_hugepage/enabled": OF_A_MACHINE,
    "POST /webhooks/{id}/dead/{delivery}/retry": "a message is dead after two days; "
    "tests/api/subscriptions/test_webhooks.py has one",
}
