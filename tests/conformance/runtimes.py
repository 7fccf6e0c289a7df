"""How each runtime is told to run a test."""

from __future__ import annotations

import subprocess
from pathlib import Path

from spec import Test

# Of a command that could not be told what to do.
UNKNOWN_VERSION = "unknown version"


class Runtime:
    name = ""

    def __init__(self, binary: Path) -> None:
        self.binary = str(binary)

    def version(self) -> str:
        run = subprocess.run([self.binary, "--version"], capture_output=True, text=True)
        return (run.stdout.splitlines() or [UNKNOWN_VERSION])[0]

    def command(self, test: Test, root: Path | None, env: dict[str, str]) -> list[str]:
        raise NotImplementedError

    def _given(self, test: Test, root: Path | None, env: dict[str, str]) -> list[str]:
        """Both runtimes name these alike."""
        words = ["--dir", f"{root}::/"] if root else []
        for name, value in {**test.start.get("env", {}), **env}.items():
            words += ["--env", f"{name}={value}"]
        return words


class Weft(Runtime):
    name = "weft"

    def command(self, test: Test, root: Path | None, env: dict[str, str]) -> list[str]:
        given = ["--unsigned", *self._given(test, root, env)]
        if "sockets" in test.proposals or test.servers:
            given += ["--allow-net", "*"]
        if test.is_service:
            return [self.binary, "serve", "--addr", "127.0.0.1:0", "--shards", "1", *given, str(test.wasm)]
        return [self.binary, "run", "--quiet", *given, str(test.wasm), *test.start.get("args", [])]


class Wasmtime(Runtime):
    name = "wasmtime"

    def command(self, test: Test, root: Path | None, env: dict[str, str]) -> list[str]:
        given = self._given(test, root, env)
        if "http" in test.proposals:
            given += ["-Shttp"]
        if "sockets" in test.proposals:
            given += ["-Stcp", "-Sudp", "-Sinherit-network", "-Sallow-ip-name-lookup"]
        if test.is_service:
            return [self.binary, "serve", "-Scli", "--addr", "127.0.0.1:0", *given, str(test.wasm)]
        return [self.binary, "run", *given, str(test.wasm), *test.start.get("args", [])]
