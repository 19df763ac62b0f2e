"""Addresses of the project and the styles for QGIS."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import field_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.session import ReadConnection
from api.collections.registry import COLLECTIONS, QGIS_STYLE, Collection, RequiredCollection
from api.parameters.operation import Operation
from api.parameters.shared import Parameters, build_query_parser
from api.qgis.metadata import WORLD, LayerExtent
from api.qgis.project import build_project_file
from api.qgis.style import build_style_document
from api.responses.etag import build_tagged_response
from api.responses.example_notice import fetch_example_notice
from api.responses.representation import resolve_root_url
from api.values.datetimes import get_today

router = APIRouter()
PROJECT = "application/x-qgis-project"


class FileParameters(Parameters):
    """Parameters of the files for QGIS, which take none."""

    @field_validator("f")
    @classmethod
    def _has_one_form(cls, _: str) -> None:
        raise ValueError("the format is part of the address")


FileQuery = Annotated[FileParameters, Depends(build_query_parser(FileParameters))]


@router.api_route("/qgis/crossings.qgz", methods=["GET", "HEAD"])
@Operation("getQgisProject", "A QGIS project with all layers", gives=(PROJECT,))
async def get_project(request: Request, connection: ReadConnection, _: FileQuery) -> Response:
    reaches = {collection.id: await _fetch_extent(connection, collection) for collection in COLLECTIONS.values()}
    project = build_project_file(resolve_root_url(request), reaches, get_today(), await fetch_example_notice(request))
    return _build_response(request, project, PROJECT, "crossings.qgz")


@router.api_route("/qgis/{collection_id}.qml", methods=["GET", "HEAD"])
@Operation("getQgisStyle", "Style for QGIS", gives=(QGIS_STYLE,))
async def get_style(request: Request, collection: RequiredCollection, _: FileQuery) -> Response:
    return _build_response(request, build_style_document(collection), QGIS_STYLE, f"{collection.id}.qml")


async def _fetch_extent(connection: AsyncConnection, collection: Collection) -> LayerExtent:
    extent = (await connection.execute(collection.extent(get_today()))).one()
    return LayerExtent(tuple(extent.box or WORLD), extent.first_day, extent.last_day)


def _build_response(request: Request, content: bytes, media_type: str, name: str) -> Response:
    return build_tagged_response(
        request, content, media_type, {"Content-Disposition": f'attachment; filename="{name}"'}
    )
