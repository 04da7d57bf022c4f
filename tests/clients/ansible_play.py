"""What the tests by Ansible have in common: a playbook beside this file, and how many tasks of it changed something."""

import json
import re

from client import CACHE, HERE, ClientLab


class AnsibleLab(ClientLab):
    client = "ansible"
    playbook = ""

    def interpreter(self):
        """What every task runs with, where all are this machine's."""
        return {"ansible_python_interpreter": str(self.bin("python"))}

    def play(self, state, **variables):
        """How many tasks of the playbook changed something."""
        given = {"state": state, **self.interpreter(), **variables}
        played = self.run(
            "ansible-playbook",
            HERE / self.playbook,
            "-e",
            json.dumps(given),
            environment={
                "ANSIBLE_COLLECTIONS_PATH": str(CACHE / "ansible/collections"),
                "ANSIBLE_LOCALHOST_WARNING": "False",
                "ANSIBLE_INVENTORY_UNPARSED_WARNING": "False",
                "LC_ALL": "C.UTF-8",
            },
        )
        return int(re.search(r"changed=(\d+) .*failed=0 ", played.out)[1])
