"""Writes seeded random values as JSON lines {proto, pickle, canon, repr} for read.test.ts."""

import base64
import datetime
import decimal
import json
import pickle
import pickletools
import random
import struct
import sys


def canon(v):
    """Text that tells apart every type and value the reader keeps apart."""
    t = type(v)
    if v is None:
        return "N"
    if t is bool:
        return "T" if v else "F"
    if t is int:
        return "i%d" % v
    if t is float:
        return "f" + ("nan" if v != v else struct.pack(">d", v).hex())
    if t is str:
        return "s" + json.dumps(v)
    if t is bytes:
        return "b" + v.hex()
    if t is bytearray:
        return "B" + v.hex()
    if t is tuple:
        return "(" + ",".join(map(canon, v)) + ")"
    if t is list:
        return "[" + ",".join(map(canon, v)) + "]"
    if t is set:
        return "S{" + ",".join(sorted(map(canon, v))) + "}"
    if t is frozenset:
        return "Z{" + ",".join(sorted(map(canon, v))) + "}"
    if t is dict:
        return "{" + ",".join(canon(k) + ":" + canon(x) for k, x in v.items()) + "}"
    if t is type or callable(v):
        return "g" + v.__module__ + "." + v.__qualname__
    return "o"


class Plain:
    def __init__(self, x):
        self.x = x


class Listy(list):
    pass


ALPHABET = ["a", "Z", "0", " ", "'", '"', "\\", "\n", "\r", "\t", "\x00", "\x1a", "\x7f", "\xe9", "\u0416", "\u4f60", "\U0001f600"]


def integer(r):
    bits = r.choice([1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 53, 54, 63, 64, 65, 200, 1000])
    return r.choice([-1, 1]) * (r.getrandbits(bits) + r.choice([0, 0, 1, 1 << (bits - 1)]))


def floating(r):
    return r.choice([
        0.0, -0.0, 1.0, float("inf"), float("-inf"), 1e16, 1e-5, 123456789012345.6, 5e-324, 1e22,
        r.uniform(-1, 1), r.uniform(-1e20, 1e20), r.random() * 10 ** r.randint(-30, 30),
    ])


def text(r):
    n = r.choice([0, 1, 3, 10, 300 if r.random() < 0.05 else 5])
    return "".join(r.choice(ALPHABET) for _ in range(n))


def octets(r):
    return bytes(r.getrandbits(8) for _ in range(r.choice([0, 1, 4, 260 if r.random() < 0.05 else 6])))


def scalar(r):
    return r.choice([
        lambda: None, lambda: r.random() < 0.5, lambda: integer(r), lambda: floating(r),
        lambda: text(r), lambda: octets(r),
    ])()


def value(r, depth, exact):
    if depth == 0 or r.random() < 0.4:
        return scalar(r)
    n = r.choice([0, 1, 2, 3, 4, 7])
    child = lambda: value(r, depth - 1, exact)
    kinds = [
        lambda: tuple(child() for _ in range(n)),
        lambda: [child() for _ in range(n)],
        lambda: {scalar(r): child() for _ in range(n)},
        lambda: [child()] * 3,
    ]
    if not exact:
        kinds += [
            lambda: bytearray(octets(r)),
            lambda: {scalar(r) for _ in range(n)},
            lambda: frozenset(scalar(r) for _ in range(n)),
            lambda: {(scalar(r), frozenset([scalar(r)])): child()},
            lambda: datetime.datetime(2026, 1, r.randint(1, 28), tzinfo=datetime.timezone.utc),
            lambda: decimal.Decimal(r.randint(0, 99)),
            lambda: complex(1, 2),
            lambda: range(n),
            lambda: Plain(child()),
            lambda: Listy([child()]),
            lambda: len,
            lambda: int,
            lambda: "\ud800x",
        ]
    return r.choice(kinds)()


def main(seed, count):
    r = random.Random(seed)
    for i in range(count):
        exact = i % 2 == 0
        v = value(r, 4, exact)
        for proto in range(6):
            data = pickle.dumps(v, proto)
            if r.random() < 0.2:
                data = pickletools.optimize(data)
            print(json.dumps({
                "proto": proto,
                "pickle": base64.b64encode(data).decode(),
                "canon": canon(v),
                "repr": repr(v) if exact else None,
            }))


main(int(sys.argv[1]), int(sys.argv[2]))
