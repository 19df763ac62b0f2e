"""Running the service: what all requests, processes and clients share."""
