"""The measurements. Servers take turns within a round, so that a restless machine treats them alike;
ratios are medians of the ratios of each round."""

import json
import os
import statistics
import subprocess
import threading
import time

from servers import ErrorReply, only
from workloads import FILL, WORKLOADS


class Generator:
    def __init__(self, program, core, connections):
        self.program, self.connections = program, connections
        self.pin = ["taskset", "-c", str(core)] if core is not None else []

    def _run(self, server, *arguments):
        run = subprocess.run([*self.pin, self.program, "--port", str(server.port), *arguments],
                             capture_output=True, text=True, check=False)
        if run.returncode:
            raise RuntimeError(f"{server.name}: {run.stderr.strip()}")
        return json.loads(run.stdout)

    def fill(self, server, requests, pipeline, command):
        return self._run(server, "--requests", str(requests), "--pipeline", str(pipeline), command)

    def load(self, server, pipeline, commands, seconds, seed=1, timeline=False):
        return self._run(server, "--connections", str(self.connections), "--pipeline",
                         str(pipeline), "--seconds", str(seconds), "--seed", str(seed),
                         *(["--timeline"] if timeline else []), *commands)


def median(rows, field):
    return statistics.median(row[field] for row in rows)


def ratio(rows, base, field):
    pairs = [row[field] / other[field] for row, other in zip(rows, base) if other[field]]
    return statistics.median(pairs) if pairs else None


def measure_workload(name, servers, generator, rounds, seconds):
    """{server: {per_second, cpu_us, p50_us, p99_us, throughput_ratio, cpu_ratio}}."""
    pipeline, commands, group, _ = WORKLOADS[name]
    rows = {}
    for server in servers:
        only(server, servers)
        try:
            server.call("FLUSHALL")
            for requests, depth, command in FILL[group]:
                filled = generator.fill(server, requests, depth, command)
                if filled["errors"]:
                    raise ErrorReply(filled["first_error"])
            rows[server.name] = []
        except ErrorReply as error:
            print(f"{name}: {server.name} is left out: {error}")
    taking_part = [server for server in servers if server.name in rows]
    for index in range(rounds):
        for server in taking_part:
            only(server, servers)
            before = server.cpu_seconds()
            row = generator.load(server, pipeline, commands, seconds, seed=index + 1)
            row["cpu_us"] = ((server.cpu_seconds() - before) * 1e6
                             / max(1, row["all_operations"]))
            if row["errors"]:
                print(f"{name}: {server.name}: {row['errors']} errors: {row['first_error']}")
            rows[server.name].append(row)
    base = rows[taking_part[0].name] if taking_part else []
    return {server: {**{field: median(found, field)
                        for field in ("per_second", "cpu_us", "p50_us", "p99_us", "p999_us")},
                     "throughput_ratio": ratio(found, base, "per_second"),
                     "cpu_ratio": ratio(found, base, "cpu_us")}
            for server, found in rows.items()}


MEMORY_KINDS = {
    "counter:<id>, small values": "INCR counter:<i>",
    "counter:<id>, large values": "INCRBY counter:<i> 1000000000",
    "with a lifetime": "SET counter:<i> 7 EX 100000",
    "16 opaque bytes": "SET counter:<i> k3Jx9-mQ2_vT7pZa",
}


def measure_memory(servers, generator, keys):
    """Resident bytes a key over the empty server: {kind: {server: bytes}}."""
    found = {}
    for kind, command in MEMORY_KINDS.items():
        for server in servers:
            only(server, servers)
            server.restart()
            time.sleep(0.3)
            empty = server.resident_bytes()
            generator.fill(server, keys, 64, command)
            time.sleep(3)  # allocators give back late what they do not need
            found.setdefault(kind, {})[server.name] = (server.resident_bytes() - empty) / keys
        for server in servers:
            server.restart()
    return found


def save(server):
    """Seconds a BGSAVE takes."""
    began = time.monotonic()
    server.call("BGSAVE")
    while server.info("rdb_bgsave_in_progress") == "1":
        time.sleep(0.01)
    return time.monotonic() - began


def measure_snapshot(server, generator, keys, rounds, seconds):
    """BGSAVE alone and under load, its dent in the throughput, its memory; then a restart."""
    server.restart()
    generator.fill(server, keys, 64, "INCR counter:<i>")
    idle = save(server)
    stop, peak = threading.Event(), [0]
    before = server.resident_bytes()

    def watch():
        while not stop.wait(0.05):
            peak[0] = max(peak[0], server.resident_bytes())

    watcher = threading.Thread(target=watch)
    watcher.start()
    dent = measure_dent(server, generator, keys, rounds, seconds, save)
    stop.set()
    watcher.join()
    files = sum(os.path.getsize(os.path.join(server.folder.name, name))
                for name in os.listdir(server.folder.name) if name.endswith(".rdb"))
    restart = server.restart()
    loaded = server.call("DBSIZE")
    return {"idle_save_s": idle, "busy_save_s": dent["took_s"],
            "worst_100ms_quiet": dent["worst_quiet"], "worst_100ms_saving": dent["worst_busy"],
            "worst_100ms_ratio": dent["worst_ratio"],
            "p999_quiet_us": dent["p999_quiet_us"], "p999_saving_us": dent["p999_busy_us"],
            "p999_ratio": dent["p999_ratio"],
            "extra_memory_mb": max(0, peak[0] - before) / 1e6, "file_mb": files / 1e6,
            "restart_s": restart, "keys_after_restart": loaded}


def measure_dent(server, generator, keys, rounds, seconds, work):
    """What `work(server)`, begun in the middle of a load of increments, does to it: medians of
    rounds, each of a quiet run and a busy one that are equally long. The worst 100 ms are shares
    of the quiet run's median; the ratios are those of the two runs of a round."""
    commands = [f"INCR counter:<n:{keys}>"]
    rows = []
    for _ in range(rounds):
        quiet = generator.load(server, 16, commands, seconds, timeline=True)
        took = []
        worker = threading.Timer(1.5, lambda t=took: t.append(work(server)))
        worker.start()
        busy = generator.load(server, 16, commands, seconds, timeline=True)
        worker.join()
        row = {"took_s": took[0], "worst_quiet": worst(quiet, quiet), "worst_busy": worst(busy, quiet),
               "p999_quiet_us": quiet["p999_us"], "p999_busy_us": busy["p999_us"]}
        row["worst_ratio"] = row["worst_busy"] / row["worst_quiet"] if row["worst_quiet"] else 0
        row["p999_ratio"] = row["p999_busy_us"] / row["p999_quiet_us"]
        rows.append(row)
    return {field: median(rows, field) for field in rows[0]}


def worst(run, quiet):
    """The worst 100 ms of a run as a share of the quiet run's median, the ends left out."""
    def windows(timeline):
        inner = timeline[25:-5]
        return [sum(inner[at:at + 5]) for at in range(0, max(0, len(inner) - 5))]
    typical = statistics.median(windows(quiet["timeline"]) or [1])
    return min(windows(run["timeline"]) or [0]) / typical
