"""Finds the tests beside it, runs them, and says at the end how many passed."""

from __future__ import annotations

import os
import signal
import sys
import unittest
from pathlib import Path

import harness

HERE = Path(__file__).resolve().parent


def find_tests(names: list[str]) -> unittest.TestSuite:
    """All tests, or those whose id holds one of the names."""
    found = unittest.TestLoader().discover(str(HERE), pattern="test_*.py", top_level_dir=str(HERE))
    if not names:
        return found
    return unittest.TestSuite(test for test in _each(found) if any(name in test.id() for name in names))


def _each(suite: unittest.TestSuite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from _each(test)
        else:
            yield test


def interrupt(*_) -> None:
    raise KeyboardInterrupt


def main(names: list[str]) -> int:
    if not os.access(harness.BINARY, os.X_OK):
        print(f"system: there is no program '{harness.BINARY}'; run './dev build', or set WEFT_BINARY", file=sys.stderr)
        return 2
    # A kill of the runner still ends what the tests started. Only an interrupt gets through unittest, which takes any
    # other exception as one failed test and goes on.
    signal.signal(signal.SIGTERM, interrupt)
    tests = find_tests(names)
    if tests.countTestCases() == 0:
        print(f"system: no test has a name with {' or '.join(names)}", file=sys.stderr)
        return 2
    try:
        result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(tests)
    except KeyboardInterrupt:
        print("system: interrupted; what the tests had started is ended", file=sys.stderr)
        return 130
    finally:
        harness.end_children()
    # A test with sub-tests fails once, however many of them fail.
    failed = {getattr(test, "test_case", test).id() for test, _ in result.failures + result.errors}
    failed |= {test.id() for test in result.unexpectedSuccesses}
    skipped = len({test.id() for test, _ in result.skipped} - failed)
    passed = max(0, result.testsRun - len(failed) - skipped)
    print(f"{passed} passed, {len(failed)} failed" + (f", {skipped} skipped" if skipped else ""))
    return 0 if result.wasSuccessful() else 1
