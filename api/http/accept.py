"""What an Accept header wants most of what there is (RFC 9110, 12.5.1)."""

from collections.abc import Iterator

from api.bounded_cache import cache_short

# The media types of one representation: first that of the answer, then those that stand for it.
Offer = tuple[str, ...]
# The greater is wanted more: the weight, and the place in the header, where earlier is greater.
Rank = tuple[float, int]
MAX_CACHED_CHARACTERS = 300


# Where a weight is 0, what is excluded is told from what no range names.
EXCLUDED: Rank = (0.0, 0)
NOT_NAMED: Rank = (0.0, 1)


@cache_short(1024, MAX_CACHED_CHARACTERS)
def choose(header: str, offers: tuple[Offer, ...]) -> int:
    """Return the place of the offer that is wanted most, of equal ones the first; 0 if the header takes none of them.

    RFC 9110 (12.4.1) leaves it to a service whether it then refuses or sends its default. A weight of 0 excludes the
    offers whose answers have that media type, whatever else stands for them.
    """
    ranges = dict(_ranges(header))
    ranks = [_rank(offer, ranges) for offer in offers]
    best = max(range(len(offers)), key=lambda place: (ranks[place], -place))
    return best if ranks[best] > NOT_NAMED else 0


@cache_short(256, MAX_CACHED_CHARACTERS)
def most_wanted(header: str) -> tuple[str, ...]:
    """What a header such as `Accept-Language` lists with a weight, in small letters, the most wanted first."""
    ranks = dict(_ranges(header))
    return tuple(sorted((each for each in ranks if ranks[each] > NOT_NAMED), key=ranks.__getitem__, reverse=True))


def _rank(offer: Offer, ranges: dict[str, Rank]) -> Rank:
    if ranges.get(offer[0]) == EXCLUDED:
        return EXCLUDED
    return max(_most_specific(media_type, ranges) for media_type in offer)


def _most_specific(media_type: str, ranges: dict[str, Rank]) -> Rank:
    """The rank of the range that names the type itself, or all of its kind, or all."""
    kind = media_type.partition("/")[0]
    return next((ranges[each] for each in (media_type, f"{kind}/*", "*/*") if each in ranges), NOT_NAMED)


def _ranges(header: str) -> Iterator[tuple[str, Rank]]:
    """The ranges and their ranks; of one that is listed twice the last counts."""
    for place, part in enumerate(header.split(",")):
        media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weights = [parameter[2:] for parameter in parameters if parameter.startswith("q=")]
        weight = _weight(weights)
        if media_range:
            yield media_range, (weight, -place) if weight > 0 else EXCLUDED


def _weight(weights: list[str]) -> float:
    try:
        return float(weights[0]) if weights else 1.0
    except ValueError:
        return 0.0
