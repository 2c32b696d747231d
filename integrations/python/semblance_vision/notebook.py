"""How a study looks in a notebook."""

from __future__ import annotations

import html
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .study import Study


def show(study: Study, height: int) -> Any:
    """The exported page in a frame, as an object that IPython displays."""
    try:
        from IPython.display import HTML
    except ImportError:
        raise ImportError("show() needs a notebook (IPython). study.export('page.html') writes the same page.") from None
    with tempfile.TemporaryDirectory() as folder:
        page = study.export(Path(folder) / "study.html").read_text(encoding="utf-8")
    return HTML(frame(page, study.name, height))


def frame(page: str, title: str, height: int) -> str:
    """A frame that holds a whole page, so that the notebook needs no file beside it.

    The page may run its scripts and open links, and has an origin of its own: it reaches nothing of the notebook. A frame
    of this kind resolves "#/view" against the notebook's address unless it is given its own as the base.
    """
    page = re.sub("(<head[^>]*>)", r'\1<base href="about:srcdoc">', page, count=1, flags=re.IGNORECASE)
    return (
        f'<iframe title="{html.escape(title)}" srcdoc="{html.escape(page)}" sandbox="allow-scripts allow-downloads '
        f'allow-popups" style="width: 100%; height: {int(height)}px; border: 1px solid #8884"></iframe>'
    )


def summary(study: Study) -> str:
    """The models of a study, and what can be read from it."""
    rows = []
    for model in study.models:
        cells = [html.escape(text) for text in (model.instrument, model.name, _figure(model.instrument, model.record))]
        rows.append("<tr>" + "".join(f'<td style="text-align: left">{cell}</td>' for cell in cells) + "</tr>")
    parts = ", ".join(
        f"{len(some)} {kind}"
        for kind, some in (("matrices", study.matrices), ("tables", study.tables), ("curves", study.curves))
        if some
    )
    return (
        f"<p><b>{html.escape(study.name)}</b> &nbsp; {html.escape(study.path.resolve().name)}, by {html.escape(study.software)}</p>"
        '<table><thead><tr><th style="text-align: left">instrument</th><th style="text-align: left">network or run</th>'
        f'<th style="text-align: left">in short</th></tr></thead><tbody>{"".join(rows)}</tbody></table>'
        f"<p>{parts}. <code>show()</code> opens the app here.</p>"
    )


def _figure(instrument: str, record: Any) -> str:
    """The one line that tells most of a network."""
    if instrument == "classes":
        found = [
            f"{reference}: Spearman {figures['spearman']:.3f}"
            for reference, figures in (record.get("alignment") or {}).items()
            if isinstance(figures, dict) and isinstance(figures.get("spearman"), (int, float))
        ]
        head = record.get("head") or {}
        return "; ".join([f"{head.get('classes', '?')} classes", *found])
    if instrument == "training":
        epochs = record.get("epochs") or []
        return f"{len(epochs)} epochs, {epochs[0]} to {epochs[-1]}" if epochs else "no epochs"
    if instrument == "representations":
        return f"{len(record.get('layers') or [])} layers"
    layer = record.get("layer")
    return f"layer {layer.get('name') if isinstance(layer, dict) else layer}"
