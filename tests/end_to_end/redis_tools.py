#!/usr/bin/env python3
"""Redis's own tools against a server: redis_tools.py COMMAND, with {port} and {dir} in it.

redis-benchmark must run and report; redis-cli must behave in each of its modes as a user expects.
"""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RedisTools(unittest.TestCase):
    command = ""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="countd-tools-")
        cls.port = str(free_port())
        command = cls.command.replace("{port}", cls.port).replace("{dir}", cls.folder.name)
        cls.log = open(os.path.join(cls.folder.name, "server.log"), "wb")
        cls.server = subprocess.Popen(shlex.split(command), stdout=cls.log, stderr=cls.log)
        for _ in range(1000):
            if cls.cli("PING").stdout == "PONG\n":
                return
            time.sleep(0.02)
        raise RuntimeError("the server does not answer")

    @classmethod
    def tearDownClass(cls):
        cls.server.send_signal(signal.SIGTERM)
        cls.server.wait(30)
        cls.log.close()
        cls.folder.cleanup()

    @classmethod
    def cli(cls, *arguments, text=None, timeout=60):
        return subprocess.run(["redis-cli", "-p", cls.port, *arguments], input=text,
                              capture_output=True, text=True, timeout=timeout)

    def setUp(self):
        self.cli("FLUSHALL")

    def fill(self, count):
        lines = "".join(f"SET user:{i}:name name-{i}\nINCRBY counter:{i} {i}\n" for i in range(count))
        self.cli("--pipe", text=lines)

    def watch(self, *arguments, seconds=2.5):
        """What a mode that never ends has printed after a while."""
        process = subprocess.Popen(["stdbuf", "-oL", "redis-cli", "-p", self.port, *arguments],
                                   stdout=subprocess.PIPE, text=True)
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=10)
        return out

    def test_benchmark(self):
        for pipeline in ("1", "16", "64"):
            run = subprocess.run(
                ["redis-benchmark", "-p", self.port, "--csv", "-n", "20000", "-P", pipeline,
                 "-t", "ping,set,get,incr,mset", "-r", "1000"],
                capture_output=True, text=True, timeout=120)
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertNotRegex(run.stdout + run.stderr, "(?i)error")
            rows = {row.split('","')[0].strip('"'): float(row.split('","')[1])
                    for row in run.stdout.splitlines()[1:]}
            self.assertEqual(set(rows), {"PING_INLINE", "PING_MBULK", "SET", "GET", "INCR",
                                         "MSET (10 keys)"})
            self.assertGreater(min(rows.values()), 100)

    def test_quiet_benchmark_does_what_it_counts(self):
        requests = 19200  # a multiple of every pipeline: whole pipelines are sent
        for pipeline in ("1", "16", "64"):
            self.cli("FLUSHALL")
            run = subprocess.run(
                ["redis-benchmark", "-q", "-p", self.port, "-n", str(requests), "-P", pipeline,
                 "-t", "ping,set,get,incr,mset", "-r", "100"],
                capture_output=True, text=True, timeout=120)
            self.assertEqual(run.returncode, 0, run.stderr)
            lines = [line for line in run.stdout.splitlines() if "requests per second" in line]
            self.assertEqual([line.split(":")[0] for line in lines],
                             ["PING_INLINE", "PING_MBULK", "SET", "GET", "INCR", "MSET (10 keys)"])
            for line in lines:
                self.assertRegex(line, r": \d+\.\d+ requests per second, p50=\d+\.\d+ msec")
            counters = self.cli("--scan", "--pattern", "counter:*").stdout.split()
            self.assertLessEqual(len(counters), 100)
            values = self.cli("MGET", *counters).stdout.split()
            self.assertEqual(sum(map(int, values)), requests)
            commands = self.cli("INFO", "commandstats").stdout
            self.assertRegex(commands, r"cmdstat_mset:calls=\d+.*failed_calls=0")

    def test_replies_as_a_terminal_shows_them(self):
        self.assertEqual(self.cli("--no-raw", "INCR", "visits").stdout, "(integer) 1\n")
        self.assertEqual(self.cli("--no-raw", "GET", "visits").stdout, '"1"\n')
        self.assertEqual(self.cli("--no-raw", "GET", "none").stdout, "(nil)\n")
        self.assertEqual(self.cli("--no-raw", "MGET", "visits", "none").stdout,
                         '1) "1"\n2) (nil)\n')
        wrong = self.cli("-e", "INCR")
        self.assertNotEqual(wrong.returncode, 0)
        self.assertIn("wrong number of arguments", wrong.stdout + wrong.stderr)

    def test_csv_and_json(self):
        self.cli("MSET", "a", "1", "b", "x\"y")
        self.assertEqual(self.cli("--csv", "MGET", "a", "b").stdout, '"1","x\\"y"\n')
        self.assertEqual(json.loads(self.cli("--json", "MGET", "a", "b", "c").stdout),
                         ["1", 'x"y', None])
        self.assertEqual(json.loads(self.cli("--json", "CONFIG", "GET", "maxmemory").stdout),
                         {"maxmemory": "0"})

    def test_resp3(self):
        self.assertEqual(self.cli("-3", "--no-raw", "CONFIG", "GET", "maxmemory").stdout,
                         '1# "maxmemory" => "0"\n')
        self.assertRegex(self.cli("-3", "INFO", "server").stdout, r"redis_version:\d")
        self.assertEqual(self.cli("-3", "--no-raw", "GET", "none").stdout, "(nil)\n")
        self.assertEqual(self.cli("-3", "--no-raw", "COMMAND", "GETKEYSANDFLAGS", "GET", "k").stdout,
                         '1) 1) "k"\n   2) 1~ RO\n      2~ access\n')
        self.assertIn('3# "proto" => (integer) 3\n', self.cli("-3", "--no-raw", "HELLO").stdout)

    def test_json_of_either_protocol(self):
        self.cli("SET", "bytes", "x\u00e9")
        self.assertEqual(json.loads(self.cli("-2", "--json", "CONFIG", "GET", "maxmemory").stdout),
                         ["maxmemory", "0"])
        self.assertEqual(self.cli("--quoted-json", "GET", "bytes").stdout,
                         '"x\\\\xc3\\\\xa9"\n')
        self.assertEqual(json.loads(self.cli("--json", "INCR", "n").stdout), 1)

    def test_bigkeys_and_memkeys(self):
        self.fill(500)
        self.cli("SET", "giant", "x" * 100000)
        for mode in ("--bigkeys", "--memkeys"):
            out = self.cli(mode).stdout
            self.assertIn('"giant"', out)
            self.assertIn("Sampled 1001 keys in the keyspace!", out)
            self.assertRegex(out, r"1001 strings with \d+ bytes")
            biggest = re.search(r'(?m)^Biggest +string found .*giant.* has (\d+) bytes', out)
            self.assertIsNotNone(biggest, out)
            size = int(biggest[1])
            self.assertGreaterEqual(size, 100000)
            self.assertLess(size, 120000)

    def test_hotkeys(self):
        self.fill(100)
        self.cli("CONFIG", "SET", "maxmemory-policy", "allkeys-lfu")
        for _ in range(3):
            self.cli("--pipe", text="INCR counter:7\n" * 3000)
        out = self.cli("--hotkeys").stdout
        self.cli("CONFIG", "SET", "maxmemory-policy", "noeviction")
        self.assertIn("Sampled 200 keys in the keyspace!", out)
        hottest = re.findall(r"hot key found with counter: (\d+)\tkeyname: (\S+)", out)
        self.assertIn("counter:7", hottest[0][1])
        self.assertGreater(int(hottest[0][0]), 10)

    def test_pushes(self):
        lines = "CLIENT TRACKING on\nGET k\nSET k 1\nGET k\nFLUSHALL\nPING\n"
        shown = self.cli("-3", "--show-pushes", "yes", text=lines).stdout.split()
        self.assertEqual([word for word in shown if word != "(nil)"],
                         ["OK", "OK", "invalidate", "k", "1", "OK", "invalidate", "PONG"])

    def test_scan(self):
        self.fill(300)
        self.assertEqual(sorted(self.cli("--scan", "--pattern", "counter:1?").stdout.split()),
                         sorted(f"counter:{i}" for i in range(10, 20)))
        self.assertEqual(len(self.cli("--scan").stdout.split()), 600)

    def test_pipe(self):
        out = self.cli("--pipe", text="".join(f"INCR n\nSET k{i} {i}\n" for i in range(5000))).stdout
        self.assertIn("errors: 0, replies: 10000", out)
        self.assertEqual(self.cli("GET", "n").stdout, "5000\n")
        out = self.cli("--pipe", text="INCR n\nINCR\nINCR n\n")
        self.assertIn("errors: 1, replies: 3", out.stdout)

    def test_stat(self):
        self.fill(50)
        out = self.watch("--stat", "-i", "1")
        self.assertRegex(out, r"keys +mem +clients +blocked +requests +connections")
        self.assertRegex(out, r"(?m)^100 ")
        self.assertGreaterEqual(len(re.findall(r"^\d+ .*\(\+\d+\)", out, re.M)), 1, out)

    def test_latency(self):
        # Not to a terminal, it measures for a second and prints one line of numbers.
        out = self.cli("--latency", "-i", "1", "--raw").stdout
        least, most, mean, samples = out.split()[:4]
        self.assertLessEqual(float(least), float(mean))
        self.assertLessEqual(float(mean), float(most))
        self.assertGreater(int(samples), 10)

    def test_latency_history(self):
        out = self.watch("--latency-history", "-i", "1", "--csv", seconds=2)
        self.assertRegex(out, r"\d")
        spectrum = self.watch("--latency-dist", "-i", "1", seconds=2)
        self.assertGreater(len(spectrum), 20)

    def test_repeat_and_database(self):
        self.assertEqual(self.cli("-r", "3", "INCR", "n").stdout, "1\n2\n3\n")
        self.cli("-n", "5", "SET", "a", "5")
        self.assertEqual(self.cli("-n", "5", "DBSIZE").stdout, "1\n")
        self.assertEqual(self.cli("GET", "a").stdout, "\n")

    def test_standard_input(self):
        self.assertEqual(self.cli("-x", "SET", "from-input", text="some bytes").stdout, "OK\n")
        self.assertEqual(self.cli("GET", "from-input").stdout, "some bytes\n")
        session = self.cli(text='SET "a b" 1\nINCR "a b"\nGET none\n').stdout
        self.assertEqual(session, "OK\n2\n\n")

    def test_hints_have_what_they_need(self):
        docs = json.loads(self.cli("--json", "COMMAND", "DOCS", "incrby").stdout)
        self.assertEqual([argument["name"] for argument in docs["incrby"]["arguments"]],
                         ["key", "increment"])


if __name__ == "__main__":
    RedisTools.command = sys.argv.pop(1)
    unittest.main()
