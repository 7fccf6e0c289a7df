"""The tests of the WASI test suite: where they are and what each of them asks for (the corpus' SPECIFICATION.md)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

LANGUAGES = ("assemblyscript", "c", "rust")
VERSIONS = ("wasm32-wasip1", "wasm32-wasip3")


@dataclass
class Test:
    """One program or service, and the operations on it in order; each is a dictionary with its `type`."""

    suite: str
    name: str
    wasm: Path
    operations: list[dict]
    proposals: list[str] = field(default_factory=list)
    servers: list[dict] = field(default_factory=list)
    world: str = "wasi:cli/command"

    @property
    def id(self) -> str:
        return f"{self.suite}/{self.name}"

    @property
    def is_service(self) -> bool:
        return self.world == "wasi:http/service"

    @property
    def start(self) -> dict:
        return next(operation for operation in self.operations if operation["type"] == "run")

    @property
    def root(self) -> Path | None:
        root = self.start.get("root")
        return self.wasm.parent / root if root else None


def find_tests(corpus: Path) -> list[Test]:
    tests = []
    for language in LANGUAGES:
        for version in VERSIONS:
            folder = corpus / language / "testsuite" / version
            tests += [read_test(f"{language}/{version}", wasm) for wasm in sorted(folder.glob("*.wasm"))]
    return tests


def read_test(suite: str, wasm: Path) -> Test:
    described = wasm.with_suffix(".json")
    text = json.loads(described.read_text()) if described.exists() else {}
    operations = text.get("operations") or _operations_of_older_form(text)
    unknown = {operation["type"] for operation in operations} - KNOWN
    if unknown or not any(operation["type"] == "run" for operation in operations):
        raise ValueError(f"{described}: this driver does not know the operations {sorted(unknown) or 'without run'}")
    return Test(suite, wasm.stem, wasm, operations, text.get("proposals", []), text.get("servers", []),
                text.get("world", Test.world))


KNOWN = {"run", "wait", "read", "write", "connect", "send", "recv", "request", "kill"}


def _operations_of_older_form(text: dict) -> list[dict]:
    """The form without operations says the whole of both outputs and the exit code."""
    run = {"type": "run", "args": text.get("args", []), "env": text.get("env", {}), "root": text.get("root")}
    wait = {"type": "wait", "exit_code": text.get("exit_code", 0)}
    return [run, wait, *({"type": "read", "id": stream, "payload": text[stream]}
                         for stream in ("stdout", "stderr") if stream in text)]
