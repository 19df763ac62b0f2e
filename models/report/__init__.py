"""The figures of a report on points of entry: what is counted of a day, how shares are made, and what has to add up."""
