"""Start to first answer, and components that stay in memory."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from process import BenchError, free_port, serving
from programs import Programs, run_json
from servers import ROOT, examples_key

HELLO = ROOT / "examples/http-hello/rust/hello.wasm"

# A custom section of a component: its id, its size, the size of its name, its name.
_SECTION = bytes([0, 14, 5]) + b"bench"


def prepare_host(folder: Path) -> None:
    """examples/http-hello as it is, except for its address."""
    text = (ROOT / "examples/http-hello/app.yaml").read_text()
    if "0.0.0.0:8000" not in text:
        raise BenchError("examples/http-hello/app.yaml does not listen on 0.0.0.0:8000 any more; change this bench")
    (folder / "app.in").write_text(text.replace("0.0.0.0:8000", "127.0.0.1:PORT"))
    (folder / "rust").mkdir()
    shutil.copyfile(HELLO, folder / "rust/hello.wasm")


def first_200_ms(weft: Path, folder: Path) -> float:
    """From just before the process is made; the code cache is warm after the first time."""
    port = free_port()
    (folder / "app.yaml").write_text((folder / "app.in").read_text().replace("PORT", str(port)))
    command = [str(weft), "up", str(folder / "app.yaml"), "--trust", examples_key(), "--data-dir", str(folder / "data")]
    with serving(command, port, folder / "log", {"PATH": os.environ.get("PATH", ""), "HOME": str(folder)}) as running:
        return running.first_answer_s * 1e3


def write_components(source: Path, count: int, folder: Path) -> None:
    """The same component `count` times, each with a section of its own: no two have the same native code file."""
    folder.mkdir(exist_ok=True)
    wasm = source.read_bytes()
    for number in range(count):
        (folder / f"{number:05}.wasm").write_bytes(wasm + _SECTION + f"{number:08}".encode())


def fill_cache(programs: Programs, source: Path, count: int, folder: Path) -> Path:
    """Compiles all of them once; the next run finds their code."""
    components, cache = folder / "components", folder / "cache"
    write_components(source, count, components)
    print(f"bench: compiling {count} components, once", file=sys.stderr)
    resident(programs, folder)
    if not any((cache / "code").iterdir()):
        raise BenchError("the code cache stays empty")
    return folder


def resident(programs: Programs, folder: Path) -> dict[str, float]:
    return run_json([str(programs.native), "resident", str(folder / "components"), str(folder / "cache")])


def scratch() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="weft-bench-")
