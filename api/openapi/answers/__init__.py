"""What the operations answer, as schemas: one file a subject, collected in `api/openapi/schemas.py`."""
