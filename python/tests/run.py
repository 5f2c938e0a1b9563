"""Run test modules in one process: ``python run.py series scheduler``; without names, all that need no running worker."""

import sys
import unittest

import rq
import support  # noqa: F401  (puts the package on the path)

WITHOUT_WORKERS = ('series', 'scheduler', 'zones', 'command', 'prefix')


def main(names):
    print('python', sys.version.split()[0], 'rq', rq.VERSION)
    suite = unittest.defaultTestLoader.loadTestsFromNames('test_' + name for name in names or WITHOUT_WORKERS)
    return 0 if unittest.TextTestRunner().run(suite).wasSuccessful() else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
