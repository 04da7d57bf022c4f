"""The `aws` that a script finds in its PATH: hands its call over to the real CLI that is already imported.

    aws_shim.py SOCKET AWS WORD…

Where it cannot, the real one at AWS is started, as if this were not here.
"""

import json
import os
import socket
import sys

CODE_BYTES_MAX = 16
# As script.py reads it.
LENGTH_BYTES = 4


def main():
    path, program, *words = sys.argv[1:]
    request = {"words": words, "environment": dict(os.environ), "directory": os.getcwd()}
    message = json.dumps(request).encode()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asked:
        asked.connect(path)
        socket.send_fds(asked, [len(message).to_bytes(LENGTH_BYTES, "big")], [0, 1, 2])
        asked.sendall(message)
        code = asked.recv(CODE_BYTES_MAX)
    if code:
        # A code below zero is a signal's number: what a shell makes of it.
        sys.exit(int(code) if int(code) >= 0 else 128 - int(code))
    os.execv(program, [program, *words])


main()
