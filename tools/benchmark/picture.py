"""The results as a picture: for each workload a bar a server, by throughput against the first."""

from workloads import WORKLOADS

COLOURS = ["#9aa4b2", "#2f6fde", "#37a06f", "#c9792b", "#8a5bd0"]
BAR, GAP, LEFT, WIDTH = 14, 14, 250, 860


def escape(text):
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def draw(results):
    servers = results["servers"]
    rows = [(name, row) for name, row in results["workloads"].items() if row]
    longest = max((value["throughput_ratio"] or 0 for _, row in rows for value in row.values()),
                  default=1)
    scale = (WIDTH - LEFT - 150) / max(longest, 1)
    lines, at = [], 64
    for name, row in rows:
        lines.append(f'<text x="{LEFT - 12}" y="{at + BAR}" text-anchor="end">'
                     f'{escape(WORKLOADS[name][3])}</text>')
        for index, server in enumerate(servers):
            value = row.get(server)
            if not value:
                continue
            width = max(1, (value["throughput_ratio"] or 0) * scale)
            label = f'{value["per_second"] / 1000:,.0f}k/s'
            if index:
                label += f' · {value["throughput_ratio"]:.2f}×'
            lines.append(f'<rect x="{LEFT}" y="{at}" width="{width:.0f}" height="{BAR}" rx="2" '
                         f'fill="{COLOURS[index % len(COLOURS)]}"/>'
                         f'<text x="{LEFT + width + 6:.0f}" y="{at + BAR - 3}" '
                         f'font-size="11">{label}</text>')
            at += BAR + 3
        at += GAP
    legend = "".join(
        f'<rect x="{LEFT + index * 130}" y="34" width="12" height="12" rx="2" '
        f'fill="{COLOURS[index % len(COLOURS)]}"/>'
        f'<text x="{LEFT + index * 130 + 18}" y="45">{escape(server)}</text>'
        for index, server in enumerate(servers))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{at + 24}" '
            f'font-family="system-ui, sans-serif" font-size="13" fill="#222">\n'
            f'<rect width="100%" height="100%" fill="#fff"/>\n'
            f'<text x="16" y="22" font-weight="600">Throughput, server on one core '
            f'({escape(results["machine"])})</text>\n{legend}\n' + "\n".join(lines) +
            f'\n<text x="16" y="{at + 12}" font-size="11" fill="#666">'
            f'{escape(results["date"])}: medians of {results["rounds"]} rounds; '
            f'tools/bench reproduces it</text>\n</svg>\n')
