"""Files of IOM: the Points of Entry baseline assessment and the restriction matrix."""
