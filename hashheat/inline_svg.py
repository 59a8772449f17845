"""A figure as an SVG element that stands in a page beside others."""

import io
import re
from typing import Any

from hashheat.components.plot_style import styled

#: Of what is drawn in pixels, such as fields of temperature.
_DPI = 160


@styled
def inline_svg(figure: Any, name: str, title: str) -> str:
    """SVG element for inlining: ids made unique for the page, no metadata, scales to its container.

    Parameters
    ----------
    figure : matplotlib Figure
    name : str
        Prefix of the ids, one for each figure of the page.
    title : str
        What a reader who cannot see it is told.
    """
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None}, dpi=_DPI)
    text = out.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'\bid="', f'id="{name}-', text)
    text = re.sub(r'xlink:href="#', f'xlink:href="#{name}-', text)
    text = text.replace("url(#", f"url(#{name}-")
    head, rest = text.split(">", 1)
    head = re.sub(r'\s(width|height)="[^"]*"', "", head)
    return f'{head} role="img" aria-label="{title}">{rest}'
