"""Checks the real includes against the layer table: `python3 -m tools.layers`."""
from itertools import chain

from tools.layers.check import check, check_planned
from tools.layers.table import Table
from tools.tree import run

TABLE = Table.read()
run("layers", lambda tree: chain(check(tree, TABLE), check_planned(tree, TABLE)))
