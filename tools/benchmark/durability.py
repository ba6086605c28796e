"""The log of changes, measured: what it costs, what it writes, how a start from it and a rewrite go.

Servers are started anew with what Redis and countd both understand, so that each compares with
itself without a log and with the others in the same mode."""

import statistics
import time

import measure
from servers import Server, only

LOG = "--appendonly yes --appendfsync {mode} --auto-aof-rewrite-percentage 0"
MODES = {"everysec": ["incr_16"], "always": ["incr", "incr_16"]}
HOT_INCREMENTS = 1_000_000
STARTS = 3
REWRITES = 3


def with_log(servers, mode):
    return [Server(server.name, f"{server.command} {LOG.format(mode=mode)}", server.core)
            for server in servers]


def measure_log(servers, generator, keys, rounds, seconds):
    """{"throughput": {mode: {workload: rows}}, "hot_bytes", "start_s", "rewrite": {server: …}}."""
    found = {"throughput": {}}
    for mode, workloads in MODES.items():
        # The last server again, without a log: what the log costs it.
        plain = Server(f"{servers[-1].name}-without-log", servers[-1].command, servers[-1].core)
        rows = started([*with_log(servers, mode), plain], lambda group, names=workloads: {
            name: measure.measure_workload(name, group, generator, rounds, seconds)
            for name in names})
        found["throughput"][mode] = rows
    for name, step in (("hot_bytes", hot_bytes), ("start_s", start_seconds),
                       ("rewrite", rewrite)):
        found[name] = started(with_log(servers, "everysec"), lambda group, one=step: {
            server.name: one(server, group, generator, keys) for server in group})
    return found


def started(servers, step):
    try:
        for server in servers:
            server.start()
        return step(servers)
    finally:
        for server in servers:
            server.stop()


def settle(server):
    """Until an interval of the log has passed and what was written in it is there."""
    time.sleep(2)
    while server.info("aof_rewrite_in_progress") == "1":
        time.sleep(0.01)


def hot_bytes(server, group, generator, _):
    """Bytes written for each increment of one key."""
    only(server, group)
    before = int(server.info("aof_current_size"))
    generator.fill(server, HOT_INCREMENTS, 16, "INCR counter:hot")
    settle(server)
    return (int(server.info("aof_current_size")) - before) / HOT_INCREMENTS


def start_seconds(server, group, generator, keys):
    """From a log of one increment for each of `keys`, on 100,000 counters."""
    only(server, group)
    generator.fill(server, keys, 64, "INCR counter:<n:100000>")
    settle(server)
    return statistics.median(server.restart() for _ in range(STARTS))


def rewrite(server, group, generator, keys):
    """A rewrite under load: its dent in the throughput beside that of the log alone."""
    only(server, group)
    generator.fill(server, keys, 64, "INCR counter:<i>")
    settle(server)
    dent = measure.measure_dent(server, generator, keys, REWRITES, 8, rewrite_once)
    return {"rewrite_s": dent["took_s"], "worst_100ms_quiet": dent["worst_quiet"],
            "worst_100ms_rewriting": dent["worst_busy"], "worst_100ms_ratio": dent["worst_ratio"]}


def rewrite_once(server):
    """Seconds a BGREWRITEAOF takes."""
    began = time.monotonic()
    server.call("BGREWRITEAOF")
    while server.info("aof_rewrite_in_progress") == "1":
        time.sleep(0.01)
    return time.monotonic() - began
