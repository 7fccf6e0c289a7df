"""Checks the real includes against the layer table: `python3 -m tools.layers`."""
