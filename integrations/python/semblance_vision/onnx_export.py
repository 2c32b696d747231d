"""Exports a PyTorch model as Semblance runs it."""

from __future__ import annotations

import inspect
import os
from typing import Any

# The newest that every PyTorch from 1.13 on writes, and the first with LayerNormalization as one operator.
OPSET = 17


def export_onnx(
    model: Any,
    path: str | os.PathLike[str],
    size: int | tuple[int, int] = 224,
    *,
    channels: int = 3,
    opset: int = OPSET,
) -> str:
    """Writes a PyTorch model as ONNX: input "input" of batch x channels x height x width, output "logits", any batch.

    model: called with one batch of images; of a tuple, a dictionary or a Hugging Face output the logits, or else the first
           tensor, become the output. It is exported in eval mode and left as it was.
    size:  height and width of the images in pixels; one number for both.
    Returns the path. `semblance representations PATH --images DIR` runs it; give its preprocessing with --mean and --std,
    or keep its preprocessor_config.json beside it.
    """
    import torch

    from .features import _first_tensor

    height, width = (size, size) if isinstance(size, int) else size
    first = next(model.parameters(), None)
    images = torch.rand(2, channels, height, width)
    if first is not None:
        images = images.to(first.device, first.dtype if first.dtype.is_floating_point else images.dtype)

    class Logits(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, batch: Any) -> Any:
            return _first_tensor(self.model(batch))

    training = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.no_grad():
            output = model(images)
            if _first_tensor(output) is None:
                raise ValueError(f"the model returned {type(output).__name__}, which holds no tensor")
            whole = model if isinstance(output, torch.Tensor) else Logits()
            options: dict[str, Any] = {
                "input_names": ["input"],
                "output_names": ["logits"],
                "dynamic_axes": {"input": {0: "batch"}, "logits": {0: "batch"}},
                "opset_version": opset,
            }
            # The exporter by tracing needs no further package and keeps the names of weights.
            if "dynamo" in inspect.signature(torch.onnx.export).parameters:
                options["dynamo"] = False
            torch.onnx.export(whole, images, os.fspath(path), **options)
    finally:
        for module, flag in training:
            module.training = flag
    return os.fspath(path)
