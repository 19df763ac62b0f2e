"""The maps of reports: shape, fill, line and mark of each point are those of the one definition of symbols."""

import base64
import io
from collections import Counter

import pytest
import shapely
from matplotlib.image import imread

from api.reports.images.maps import MapLayers, build_points_map
from api.reports.translations import load_translations
from api.tiles.symbols import load_symbols

pytestmark = pytest.mark.slow

STATUSES = (*load_symbols().status_groups, load_symbols().not_assessed)
HERE = base64.b64encode(shapely.to_wkb(shapely.box(0, 0, 100_000, 60_000))).decode()


def drawn(*points: tuple[float, float, str | None, str]) -> bytes:
    """The map of these points as a picture."""
    ground = MapLayers({"shapes": [("SRB", HERE)], "borders": [], "focus": None, "points": points})
    address = build_points_map(ground, {"names": {"SRB": "Serbia"}}, load_translations("en")).render_png_address()
    return base64.b64decode(address.partition(",")[2])


def dots(picture: bytes) -> Counter[str]:
    """How many dots there are of each colour."""
    colours = (imread(io.BytesIO(picture))[..., :3] * 255).round().astype("uint8").reshape(-1, 3)
    return Counter(f"#{bytes(colour).hex()}" for colour in colours)


@pytest.mark.parametrize("status", STATUSES, ids=lambda status: status.label)
def test_point_has_the_fill_and_line_of_its_status(status) -> None:  # noqa: ANN001
    group = None if status.value is None else str(status.value)
    before = drawn((50_000.0, 30_000.0, "fully_closed" if group != "fully_closed" else None, "land_border_point"))
    found = dots(drawn((50_000.0, 30_000.0, group, "land_border_point"))) - dots(before)
    assert found[status.line] > 0
    assert found[status.colour] > 20


def test_every_type_has_a_shape_of_its_own() -> None:
    maps = [drawn((50_000.0, 30_000.0, "fully_closed", kind.value)) for kind in load_symbols().poe_types]
    assert len(set(maps)) == len(maps)
    assert maps[0] == drawn((50_000.0, 30_000.0, "fully_closed", load_symbols().poe_types[0].value))
