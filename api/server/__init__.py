"""Running the service: its processes and what they leave on the machine."""
