"""Addresses of the project and the styles for QGIS."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import field_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from api.collections import COLLECTIONS, QGIS_STYLE, Collection, NamedCollection
from api.connection import Reading
from api.entity_tag import tagged
from api.example_notice import example_notice
from api.parameters import Parameters, parsed
from api.qgis.metadata import WORLD, Reach
from api.qgis.project import project_file
from api.qgis.style import style_document
from api.representation import root_of
from api.time_parameters import today

router = APIRouter()
PROJECT = "application/x-qgis-project"


class FileParameters(Parameters):
    """Parameters of the files for QGIS, which take none."""

    @field_validator("f")
    @classmethod
    def _has_one_form(cls, _: str) -> None:
        raise ValueError("the end of the address says the form")


Asked = Annotated[FileParameters, Depends(parsed(FileParameters))]


@router.api_route("/qgis/crossings.qgz", methods=["GET", "HEAD"])
async def read_project(request: Request, connection: Reading, _: Asked) -> Response:
    reaches = {collection.id: await _reach(connection, collection) for collection in COLLECTIONS.values()}
    project = project_file(root_of(request), reaches, today(), await example_notice(request))
    return _file(request, project, PROJECT, "crossings.qgz")


@router.api_route("/qgis/{collection_id}.qml", methods=["GET", "HEAD"])
async def read_style(request: Request, collection: NamedCollection, _: Asked) -> Response:
    return _file(request, style_document(collection), QGIS_STYLE, f"{collection.id}.qml")


async def _reach(connection: AsyncConnection, collection: Collection) -> Reach:
    extent = (await connection.execute(collection.extent(today()))).one()
    return Reach(tuple(extent.box or WORLD), extent.first_day, extent.last_day)


def _file(request: Request, content: bytes, media_type: str, name: str) -> Response:
    return tagged(request, content, media_type, {"Content-Disposition": f'attachment; filename="{name}"'})
