"""Running the service: lifecycle, connections, upload worker and response cache."""
