"""Pages that are no resource of another room: landing page, map, office page, code lists, health."""
