"""Running the service: its connections to clients, what bounds them, and how it stops."""
