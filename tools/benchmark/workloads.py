"""What is measured: requests as tools/bench_load spells them, and what has to be there first."""

COUNTERS = 1_000_000

# Groups of keys: [(requests, pipeline, command)].
FILL = {
    "counters": [(COUNTERS, 64, "INCR counter:<i>")],
    # Four thousand elements a key: past the sparse encoding.
    "sketches": [(40_000, 4, "PFADD visitors:<n:1000> " + " ".join(["<new>"] * 100))],
}

_TEN_COUNTERS = " ".join([f"counter:<n:{COUNTERS}>"] * 10)
_TEN_SKETCHES = " ".join(["visitors:<n:1000>"] * 10)

# name: (pipeline, [commands], group, what it is)
WORKLOADS = {
    "incr": (1, [f"INCR counter:<n:{COUNTERS}>"], "counters", "INCR, one at a time"),
    "incr_16": (16, [f"INCR counter:<n:{COUNTERS}>"], "counters", "INCR, pipeline 16"),
    "incr_64": (64, [f"INCR counter:<n:{COUNTERS}>"], "counters", "INCR, pipeline 64"),
    "hot_16": (16, ["INCR counter:hot"], "counters", "INCR of one key, pipeline 16"),
    "zipf_16": (16, [f"INCR counter:<zipf:{COUNTERS}>"], "counters", "INCR by Zipf, pipeline 16"),
    "get_16": (16, [f"GET counter:<n:{COUNTERS}>"], "counters", "GET, pipeline 16"),
    "mget": (1, ["MGET " + _TEN_COUNTERS], "counters", "MGET of ten"),
    "pfadd_16": (16, ["PFADD visitors:<n:1000> <new>"], "sketches", "PFADD, pipeline 16"),
    "pfcount_16": (16, ["PFCOUNT visitors:<n:1000>"], "sketches", "PFCOUNT, pipeline 16"),
    "pfcount_ten": (1, ["PFCOUNT " + _TEN_SKETCHES], "sketches", "PFCOUNT of ten"),
    "pfmerge": (1, ["PFMERGE merged:<n:10> visitors:<n:1000> visitors:<n:1000>"], "sketches",
                "PFMERGE of two"),
}
QUICK = ["incr", "incr_16", "incr_64", "hot_16", "get_16", "pfcount_ten"]
