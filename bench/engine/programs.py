"""The two programs that are compared, how they are built and what they print."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from process import BenchError
from servers import ROOT

_BUILD = """
source tools/dev/env.sh
build_targets release weft_bench_engine
CARGO_TARGET_DIR=$WEFT_CARGO_TARGET cargo build --quiet --locked --release \
    --manifest-path bench/engine/baseline/Cargo.toml >&2
printf '%s' "$WEFT_CARGO_TARGET"
"""


@dataclass
class Programs:
    native: Path
    baseline: Path

    def calls(self, program: str, guests: Path, *options: str) -> dict[str, dict[str, float]]:
        """The figures of one run."""
        binary = self.native if program == "weft" else self.baseline
        return run_json([str(binary), "calls", str(guests), *options])["figures"]


def build() -> Programs:
    """Builds both, the native one against the engine that ships."""
    print("bench: building both programs", file=sys.stderr)
    built = subprocess.run(["bash", "-euo", "pipefail", "-c", _BUILD], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if built.returncode != 0:
        raise BenchError("the programs of the bench do not build; the lines above say why")
    programs = Programs(ROOT / "build/release/bench/engine/weft_bench_engine",
                        Path(built.stdout) / "release/weft-bench-baseline")
    for program in (programs.native, programs.baseline):
        if not program.is_file():
            raise BenchError(f"the build ended without '{program}'; remove build/release and try again")
    return programs


def assemble(programs: Programs, out: Path) -> Path:
    """The guests as components."""
    out.mkdir()
    run_text([str(programs.baseline), "assemble", str(ROOT / "bench/engine/guests"), str(out)])
    return out


def run_text(command: list[str]) -> str:
    ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if ran.returncode != 0:
        raise BenchError(f"'{' '.join(command)}' ended with {ran.returncode}: {(ran.stderr or ran.stdout).strip()}")
    return ran.stdout


def run_json(command: list[str]) -> dict:
    return json.loads(run_text(command))
