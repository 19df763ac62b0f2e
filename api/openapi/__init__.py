"""The OpenAPI document, collected from the routes."""
