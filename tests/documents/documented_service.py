"""A running service with all that the documents name, and the values that stand for theirs."""

import shlex
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from documents.commands import SERVICE
from documents.document_reader import Reader
from documents.placeholder_values import BODIES, OFFICE, choose_media_type, create_resources, issue_keys
from helpers.http import RESTRICTIONS
from helpers.offices import build_bearer, create_key
from helpers.servers.object_store import build_credentials
from helpers.servers.service import PATIENCE_S, Environment, build_environment, get_address, run_service
from sqlalchemy.ext.asyncio import AsyncEngine

from api.database.engine import build_engine

BUCKET = "bucket"


@dataclass(frozen=True)
class DocumentedService:
    """`own` is what stands in place of what the documents print; `keys` begin with the one that may least."""

    engine: AsyncEngine
    service: httpx.Client
    environment: Environment
    keys: dict[str, str]
    own: dict[str, str]

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, database: str, small: str, endpoint: str, directory: Path
    ) -> AsyncIterator["DocumentedService"]:
        """On the database; what is published is another, small one, for files of the world take half a minute."""
        more = {"DATABASE_URL": database, "CROSSINGS_WEBHOOK_PRIVATE_ADDRESSES": "true", **build_credentials(endpoint)}
        its = build_environment(str(directory), **more)
        address = get_address(its)
        own = {
            SERVICE: address,
            "https://crossings.example.org": address,
            "https://data.example.org/crossings": f"{endpoint}/{BUCKET}/crossings",
            "/opt/crossings/.venv/bin/": "",
            "postgresql://...": shlex.quote(small),
            "crossings publish": f"DATABASE_URL={shlex.quote(small)} crossings publish",
        }
        engine = build_engine(database)
        keys = await issue_keys(engine)
        with run_service(its, directory / "log"), httpx.Client(base_url=address, timeout=PATIENCE_S) as service:
            yield cls(engine, service, its, keys, own | create_resources(service, keys))
        await engine.dispose()

    async def reader(self, folder: Path) -> Reader:
        """A reader with an office's key, and another one that may be revoked."""
        async with self.engine.begin() as database:
            key, spare = (await create_key(database, OFFICE)).format(), await create_key(database, OFFICE)
        words = {"PREFIX": spare.prefix, "OFFICE": OFFICE, "CODE": "tirana", "NAME": "Tirana", "ISO3": "ALB"}
        places = {"/srv/www/": f"{folder}/www/", "restrictions/items/17": f"restrictions/items/{self._restriction()}"}
        return Reader(folder, self.environment | {"KEY": key, "CROSSINGS_KEY": key}, self.own | words | places)

    def _restriction(self) -> int:
        """Number of a restriction of the office that no other has superseded."""
        current = self.service.get(RESTRICTIONS, params={"country": "SRB", "datetime": "2020-04-15"}).json()
        number: int = current["features"][0]["id"]
        return number

    def ask(self, address: str) -> httpx.Response:
        """The answer to an address of a document, without a key if that will do, or with the key that may least."""
        body = {"json": BODIES[address]} if address in BODIES else {}
        headers = {"Content-Type": choose_media_type(address)} if body else {}
        for key in ("", *self.keys.values()):
            method, path = self._request(address, key)
            answer = self.service.request(method, path, headers=headers | (build_bearer(key) if key else {}), **body)
            if answer.status_code not in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
                return answer
        return answer

    def _request(self, address: str, key: str) -> tuple[str, str]:
        """Method and path; where the document gives no method it is POST for what has a body, else GET."""
        written = address
        for printed, value in ({"/kobo/KEY": f"/kobo/{key or 'KEY'}"} | self.own).items():
            written = written.replace(printed, value)
        method, _, path = written.rpartition(" ")
        return method or ("POST" if address in BODIES else "GET"), path
