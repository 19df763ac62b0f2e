"""QGIS without its windows: layers of the service, with and without a key, and the requests that QGIS sends."""

import functools
import os
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsAuthMethodConfig,
    QgsFeatureRequest,
    QgsNetworkAccessManager,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QCoreApplication, QUrl

ROOT = os.environ["CROSSINGS_ADDRESS"]
KEY = os.environ["CROSSINGS_KEY"]
SERBIA = QgsRectangle(18.8, 42.2, 23.0, 46.2)
requests: list[str] = []


def start_qgis() -> QgsApplication:
    """Start QGIS and note the address of each request. The application has to be held as long as QGIS is used."""
    QgsApplication.setPrefixPath("/usr", useDefaultPaths=True)
    application = QgsApplication([], False)  # noqa: FBT003 - no windows
    application.initQgis()
    start_qgis.application = application
    QgsNetworkAccessManager.instance().finished.connect(_note_request)
    return application


def _note_request(reply: Any) -> None:
    requests.append(QUrl.fromPercentEncoding(reply.request().url().toEncoded().data()))


def take_requests() -> list[str]:
    """Return the requests since the last call. Those of other threads arrive as events."""
    for _ in range(10):
        QCoreApplication.processEvents()
    taken = list(requests)
    requests.clear()
    return taken


def open_layer(
    collection: str, *, key: str | None = None, method: str = "Basic", parameters: str = "", **options: str
) -> QgsVectorLayer:
    """Return the collection as a layer; `parameters` follow the service's address, `options` are of the source.

    `method` is that of QGIS's authentication: Basic or APIHeader.
    """
    source = f"url='{ROOT}/{parameters}' typename='{collection}'"
    source += "".join(f" {name}='{value}'" for name, value in options.items())
    layer = QgsVectorLayer(source + (f" authcfg={store_key(key, method)}" if key else ""), collection, "OAPIF")
    assert layer.isValid(), layer.error().message() or "the layer is not valid"
    return layer


@functools.cache
def store_key(key: str, method: str) -> str:
    """Store an authentication by the key in QGIS's profile, and return its id."""
    manager = QgsApplication.authManager()
    manager.setMasterPassword("of the test", True)  # noqa: FBT003 - verify
    config = QgsAuthMethodConfig()
    config.setName(f"{method} {key[-8:]}")
    config.setMethod(method)
    settings = {"username": "gis", "password": key, "realm": ""} if method == "Basic" else {"X-API-Key": key}
    for name, value in settings.items():
        config.setConfig(name, value)
    manager.storeAuthenticationConfig(config)
    return str(config.id())


def count_features(layer: QgsVectorLayer, expression: str | None = None, box: QgsRectangle | None = None) -> int:
    """Return how many features pass the expression and lie in the box, which is in the layer's system."""
    request = QgsFeatureRequest()
    if expression:
        request.setFilterExpression(expression)
    if box:
        request.setFilterRect(box)
    return sum(1 for _ in layer.getFeatures(request))
