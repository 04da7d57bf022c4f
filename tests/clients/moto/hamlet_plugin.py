"""Lets moto's own tests ask a Hamlet instead of moto: for pytest's `-p hamlet_plugin`.

Each test begins with nothing, as with moto. Time is not stopped, since signatures have it; and what a test asks moto
about itself, rather than its API, is left out, as moto leaves it out where it runs as a server.
"""

import contextlib
import functools
import inspect
import os
import subprocess

import freezegun

os.environ["TEST_SERVER_MODE"] = "true"

import moto

PROGRAM = os.environ["HAMLET_PROGRAM"]


class FromNothing(contextlib.ContextDecorator):
    """What `mock_aws` is here."""

    def __enter__(self):
        subprocess.run([PROGRAM, "reset", "--yes"], check=True, capture_output=True)
        return self

    start = __enter__

    def __exit__(self, *_):
        return False

    stop = reset = __exit__


def mock_aws(func=None, config=None):
    """A decorator of functions and of classes, with and without parentheses, and a context."""
    if func is None:
        return FromNothing()
    if not inspect.isclass(func):
        return FromNothing()(func)
    for name, test in list(vars(func).items()):
        if name.startswith("test") and callable(test):
            setattr(func, name, FromNothing()(test))
    return func


class TimeGoesOn:
    """What `freeze_time` is here."""

    def __init__(self, *_, **__):
        pass

    def __call__(self, func):
        @functools.wraps(func)
        def called(*words, **named):
            return func(*words, **named)

        return called

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


moto.mock_aws = mock_aws
freezegun.freeze_time = TimeGoesOn
