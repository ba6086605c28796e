"""The table of figures that the README shows, made of results.json."""

BEGIN = "<!-- figures: tools/bench --publish -->"
END = "<!-- end of figures -->"


def number(value, form="{:.2f}"):
    return "—" if value is None else form.format(value)


def rows(results):
    """[(what, {server: text})]."""
    found = []
    snapshot = results.get("snapshot", {})

    def add(what, values, form="{:.2f}"):
        if not values:
            return
        found.append((what, {name: number(value, form) for name, value in values.items()}))

    for kind, values in results.get("memory", {}).items():
        add(f"resident bytes a key: {kind}", values, "{:.1f}")
    for field, what in (("idle_save_s", "snapshot, idle: seconds"),
                        ("busy_save_s", "snapshot, under load: seconds"),
                        ("worst_100ms_quiet", "worst 100 ms of throughput, quiet"),
                        ("worst_100ms_saving", "… while a snapshot is saved"),
                        ("extra_memory_mb", "snapshot, under load: extra memory, MB"),
                        ("restart_s", "restart from it: seconds")):
        add(what, {name: row[field] for name, row in snapshot.items()})
    log = results.get("log")
    if log:
        add("log, `everysec`: bytes for each increment of one key", log["hot_bytes"], "{:.4f}")
        add("start from that log: seconds", log["start_s"])
        for field, what in (("worst_100ms_quiet", "log: worst 100 ms of throughput, quiet"),
                            ("worst_100ms_rewriting", "… while it is rewritten")):
            add(what, {name: row[field] for name, row in log["rewrite"].items()})
        for mode, workloads in log["throughput"].items():
            for name, values in workloads.items():
                pipeline = "pipeline 16" if name.endswith("16") else "one at a time"
                add(f"log, `{mode}`: INCR/s, {pipeline}",
                    {server: row["per_second"] for server, row in values.items()}, "{:,.0f}")
                add("… as a share of that without a log",
                    {server: row["per_second"] / values[f"{server}-without-log"]["per_second"]
                     for server, row in values.items() if f"{server}-without-log" in values})
    return found


def table(results):
    servers = results["servers"]
    lines = [f"| | {' | '.join(servers)} |", f"| --- |{' --: |' * len(servers)}"]
    for what, values in rows(results):
        lines.append(f"| {what} | {' | '.join(values.get(name, '—') for name in servers)} |")
    return "\n".join(lines)


def replaced(text, results):
    """The README's text with the table between the two marks."""
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n\n{table(results)}\n\n{END}{after}"
