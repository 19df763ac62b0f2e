"""Loading other people's files (`crossings load`) and the data that the service ships with."""
