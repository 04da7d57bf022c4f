#!/usr/bin/env python3
"""Terraform in `hamlet shell`, with no endpoint configured: a server is made, and provisioners set it up over ssh."""

import shutil

from terraform import HERE, TerraformLab, harness, provider_variables, terraform


class ShellProvisioner(TerraformLab):
    folder = "shell_provisioner"

    def walk(self):
        self.place = self.user.stage / "applied"
        self.place.mkdir()
        shutil.copy(HERE / self.folder / "main.tf", self.place)
        key = harness.fresh_key(self.user.stage)
        given = {"public_key": key.with_suffix(".pub").read_text().strip(), "private_key_file": key}
        arguments = ["-no-color", "-input=false", *(f"-var={name}={value}" for name, value in given.items())]
        before = self.resources()
        self.step("1. apply makes a server, and sets it up over ssh")
        self.in_shell("init", "-no-color", "-input=false")
        self.in_shell("apply", "-auto-approve", *arguments)
        self.sees(self.inside("web", "cat", "/tmp/made", check=True).out, "ec2-user\n")
        self.sees(self.inside("web", "cat", "/etc/motd", check=True).out, "carried by terraform\n")
        self.step("2. a second plan finds nothing to do, and destroy leaves nothing")
        self.in_shell("plan", "-detailed-exitcode", *arguments)
        self.in_shell("destroy", "-auto-approve", *arguments)
        self.sees(self.resources(), before, "what is left")

    def in_shell(self, *words):
        command = [self.user.program, "shell", "--", terraform(), f"-chdir={self.place}", *words]
        variables = {**self.hamlet._own_environment(), **provider_variables(self.place)}
        return harness.execute(command, variables, True, 200, cwd=self.place)


if __name__ == "__main__":
    harness.run(ShellProvisioner, both=False)
