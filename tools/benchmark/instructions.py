"""Instructions an operation, by callgrind: figures that do not depend on the machine's mood.

A workload is run twice, the second time with more requests; what the second took more, divided by
the requests it had more, is what one operation costs, start and stop left out."""

import json
import os
import re
import subprocess
import tempfile
import time

from servers import call, free_port

FEW, MORE = 20_000, 60_000
CASES = {
    "incr": (1, "INCR counter:<n:1000>"),
    "incr_16": (16, "INCR counter:<n:1000>"),
    "incr_64": (64, "INCR counter:<n:1000>"),
    "hot_64": (64, "INCR counter:hot"),
    "get_16": (16, "GET counter:<n:1000>"),
    "set_16": (16, "SET counter:<n:1000> <n:1000>"),
    "pfadd_16": (16, "PFADD visitors <new>"),
}


def count(server, load, pipeline, command, requests):
    with tempfile.TemporaryDirectory(prefix="countd-callgrind-") as folder:
        port = free_port()
        out = os.path.join(folder, "callgrind.out")
        process = subprocess.Popen(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", server, "--port",
             str(port), "--dir", folder, "--save", "", "--threads", "1"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for _ in range(1500):
                try:
                    call(port, "PING")
                    break
                except OSError:
                    time.sleep(0.02)
            subprocess.run([load, "--port", str(port), "--connections", "1", "--pipeline",
                            str(pipeline), "--requests", str(requests), command],
                           check=True, stdout=subprocess.DEVNULL)
        finally:
            process.terminate()
            process.wait(120)
        with open(out, encoding="utf-8") as file:
            return int(re.search(r"^(?:summary|totals): (\d+)", file.read(), re.M)[1])


def measure(server, load):
    found = {}
    for name, (pipeline, command) in CASES.items():
        few, more = (count(server, load, pipeline, command, n) for n in (FEW, MORE))
        found[name] = round((more - few) / (MORE - FEW))
        print(f"{name:10} {found[name]:6} instructions an operation")
    return found


def compare(found, path):
    """Against a baseline file: what grew by more than a twentieth."""
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        baseline = json.load(file)
    return [f"{name}: {baseline[name]} → {value}" for name, value in found.items()
            if name in baseline and value > baseline[name] * 1.05]
