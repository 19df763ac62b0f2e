"""Running the service: its processes, its limits and who may use them when."""
