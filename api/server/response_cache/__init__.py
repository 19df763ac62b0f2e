"""Cache of public responses, by revision of the database."""
