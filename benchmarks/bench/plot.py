"""The ratios as bars, in SVG that can be read on light and on dark ground."""
import math
from xml.sax.saxutils import escape

from .results import FLOOR, OURS
from .scenarios import SCENARIOS
from .servers import TITLES

WIDTH = 920
COLUMNS = 2
GAP = 28
LABEL = 138  # of the server, left of its bar
VALUE = 44  # of the figure, right of it
BAR = 15
HEAD = 44
STYLE = """
    text { font: 12px system-ui, sans-serif; fill: #24292f }
    .title { font-weight: 600; font-size: 13px }
    .note { fill: #57606a; font-size: 11px }
    .ours { fill: #0969da } .floor { fill: #8c959f } .peer { fill: #bf8700 }
    .one { stroke: #57606a; stroke-dasharray: 2 4; opacity: .6 }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 } .note { fill: #9198a1 }
      .ours { fill: #4493f8 } .floor { fill: #6e7681 } .peer { fill: #d29922 }
      .one { stroke: #9198a1 }
    }
"""


def panels(results):
    """(name, title, [(server, ratio to Duplex)] from the cheapest on) of each scenario in which Duplex was measured."""
    drawn = []
    for name, scenario in SCENARIOS.items():
        key = "rss_slope" if scenario.idle else "cpu_us"
        ratios = [(server, results.ratio(name, server, OURS, key)) for server in results.servers()]
        ratios = sorted(((server, ratio) for server, ratio in ratios if ratio and ratio > 0), key=lambda pair: pair[1])
        if any(server == OURS for server, _ in ratios):
            drawn.append((name, scenario.title, ratios))
    return drawn


def draw(results):
    drawn = panels(results)
    column = (WIDTH - GAP * (COLUMNS - 1)) / COLUMNS
    body, top = [], 30
    for start in range(0, len(drawn), COLUMNS):
        row = drawn[start:start + COLUMNS]
        for index, panel in enumerate(row):
            body.append(_panel(panel, index * (column + GAP), top, column))
        top += HEAD + BAR * max(len(panel[2]) for panel in row) + GAP
    note = "Server CPU time per message (F: resident bytes per idle connection) as a ratio to Duplex, logarithmic; shorter is cheaper."
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" width="{WIDTH}" height="{top}" role="img">\n'
            f"  <title>{escape(note)}</title>\n  <style>{STYLE}  </style>\n"
            f'  <text class="note" x="0" y="14">{escape(note)}</text>\n' + "\n".join(body) + "\n</svg>\n")


def _panel(panel, left, top, width):
    name, what, ratios = panel
    least, most = min(0.9 * ratios[0][1], 0.5), max(ratio for _, ratio in ratios)
    room = width - LABEL - VALUE

    def x(ratio):
        return left + LABEL + room * math.log(ratio / least) / math.log(max(most, 1) / least)

    bottom = top + HEAD + BAR * len(ratios)
    parts = [f'  <text class="title" x="{left:.1f}" y="{top + 14}">{escape(name)}</text>',
             f'  <text class="note" x="{left:.1f}" y="{top + 30}">{escape(what)}</text>',
             f'  <line class="one" x1="{x(1):.1f}" x2="{x(1):.1f}" y1="{top + HEAD - 4}" y2="{bottom + 2}"/>']
    for index, (server, ratio) in enumerate(ratios):
        y = top + HEAD + BAR * index
        kind = "ours" if server.startswith(OURS) else "floor" if server.startswith(FLOOR) else "peer"
        end = x(ratio)
        parts.append(f'  <text x="{left + LABEL - 6:.1f}" y="{y + 11}" text-anchor="end">{escape(TITLES.get(server, server))}</text>'
                     f'<rect class="{kind}" x="{left + LABEL:.1f}" y="{y + 2}" width="{max(end - left - LABEL, 1):.1f}" height="{BAR - 4}" rx="2"/>'
                     f'<text class="note" x="{end + 5:.1f}" y="{y + 11}">{_ratio(ratio)}</text>')
    return "\n".join(parts)


def _ratio(ratio):
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"
