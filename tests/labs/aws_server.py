"""The real aws CLI, already imported: forks for each call, so that a call costs no start of Python and no reading of
models.

    python3 aws_server.py AWS DESCRIPTOR

AWS is the script that pip installed; a child runs that very file. At the DESCRIPTOR is a socket whose messages bring
one descriptor each of: a socket for this call, standard input, output and error. Over the call's socket come the words,
the environment and the directory, and go back, when the child has ended, its exit code. Whoever closes it ends the
child.

What is kept from one call to the next is what files that pip installed say, and what they are made into; each child
gets it as if it had just been read. The server changes nothing of the CLI's own: it forks before any of its code has
run.
"""

import atexit
import ctypes
import gc
import io
import json
import os
import runpy
import select
import signal
import socket
import struct
import sys
import threading
import time

LENGTH = struct.Struct("!I")
# A note is a file's name or the names of all services.
NOTE_BYTES_MAX = 1 << 17
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def main():
    script, control = sys.argv[1], socket.socket(fileno=int(sys.argv[2]))
    # As it is for a script that was started.
    sys.path[0] = os.path.dirname(script)
    # Ctrl-C is for the children; this ends with whoever started it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    read, written = import_the_cli()
    library = Library()
    control.send(json.dumps(sorted(read)).encode())
    call = Server(control, library).serve()
    if call:
        request = call.become(written)
        run(script, request["words"])


class RememberingEnvironment(type(os.environ)):
    """Says which variables were asked for, since nobody asks again in a fork."""

    asked = set()

    def __getitem__(self, name):
        self.asked.add(name)
        return super().__getitem__(name)

    def __iter__(self):
        raise NotImplementedError("the CLI looks at all of its environment as it is imported")


def import_the_cli():
    """(the variables that were read meanwhile, those that were set)."""
    before = dict(os.environ)
    kind, os.environ.__class__ = type(os.environ), RememberingEnvironment
    import awscli.clidriver
    import awscli.handlers  # noqa: F401  (the CLI's own plugin, which it imports when it starts)

    os.environ.__class__ = kind
    return RememberingEnvironment.asked, {
        name: value for name, value in os.environ.items() if before.get(name) != value
    }


class Library:
    """What botocore's loader finds on the disk: in the server kept, in a child handed out."""

    def __init__(self):
        import botocore.loaders

        self.ready, self.services, self.notes = {}, {}, None
        self.read = botocore.loaders.JSONFileLoader().load_file
        self.list = botocore.loaders.Loader.list_available_services
        botocore.loaders.JSONFileLoader.load_file = lambda _, file_path: self.load(file_path)
        botocore.loaders.Loader.list_available_services = lambda loader, type_name: self.list_services(
            loader, type_name
        )

    # In a child.

    def load(self, path):
        """A file's content. Once, since it may be changed by whoever gets it."""
        if path in self.ready:
            return self.ready.pop(path)
        self.note("file", path)
        return self.read(path)

    def list_services(self, loader, kind):
        key = json.dumps([kind, loader.search_paths])
        if key not in self.services:
            self.services[key] = self.list(loader, kind)
            self.note("services", key, self.services[key])
        return list(self.services[key])

    def note(self, *words):
        """Tells the server what the next child should not have to read."""
        self.notes.send(json.dumps(words).encode())

    # In the server.

    def learn(self, note):
        what, key, *names = json.loads(note)
        if what == "services":
            [self.services[key]] = names
        elif key not in self.ready:
            self.ready[key] = self.read(key)
            remember_names(self.ready[key])
        # The children would copy every page of it only to see that nothing is garbage.
        gc.freeze()


def remember_names(model):
    """botocore keeps what an operation is called in Python and on the command line."""
    import botocore

    for name in (model or {}).get("operations", ()):
        botocore.xform_name(name)
        botocore.xform_name(name, "-")


