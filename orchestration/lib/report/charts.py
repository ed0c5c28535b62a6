"""The report's charts: rows in, SVG out. Colours are the page's CSS variables, so that a chart follows light, dark and print."""

import math
import re
from collections.abc import Sequence
from typing import Any

import altair as alt
import vl_convert

INK, MUTED, GRID = "var(--ink)", "var(--muted)", "var(--grid)"
ACCENT, SECOND, HEAT = "var(--accent)", "var(--second)", "var(--heat)"

Points = Sequence[dict[str, Any]]


def bars(points: Points, width: int = 470, height: int = 190, title: str = "") -> str:
    """Upright bars. Points: place, value, label (above the bar), said (when pointed at), faint (drawn pale)."""
    base = chart(points, width, height).encode(
        x=alt.X("place:N", sort=None, title=None, axis=alt.Axis(labelAngle=0, ticks=False)),
        y=alt.Y(
            "value:Q", title=title or None, axis=alt.Axis(tickCount=4, format="~s", domain=False, ticks=False)
        ),
    )
    bar = base.mark_bar(color=ACCENT, cornerRadiusTopLeft=2, cornerRadiusTopRight=2).encode(
        description="said:N", opacity=alt.condition("datum.faint", alt.value(0.4), alt.value(1))
    )
    return svg(bar + base.mark_text(dy=-7, color=INK, fontSize=11).encode(text="label:N"))


