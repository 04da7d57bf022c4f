"""What the tests by other clients have in common: where each is installed, and how it is run."""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "labs"))
import harness
from network import NetworkLab

__all__ = ["CACHE", "HERE", "ClientLab", "harness"]

HERE = pathlib.Path(__file__).resolve().parent
CACHE = pathlib.Path(os.environ.get("HAMLET_CACHE") or pathlib.Path.home() / ".cache/hamlet") / "clients"


class ClientLab(NetworkLab):
    """A walk with somebody else's client."""

    # The environment that `tests/clients/install` made.
    client = ""

    def bin(self, program):
        found = CACHE / self.client / "bin" / program
        if not found.exists():
            raise harness.CannotRun(f"{found} is missing: tests/clients/install")
        return found

    def run(self, program, *words, check=True, seconds=300, stdin="", environment=()):
        """Runs a program of the client's, pointed at Hamlet."""
        variables = {**self.hamlet.environment, "HOME": str(self.user.stage), **dict(environment)}
        return harness.execute([self.bin(program), *words], variables, check, seconds, stdin, cwd=self.user.stage)

    def in_shell(self, program, *words, seconds=300, environment=()):
        """Runs a program of the client's in `hamlet shell`, with nothing configured."""
        command = [self.user.program, "shell", "--", self.bin(program), *words]
        variables = {**self.hamlet._own_environment(), "HOME": str(self.user.stage), **dict(environment)}
        return harness.execute(command, variables, True, seconds, cwd=self.user.stage)