class Server:
    """Forks and reaps."""

    def __init__(self, control, library):
        self.control, self.library = control, library
        self.notes, library.notes = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # By the descriptor of the child's process; by the descriptor of the call's socket.
        self.children, self.calls = {}, {}
        self.poll = select.poll()

    def serve(self):
        """Returns in each child, with its call; in the server when nobody is left who could call."""
        self.poll.register(self.control, select.POLLIN)
        self.poll.register(self.notes, select.POLLIN)
        while True:
            for descriptor, _ in self.poll.poll():
                if descriptor == self.control.fileno():
                    message, descriptors, _, _ = socket.recv_fds(self.control, 1, 4)
                    if not message:
                        return self.end()
                    pid = os.fork()
                    if not pid:
                        return self.forked(descriptors)
                    self.started(pid, descriptors)
                elif descriptor == self.notes.fileno():
                    self.library.learn(self.notes.recv(NOTE_BYTES_MAX))
                elif descriptor in self.children:
                    self.ended(self.children.pop(descriptor))
                elif descriptor in self.calls:
                    self.kill(self.calls[descriptor])

    def started(self, pid, descriptors):
        call, *standard = descriptors
        for descriptor in standard:
            os.close(descriptor)
        child = Child(pid, os.pidfd_open(pid), call)
        self.children[child.process] = self.calls[call] = child
        self.poll.register(child.process, select.POLLIN)
        # No events: that the other end was closed is always told.
        self.poll.register(call, 0)

    def kill(self, child):
        """Nobody waits for it any more."""
        self.poll.unregister(child.call)
        signal.pidfd_send_signal(child.process, signal.SIGKILL)

    def ended(self, child):
        _, status = os.waitpid(child.pid, 0)
        del self.calls[child.call]
        self.poll.unregister(child.process)
        try:
            self.poll.unregister(child.call)
            os.write(child.call, str(os.waitstatus_to_exitcode(status)).encode())
        except (KeyError, BrokenPipeError):
            pass
        os.close(child.process)
        os.close(child.call)

    def end(self):
        for child in self.children.values():
            signal.pidfd_send_signal(child.process, signal.SIGKILL)
            os.waitpid(child.pid, 0)

    def forked(self, descriptors):
        """A child keeps of the server's descriptors only the one for its notes."""
        self.control.close()
        self.notes.close()
        for child in self.children.values():
            os.close(child.process)
            os.close(child.call)
        return Call(*descriptors)


class Child:
    def __init__(self, pid, process, call):
        self.pid, self.process, self.call = pid, process, call


class Call:
    """In a child: what the caller wants to be run, and where its input and output are."""

    def __init__(self, call, *standard):
        self.call, self.standard = call, standard

    def become(self, written):
        """Makes of this process what the caller would have started; returns the request."""
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        request = self.request()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.environ.clear()
        os.environ.update({**request["environment"], **written})
        time.tzset()
        os.chdir(request["directory"])
        for number, descriptor in enumerate(self.standard):
            os.dup2(descriptor, number)
            os.close(descriptor)
        os.close(self.call)
        renew_standard_streams()
        return request

    def request(self):
        length = LENGTH.unpack(self.read(LENGTH.size))[0]
        return json.loads(self.read(length))

    def read(self, length):
        read = b""
        while len(read) < length:
            more = os.read(self.call, length - len(read))
            if not more:
                # The caller has gone.
                os._exit(1)
            read += more
        return read


def renew_standard_streams():
    """The interpreter makes these when it starts, and looks at what they are connected to."""
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        old = getattr(sys, name)
        raw = io.FileIO(number, mode, closefd=False)
        raw.name = f"<{name}>"
        unbuffered = mode == "w" and old.write_through
        buffer = raw if unbuffered else (io.BufferedReader if mode == "r" else io.BufferedWriter)(raw)
        lines = not unbuffered and (name == "stderr" or raw.isatty())
        stream = io.TextIOWrapper(buffer, old.encoding, old.errors, line_buffering=lines, write_through=unbuffered)
        stream.mode = mode
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def run(script, words):
    """Runs the script that pip installed, and ends as it does."""
    sys.argv[:] = [script, *words]
    code = 0
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        code = end.code
    if code is not None and not isinstance(code, int):
        sys.exit(code)
    threading._shutdown()
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        # The interpreter has something to say about this.
        sys.exit(code)
    # It would now take apart, object by object, all that was imported, for as long as the call took.
    os._exit((code or 0) & 0xFF)


if __name__ == "__main__":
    main()
