"""Which layers of a network are worth comparing."""

from __future__ import annotations

import re
from typing import Any

# Modules that make or carry feature maps, by the names of their classes in PyTorch, timm and Transformers.
_MAKES_MAPS = re.compile(r"conv|norm|attention|attn", re.IGNORECASE)
# A part that holds more than this share of the weights of a row of parts is the network; the others stand around it.
_MOST_OF_ALL = 0.9


def suggest_layers(model: Any, count: int = 4) -> list[str]:
    """Names of modules from shallow to deep, for FeatureWriter and `compare`.

    The stages or blocks that follow one another and hold most of the weights: layer1 ... layer4 of a ResNet, features.1 ...
    of a ConvNeXt, blocks.N of a timm transformer, encoder.layer.N of a Hugging Face one. Of more than `count` of them,
    `count` at even steps, the last one always among them. timm's own list (`feature_info`) wins where there is one.

    model: a PyTorch module, or anything with `named_modules()` whose modules have `parameters(recurse)`.
    Raises ValueError where no such row of parts is found; name layers yourself then.
    """
    if count < 1:
        raise ValueError(f"count is {count}; at least 1 was expected")
    modules = dict(model.named_modules())
    told = [name for name in _timm_names(model) if name in modules]
    if told:
        return _even(told, count)
    sizes = {name: sum(int(value.numel()) for value in module.parameters()) for name, module in modules.items()}
    rows: dict[tuple[str, str], list[str]] = {}
    for name in modules:
        # Names that differ by the number at their end stand in one row: features.0, features.1; layer1, layer2.
        parent, _, last = name.rpartition(".")
        stem = re.sub(r"\d+$", "", last)
        if stem != last and sizes[name] > 0:
            rows.setdefault((parent, stem), []).append(name)
    best: list[str] = []
    most = 0
    for names in rows.values():
        total = sum(sizes[name] for name in names)
        if len(names) < 2 or max(sizes[name] for name in names) > _MOST_OF_ALL * total:
            continue
        # A classifier of several linear layers is a row, too, and in VGG the heaviest one.
        carrying = [name for name in names if _makes_maps(name, modules)]
        if len(carrying) >= 2 and total > most:
            best, most = carrying, total
    if not best:
        shown = ", ".join(name for name, size in sizes.items() if name and size > 0) or "none with weights"
        raise ValueError(f"no row of stages or blocks was found; give layers=[...] from these modules: {shown[:400]}")
    return _even(best, count)


def _timm_names(model: Any) -> list[str]:
    found = getattr(model, "feature_info", None)
    if hasattr(found, "module_name"):
        return list(found.module_name())
    return [entry["module"] for entry in found or [] if isinstance(entry, dict) and "module" in entry]


def _makes_maps(name: str, modules: dict[str, Any]) -> bool:
    inside = name + "."
    return any(
        _MAKES_MAPS.search(type(module).__name__)
        for other, module in modules.items()
        if other == name or other.startswith(inside)
    )


def _even(names: list[str], count: int) -> list[str]:
    if len(names) <= count:
        return names
    return [names[round((step + 1) * len(names) / count) - 1] for step in range(count)]
