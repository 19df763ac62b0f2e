"""Output formats: one writer each; `registry.py` lists them."""
