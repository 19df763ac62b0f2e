"""Responses: content negotiation, links, pages, CSV, ETags, spooled files and the example data notice."""
