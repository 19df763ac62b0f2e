import pytest

from geo.distance import compute_distance_km


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [
        ((177.4, -17.8), (177.4, -17.8), 0),
        ((0, 0), (0, 1), 111.2),
        ((179.9, -17), (-179.9, -17), 21.3),
        ((0, 90), (123, 90), 0),
        ((0, 0), (180, 0), 20_015),
    ],
)
def test_distances_are_along_great_circles(one: tuple[float, float], other: tuple[float, float], km: float) -> None:
    assert compute_distance_km(one, other) == pytest.approx(km, rel=0.005, abs=1e-6)
