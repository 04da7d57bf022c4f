#!/usr/bin/env python3
"""The README's first steps, as they are printed there: they must do what their comments say."""

import re

import harness


class Readme(harness.Lab):
    def walk(self):
        text = (harness.ROOT / "README.md").read_text()
        block = re.search(r"```sh\n(eval .*?)```", text, re.S)[1]
        self.step(f"{len(block.splitlines())} lines, copied from the README")
        here = self.user.stage / "clone"
        here.mkdir()
        wrapper = here / "hamlet"
        command = " ".join(str(word) for word in (*self.user.prefix, self.user.program))
        wrapper.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        wrapper.chmod(0o755)
        environment = {**self.hamlet._own_environment(), **self.user.environment}
        ran = harness.execute(["bash", "-c", block], environment, check=False, seconds=120, cwd=here)
        self.holds("An error occurred" not in ran.err, ran)
        pings = re.findall(r"(\d) packets transmitted, (\d) received", ran.out)
        self.sees(pings, [("2", "0"), ("2", "2")], f"the first and the second ping\n{ran}")
        conclusions = re.findall(r"=> (\S+)", ran.out)
        self.sees(conclusions, ["network-acl-ingress", "security-group-ingress"], f"the two traces\n{ran}")


if __name__ == "__main__":
    harness.run(Readme)