def lying_bars(points: Points, width: int = 330, unit: str = "", columns: int = 2) -> str:
    """Lying bars in panels beside each other. Points: panel, place, value (0 to 1), label, said."""
    height = alt.Step(22)
    base = chart(points, width, height).encode(
        y=alt.Y("place:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False, labelPadding=6)),
        x=alt.X("value:Q", title=unit or None, axis=None, scale=alt.Scale(domain=[0, 1.18 * top(points)])),
    )
    bar = base.mark_bar(color=ACCENT, cornerRadiusEnd=2, height=15).encode(description="said:N")
    text = base.mark_text(align="left", dx=5, color=INK, fontSize=11).encode(text="label:N")
    return svg(panels(bar + text, columns))


def top(points: Points) -> float:
    """The largest value, or 1 where all are nought."""
    return max((point["value"] for point in points), default=0) or 1


def areas(points: Points, columns: int = 3, width: int = 288, height: int = 58) -> str:
    """Small areas over time, a panel each with a scale of its own. Points: panel, day, value."""
    base = chart(points, width, height).encode(
        x=alt.X("day:T", scale=alt.Scale(type="utc"), title=None, axis=alt.Axis(format="%b", tickCount="month", labelFlush=True, labelOverlap=True, grid=False, ticks=False, domainColor=GRID)),
        y=alt.Y("value:Q", title=None, axis=alt.Axis(tickCount=2, format="~s", domain=False, ticks=False)),
    )  # fmt: skip
    drawn = base.mark_area(color=ACCENT, opacity=0.18, line={"color": ACCENT, "strokeWidth": 1.5})
    return svg(
        panels(drawn, columns, bounds="flush", spacing={"row": 46, "column": 44}).resolve_scale(
            y="independent"
        )
    )


def heat(
    points: Points,
    columns: Sequence[str],
    rows: Sequence[str],
    column_title: str,
    row_title: str,
    cell: tuple[int, int] = (44, 28),
    label_angle: int = 0,
) -> str:
    """Cells that are the stronger in colour the larger. Points: column, row, value (0 to 1), label (a line or two), said."""
    base = chart(points, alt.Step(cell[0]), alt.Step(cell[1])).encode(
        x=alt.X("column:N", sort=list(columns), scale=alt.Scale(domain=list(columns)), title=column_title or None,
                axis=alt.Axis(labelAngle=label_angle, orient="top", ticks=False, domain=False)),
        y=alt.Y("row:N", sort=list(rows), scale=alt.Scale(domain=list(rows)), title=row_title or None,
                axis=alt.Axis(ticks=False, domain=False, labelPadding=6)),
    )  # fmt: skip
    cells = base.mark_rect(color=HEAT, stroke="var(--paper)", strokeWidth=2).encode(
        description="said:N", opacity=alt.Opacity("value:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=[0.06, 0.95]))
    )  # fmt: skip
    lines = max((point["label"].count("\n") for point in points), default=0)
    text = base.mark_text(color=INK, fontSize=11, lineBreak="\n", lineHeight=14, dy=-7 * lines)
    return svg(cells + text.encode(text="label:N"))


def dial(share: float, threshold: float, label: str, below: str, mark: str) -> str:
    """Half a circle, filled up to the share, with a mark at the threshold; label, below and mark are its words."""
    half = math.pi / 2
    angle = math.pi * (1 - threshold)

    def arc(start: float, end: float, colour: str, inner: int, outer: int) -> alt.Chart:
        points = [{"start": -half + start * 2 * half, "end": -half + end * 2 * half}]
        drawn = chart(points, 330, 190).mark_arc(
            innerRadius=inner, outerRadius=outer, color=colour, x=165, y=160
        )
        return drawn.encode(theta=alt.Theta("start:Q", scale=None), theta2="end:Q")

    def words(text: str, x: float, y: float, **style: Any) -> alt.Chart:
        return chart([{"text": text}], 330, 190).mark_text(x=x, y=y, **style).encode(text="text:N")

    return svg(
        arc(0, 1, GRID, 100, 140)
        + arc(0, share, ACCENT, 100, 140)
        + arc(max(threshold - 0.004, 0), min(threshold + 0.004, 1), INK, 94, 146)
        + words(label, 165, 138, fontSize=40, fontWeight="bold", color=INK)
        + words(below, 165, 164, fontSize=13, color=MUTED)
        + words(mark, 165 + 172 * math.cos(angle), 158 - 158 * math.sin(angle), fontSize=12, color=MUTED)
        + words("0 %", 45, 174, fontSize=12, color=MUTED)
        + words("100 %", 285, 174, fontSize=12, color=MUTED)
    )


def dots(points: Points, low: float, width: int = 330) -> str:
    """A dot per value on a line from `low` to 1. Points: place, value, kind, said."""
    kinds = list(dict.fromkeys(point["kind"] for point in points))
    drawn = chart(points, width, alt.Step(15)).mark_point(filled=True, size=95, opacity=0.9).encode(
        y=alt.Y("place:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False, grid=True, labelPadding=8)),
        x=alt.X("value:Q", title=None, scale=alt.Scale(domain=[low, 1], nice=False), axis=alt.Axis(tickCount=5, domain=False, ticks=False)),
        color=alt.Color("kind:N", sort=kinds, title=None, scale=alt.Scale(domain=kinds, range=[ACCENT, SECOND, MUTED][: len(kinds)]), legend=alt.Legend(orient="top")),
        shape=alt.Shape("kind:N", sort=kinds, scale=alt.Scale(domain=kinds, range=["circle", "diamond", "triangle-up"][: len(kinds)])),
        yOffset=alt.YOffset("kind:N", sort=kinds),
        description="said:N",
    )  # fmt: skip
    return svg(drawn)


def chart(points: Points, width: Any, height: Any) -> alt.Chart:
    """A chart over these points, which travel inside it."""
    return alt.Chart(alt.InlineData(values=list(points)), width=width, height=height)


def panels(drawn: alt.Chart | alt.LayerChart, columns: int, **more: Any) -> alt.FacetChart:
    """One panel for each value of `panel`, in the order in which they come."""
    data, drawn.data = drawn.data, alt.Undefined
    order = list(dict.fromkeys(point["panel"] for point in data.values))
    for layer in getattr(drawn, "layer", ()):
        layer.data = alt.Undefined
    header = alt.Header(labelFontSize=12, labelFontWeight="bold", labelAnchor="start", labelColor=INK)
    return alt.FacetChart(
        data=data,
        spec=drawn,
        facet=alt.Facet("panel:N", sort=order, title=None, header=header),
        columns=columns,
        **more,
    )


def svg(drawn: Any) -> str:
    """The chart as SVG that scales, speaks when pointed at, and has the same bytes for the same data."""
    styled = drawn.configure(
        background="transparent",
        font="Arial",
        axis=alt.AxisConfig(labelColor=MUTED, titleColor=MUTED, titleFontWeight="normal", labelFontSize=11,
                            titleFontSize=11, gridColor=GRID, tickColor=GRID, domainColor=GRID),
        legend=alt.LegendConfig(labelColor=INK, labelFontSize=12),
        view=alt.ViewConfig(stroke=None),
    )  # fmt: skip
    text = vl_convert.vegalite_to_svg(styled.to_dict())
    # what a chart says of a mark to a screen reader, it also says to who points at it
    text = re.sub(
        r'(<path aria-label="([^"]+)" role="graphics-symbol"[^>]*?)/>', r"\1><title>\2</title></path>", text
    )
    text = re.sub(
        r"-?\d+\.\d{3,}(?:e-\d+)?", lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), text
    )
    text = re.sub(r' font-family="[^"]*"', "", text)
    width = re.search(r'width="([\d.]+)"', text)[1]
    return re.sub(r'width="[\d.]+" height="[\d.]+"', f'style="width:{float(width):.0f}px"', text, count=1)
