"""Ranking of all regions by a share; IOM once left out the region at the top."""

from models.report.figures import NO_REGION
from models.report.status_counts import Figures


def rank_regions(regions: Figures, group: str) -> list[Figures]:
    """Rank every region by its share of the status group, the highest first; `rank` is by the share as printed.

    Among equal printed shares the exact ones decide the order. A region without assessed points is last, unranked.
    """
    ranking = [
        {"region": code, **figures["groups"][group], "of": figures["assessed"]}
        for code, figures in regions.items()
        if code != NO_REGION
    ]
    ranking.sort(
        key=lambda place: (place["share"] is None, -(place["share"] or 0), -(place["exact"] or 0), place["region"])
    )
    for number, place in enumerate(ranking):
        same = number and ranking[number - 1]["share"] == place["share"]
        place["rank"] = None if place["share"] is None else ranking[number - 1]["rank"] if same else number + 1
    return ranking
