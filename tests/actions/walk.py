"""Runs the tests beside this file and ends with "N passed, N failed". Words given pick tests by a part of their name.

A subtest counts as a test: there is one for each action, parameter or statement that a test walks over.
"""

import logging
import pathlib
import sys
import time
import unittest

HERE = pathlib.Path(__file__).parent


class Result(unittest.TestResult):
    """Counts subtests, and shows what failed as it fails."""

    def __init__(self):
        super().__init__()
        self.passed = 0
        self.failed = 0
        self.skipped_aloud = 0
        self.inner_failures = 0
        self.began = 0.0

    def startTest(self, test):
        super().startTest(test)
        self.inner, self.inner_failures, self.began = 0, 0, time.monotonic()

    def stopTest(self, test):
        super().stopTest(test)
        seconds = time.monotonic() - self.began
        count = f"{self.inner} cases, " if self.inner else ""
        print(f"{'FAILED' if self.inner_failures else 'ok':6} {_title(test)} ({count}{seconds:.1f} s)", flush=True)

    def addSuccess(self, test):
        self.passed += 0 if self.inner else 1

    def addSubTest(self, test, subtest, outcome):
        self.inner += 1
        if outcome is None:
            self.passed += 1
        else:
            self._fail(subtest, outcome)

    def addError(self, test, outcome):
        self._fail(test, outcome)

    addFailure = addError

    def addSkip(self, test, reason):
        self.skipped_aloud += 1
        print(f"SKIP   {_title(test)}: {reason}")

    def _fail(self, test, outcome):
        self.failed += 1
        self.inner_failures += 1
        said = str(outcome[1]) if isinstance(outcome[1], AssertionError) else self._exc_info_to_string(outcome, test)
        detail = getattr(test, "_subDescription", lambda: "")()
        print(f"FAIL   {_title(test)} {detail}\n       " + said.replace("\n", "\n       "), flush=True)


def _title(test):
    name = test.id().split(" ")[0].split(".")[-2:]
    return ".".join(name)


def chosen(suite, words):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from chosen(test, words)
        elif not words or any(word in test.id() for word in words) or isinstance(test, unittest.loader._FailedTest):
            yield test


def main():
    logging.disable(logging.CRITICAL)
    sys.path.insert(0, str(HERE))
    found = unittest.defaultTestLoader.discover(str(HERE), pattern="test_*.py")
    result = Result()
    began = time.monotonic()
    unittest.TestSuite(chosen(found, sys.argv[1:])).run(result)
    for trouble in sys.modules["hamlet"].troubles():
        result.failed += 1
        print(f"FAIL   {trouble}")
    skipped = f", {result.skipped_aloud} skipped" if result.skipped_aloud else ""
    print(f"{result.passed} passed, {result.failed} failed{skipped} ({time.monotonic() - began:.0f} s)")
    return 1 if result.failed or not result.passed else 0


if __name__ == "__main__":
    sys.exit(main())
