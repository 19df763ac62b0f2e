"""Collections of features: their registry, properties, filters and queries."""
