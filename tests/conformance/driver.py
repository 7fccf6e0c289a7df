"""Runs the suites on weft, beside another runtime if asked, and compares with what is expected."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tomllib
from pathlib import Path

from runtimes import Runtime, Wasmtime, Weft
from session import Session
from spec import Test, find_tests

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
# A sanitized build is slower; the suite's own runner gives five seconds.
TIME_LIMIT_S = 30 if os.environ.get("WEFT_SANITIZER") else 10

Outcomes = dict[str, str | None]


def corpus() -> Path:
    return Path(os.environ.get("WEFT_CORPORA") or ROOT.parent / "shared/corpora") / "wasi-testsuite"


def weft_binary() -> Path:
    return Path(os.environ.get("WEFT_BINARY") or ROOT / "build/release/weft").resolve()


async def run_all(tests: list[Test], runtime: Runtime, jobs: int, time_limit_s: float) -> Outcomes:
    """Why each test fails, or nothing."""
    places = asyncio.Semaphore(jobs)

    async def run_one(test: Test) -> str | None:
        async with places:
            return await Session(test, runtime, time_limit_s).run()

    return dict(zip((test.id for test in tests), await asyncio.gather(*map(run_one, tests)), strict=True))


class Verdict:
    """What a runtime did, against what the data file says it does."""

    def __init__(self, outcomes: Outcomes, expected: dict[str, str]) -> None:
        self.passed = [test for test, reason in outcomes.items() if reason is None]
        self.failed = {test: reason for test, reason in outcomes.items() if reason is not None and test not in expected}
        self.failed_as_expected = [test for test, reason in outcomes.items() if reason is not None and test in expected]
        self.passed_unexpectedly = [test for test in self.passed if test in expected]

    @property
    def is_good(self) -> bool:
        return not self.failed and not self.passed_unexpectedly

    def line(self, skipped: int = 0) -> str:
        line = f"{len(self.passed)} passed, {len(self.failed)} failed, {skipped} skipped"
        if self.failed_as_expected:
            line += f"; {len(self.failed_as_expected)} failed as expected"
        return line


def report(runtime: Runtime, tests: list[Test], outcomes: Outcomes, expected: dict[str, str]) -> Verdict:
    print(f"{runtime.name}: {runtime.version()}")
    for suite in dict.fromkeys(test.suite for test in tests):
        part = {test.id: outcomes[test.id] for test in tests if test.suite == suite}
        print(f"  {suite}: {Verdict(part, expected).line()}")
    verdict = Verdict(outcomes, expected)
    for test, reason in verdict.failed.items():
        print(f"  FAILED {test}: {reason}")
    for test in verdict.passed_unexpectedly:
        print(f"  PASSED, which was not expected: {test}; take it out of expected.toml")
    return verdict


def compare(mine: Verdict, other: Verdict, name: str) -> None:
    print(f"weft passes {len(mine.passed)}, {name} passes {len(other.passed)}")
    for who, these, those in (("weft", mine, other), (name, other, mine)):
        alone = [test for test in these.passed if test not in those.passed]
        if alone:
            print(f"  only {who}: {', '.join(alone)}")


def read_expected(path: Path, tests: list[Test]) -> dict[str, dict[str, str]]:
    """Reasons by runtime and test. An entry for a test that is not there is an error."""
    expected = tomllib.loads(path.read_text())
    known = {test.id for test in tests}
    for runtime, entries in expected.items():
        for test, reason in entries.items():
            if test not in known or not reason:
                raise SystemExit(f"conformance: {path.name}: '{runtime}' has '{test}', which is no test or has no reason")
    return expected


def arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The WASI test suite on weft (WEFT_BINARY, WEFT_CORPORA name the places).")
    parser.add_argument("--beside", metavar="WASMTIME", type=Path, help="run this runtime too, and compare")
    parser.add_argument("--jobs", type=int, default=2, help="tests at the same time [2]")
    parser.add_argument("--time-limit", type=float, default=TIME_LIMIT_S, help=f"seconds for each test [{TIME_LIMIT_S}]")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only tests whose id holds one of these")
    return parser.parse_args(words)


def main(words: list[str]) -> int:
    chosen = arguments(words)
    if not corpus().is_dir():
        print(f"conformance: the WASI test suite is not at '{corpus()}'; WEFT_CORPORA names the folder of corpora")
        print("0 passed, 0 failed, 0 skipped")
        return 1 if os.environ.get("CI") == "true" else 0
    every = find_tests(corpus())
    expected = read_expected(HERE / "expected.toml", every)
    tests = [test for test in every if not chosen.names or any(name in test.id for name in chosen.names)]
    runtimes: list[Runtime] = [Weft(weft_binary())] + ([Wasmtime(chosen.beside)] if chosen.beside else [])
    verdicts = []
    for runtime in runtimes:
        if not os.access(runtime.binary, os.X_OK):
            print(f"conformance: there is no program '{runtime.binary}'; './dev build' makes weft, WEFT_BINARY names it",
                  file=sys.stderr)
            return 2
        outcomes = asyncio.run(run_all(tests, runtime, chosen.jobs, chosen.time_limit))
        verdicts.append(report(runtime, tests, outcomes, expected.get(runtime.name, {})))
    if chosen.beside:
        compare(*verdicts, runtimes[1].name)
    print(verdicts[0].line(len(every) - len(tests)))
    return 0 if verdicts[0].is_good else 1
