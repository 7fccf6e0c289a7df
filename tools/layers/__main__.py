from tools.layers.check import check
from tools.tree import run

run("layers", check)
