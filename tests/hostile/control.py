"""The open door: attack programs are built here, and first run where nothing holds them back.

A bare namespace is what `unshare` makes: mounts, processes and (but for `privileged`) users of its own, and nothing
else. An attack that does not work there either would prove nothing by failing in a guest.
"""

import pathlib
import shutil
import subprocess

import harness

SOURCES = pathlib.Path(__file__).resolve().parent
# Long enough for a machine under load; no attack takes a second.
SECONDS = 30


def build(stage, name, *options, static=True):
    """Compiles `name`.c from beside this file into the stage directory."""
    compiler = shutil.which("cc")
    if not compiler:
        raise harness.CannotRun("cc (package gcc) is missing")
    made = stage / name
    if not made.exists():
        # Static, so that no library of a guest has a say in whether the attack runs.
        linked = ["-static"] if static else []
        words = [
            compiler,
            "-O1",
            "-Wall",
            "-Werror",
            *linked,
            *options,
            "-o",
            made,
            SOURCES / f"{name.split('.')[0]}.c",
        ]
        built = subprocess.run([str(word) for word in words], capture_output=True, text=True)
        if built.returncode:
            raise harness.Failed(f"{name}.c does not compile:\n{built.stderr}")
        made.chmod(0o755)
    return made


def bare(*command, user=None, privileged=False, seconds=SECONDS):
    """Runs a command as root of a bare namespace; `privileged`: as the machine's own root, in namespaces of its mounts
    and processes.
    """
    flags = "-mpf" if privileged else "-Urmpf"
    words = [*(user.prefix if user else []), "unshare", flags, "--mount-proc", *command]
    return harness.execute(words, harness.clean_environment(), check=False, seconds=seconds)


def outcomes(text):
    """`name=what happened` lines, as the attack programs print them."""
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
