"""What `xtask/members` says of members, beyond AWS's models."""

import functools
import pathlib

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "xtask/members"


@functools.cache
def listed(name):
    """The words of each member of a list, by structure and member."""
    lines = (line.split("#")[0].split() for line in FOLDER.joinpath(f"{name}.txt").read_text().splitlines())
    return {tuple(words[0].split(".")): " ".join(words[1:]) for words in lines if words}


def structure(shape):
    """A structure's name as the lists write it."""
    return shape.name[:1].upper() + shape.name[1:]
