"""True and false as text: GDAL writes 1 and 0."""

TRUTHS = {"true": True, "1": True, "false": False, "0": False}


def parse_truth(text: str) -> bool:
    """Parse true or false, in letters of either case. Raises ValueError with a message for the user."""
    try:
        return TRUTHS[text.lower()]
    except KeyError:
        raise ValueError("use true or false") from None
