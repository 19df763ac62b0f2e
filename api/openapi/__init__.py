"""The API as an OpenAPI document: its operations, their parameters, bodies and responses. Entry: `routes.py`."""
