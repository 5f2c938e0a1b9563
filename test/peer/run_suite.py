"""Runs the copied test suite: python run_suite.py FOLDER PORT OURS

FOLDER holds ``tests``; PORT is that of the Redis which the tests are to use, although they name none; OURS is
``1`` where rq_scheduler must not be importable. Prints {test: "ok" or why it did not pass} as JSON. Some tests
compare whole seconds that are read one after the other: what does not pass is tried twice more.
"""

import inspect
import json
import logging
import os
import re
import sys
import unittest

import redis


def use_port(port):
    """Make ``port`` the one that ``Redis()`` and ``StrictRedis(db=n)`` take where none is given."""
    init = inspect.unwrap(redis.Redis.__init__)
    optional = [one for one in inspect.signature(init).parameters.values() if one.default is not one.empty]
    positional = [one.name for one in optional if one.kind is one.POSITIONAL_OR_KEYWORD]
    defaults = list(init.__defaults__)
    defaults[positional.index("port")] = port
    init.__defaults__ = tuple(defaults)


class Outcomes(unittest.TestResult):
    """The outcome of each test by ``Class.method``; the last line of the traceback where it did not pass."""

    def __init__(self):
        super().__init__()
        self.seen = {}
        self.to_repeat = []

    def _note(self, test, outcome):
        self.seen[".".join(test.id().split(".")[-2:])] = outcome

    def addSuccess(self, test):
        self._note(test, "ok")

    def addSkip(self, test, reason):
        self._note(test, "skipped: " + reason)

    def addError(self, test, err):
        text = re.sub(" at 0x[0-9a-f]+", "", str(err[1]).split("\n")[0])
        self._note(test, "{}: {}".format(err[0].__name__, text))
        if isinstance(test, unittest.TestCase):
            self.to_repeat.append((type(test), test._testMethodName))

    addFailure = addError


def main(folder, port, ours):
    use_port(int(port))
    if ours == "1":
        sys.modules["rq_scheduler"] = None
    os.chdir(folder)
    sys.path.insert(0, folder)
    logging.disable(logging.CRITICAL)
    printed, sys.stdout = sys.stdout, open(os.devnull, "w")
    outcomes = Outcomes()
    unittest.TestLoader().discover("tests", top_level_dir=folder).run(outcomes)
    for _ in range(2):
        again, outcomes.to_repeat = outcomes.to_repeat, []
        for case, name in again:
            unittest.TestSuite([case(name)]).run(outcomes)
    json.dump(outcomes.seen, printed)


if __name__ == "__main__":
    main(*sys.argv[1:])
