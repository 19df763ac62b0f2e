"""All tables, for migrations and tests: each module of this room is imported."""

from importlib import import_module
from pkgutil import iter_modules

from models import tables
from models.tables.base import Base

__all__ = ["Base"]

for module in iter_modules(tables.__path__):
    if module.name != "metadata":
        import_module(f"{tables.__name__}.{module.name}")
