#!/usr/bin/env python3
"""The README's redis-cli session is played again, line by line: readme_session.py COMMAND.

In README.md a block marked ```redis-cli holds prompts (127.0.0.1:6379> …) and what redis-cli prints
after each; a line ... stands for anything.
"""

import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time

from redis_tools import free_port

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROMPT = re.compile(r"127\.0\.0\.1:6379(?:\[\d+\])?> (.*)")


def sessions(text):
    """Each block as [(command, [lines of its reply])]."""
    for block in re.findall(r"^```redis-cli\n(.*?)^```", text, re.M | re.S):
        steps = []
        for line in block.splitlines():
            prompt = PROMPT.fullmatch(line)
            if prompt:
                steps.append((prompt[1], []))
            elif line:
                steps[-1][1].append(line)
        yield steps


def play(port, steps):
    faults = 0
    for command, expected in steps:
        run = subprocess.run(["redis-cli", "-p", port, "--no-raw"], input=command + "\n",
                             capture_output=True, text=True, timeout=30)
        got = [line for line in run.stdout.splitlines() if line]
        if expected != ["..."] and got != expected:
            print(f"README: {command}\n  says: {expected}\n  got:  {got}")
            faults += 1
    return faults


def main():
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        found = list(sessions(file.read()))
    if not found:
        print("README.md holds no redis-cli session")
        return 1
    faults = 0
    with tempfile.TemporaryDirectory(prefix="countd-readme-") as folder:
        for steps in found:
            port = str(free_port())
            command = sys.argv[1].replace("{port}", port).replace("{dir}", folder)
            with open(os.path.join(folder, "log"), "wb") as log:
                server = subprocess.Popen(shlex.split(command + ' --save ""'), stdout=log,
                                          stderr=log)
            try:
                for _ in range(1000):
                    ping = subprocess.run(["redis-cli", "-p", port, "PING"], capture_output=True)
                    if ping.stdout == b"PONG\n":
                        break
                    time.sleep(0.02)
                faults += play(port, steps)
            finally:
                server.send_signal(signal.SIGTERM)
                server.wait(30)
    print(f"{sum(map(len, found))} steps, {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
