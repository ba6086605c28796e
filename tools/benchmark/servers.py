"""Servers under test: started from a command, pinned, measured through /proc, stopped by their id."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class ErrorReply(Exception):
    pass


def call(port, *words, timeout=120):
    """One command on a connection of its own; its reply as str, int, list or None."""
    request = b"*%d\r\n" % len(words)
    for word in (str(word).encode() for word in words):
        request += b"$%d\r\n%s\r\n" % (len(word), word)
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
        connection.sendall(request)
        stream = connection.makefile("rb")

        def read():
            line = stream.readline()
            if not line:
                raise ConnectionError("closed")
            kind, rest = line[:1], line[1:-2].decode(errors="replace")
            if kind == b"-":
                raise ErrorReply(rest)
            if kind == b":":
                return int(rest)
            if kind == b"$":
                return None if rest == "-1" else stream.read(int(rest) + 2)[:-2].decode(
                    errors="replace")
            if kind == b"*":
                return [read() for _ in range(max(0, int(rest)))]
            return rest
        return read()


class Server:
    def __init__(self, name, command, core):
        self.name, self.command, self.core, self.process = name, command, core, None
        self.folder = tempfile.TemporaryDirectory(prefix=f"countd-bench-{name}-")
        self.port = free_port()

    def start(self):
        """Seconds until it answers PING and has loaded what is in its folder."""
        words = shlex.split(self.command.replace("{port}", str(self.port))
                            .replace("{dir}", self.folder.name))
        pin = ["taskset", "-c", str(self.core)] if self.core is not None else []
        self.log = open(os.path.join(self.folder.name, "server.log"), "ab")
        began = time.monotonic()
        self.process = subprocess.Popen(pin + words, stdout=self.log, stderr=self.log,
                                        cwd=self.folder.name)
        while time.monotonic() - began < 300:
            if self.process.poll() is not None:
                break
            try:
                call(self.port, "PING", timeout=5)
                return time.monotonic() - began
            except (OSError, ErrorReply):
                time.sleep(0.002)
        with open(os.path.join(self.folder.name, "server.log"), encoding="utf-8",
                  errors="replace") as log:
            sys.exit(f"{self.name} did not start:\n{log.read()[-2000:]}")

    def stop(self):
        """At once, without a last snapshot."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.log.close()
            self.process = None

    def restart(self):
        self.stop()
        return self.start()

    def sleep(self, asleep):
        """Keeps it off the machine while another server is measured."""
        if self.process:
            self.process.send_signal(signal.SIGSTOP if asleep else signal.SIGCONT)

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_bytes(self, peak=False):
        """Its resident memory, that of its children (a forked saver) included."""
        total = 0
        for pid in [self.process.pid, *self.children()]:
            try:
                with open(f"/proc/{pid}/smaps_rollup" if not peak else f"/proc/{pid}/status",
                          encoding="ascii") as file:
                    text = file.read()
            except OSError:
                continue
            match = re.search(r"^Pss:\s+(\d+)" if not peak else r"^VmHWM:\s+(\d+)", text, re.M)
            total += int(match[1]) * 1024 if match else 0
        return total

    def children(self):
        path = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        try:
            with open(path, encoding="ascii") as file:
                return file.read().split()
        except OSError:
            return []

    def info(self, field):
        match = re.search(rf"^{field}:(\S+)", call(self.port, "INFO", "everything"), re.M)
        return match[1] if match else None

    def call(self, *words):
        return call(self.port, *words)


def only(server, servers):
    for other in servers:
        other.sleep(other is not server)
