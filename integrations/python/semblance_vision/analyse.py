"""The instruments from Python: what they need is written into files, and the command line is called."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from .command_line import run
from .logger import write_safetensors
from .study import Study, read_study

# Between two lines of progress, in seconds.
_EVERY = 5.0


def classes(
    model: Any,
    labels: str | os.PathLike[str] | Sequence[str] | None = None,
    *,
    name: str | None = None,
    out: str | os.PathLike[str] | None = None,
    options: Sequence[str] = (),
    quiet: bool = False,
) -> Study:
    """Which classes a classifier makes alike, from its weights alone.

    model:   a PyTorch module; a state dict (name -> tensor or array); one array [C, D], a row for each class; the path of
             a model file; or a dictionary of any of these but arrays, {"a": a, "b": b}, to compare networks.
    labels:  what the rows are: the name of a set that Semblance knows ("imagenet-1k", "cifar-10"), a file, or the names
             (or WordNet ids) in order. Without them nothing is measured against WordNet, but for 1000 and 1001 classes.
    name:    of the network, where there is one; default: that of its file, else "model".
    out:     folder of the study; default: semblance-studies/NAME-HASH here.
    options: further words for `semblance classes`, such as ["--ci", "1000"].
    quiet:   do not print the report.
    Raises CommandError where the command line is not found or refuses.
    """
    if name is None:
        name = Path(model).stem if isinstance(model, (str, os.PathLike)) else "model"
    models = dict(model) if _is_several(model) else {name: model}
    with tempfile.TemporaryDirectory() as folder:
        words: list[str] = []
        for (key, each), file in zip(models.items(), _file_names(models)):
            words += [_model_file(each, key, Path(folder) / file), "--name", key]
        if labels is not None:
            words += ["--labels", _labels_file(labels, Path(folder))]
        return _study("classes", words, "-".join(models), out, options, quiet)


def training(
    runs: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    labels: str | os.PathLike[str] | Sequence[str] | None = None,
    *,
    out: str | os.PathLike[str] | None = None,
    options: Sequence[str] = (),
    quiet: bool = False,
) -> Study:
    """How class similarity grew in one training run or several.

    runs:   folders that SemblanceLogger or a callback wrote, or of plain checkpoints.
    labels, out, options, quiet: as of `classes`; a logged run knows its labels. The command is `semblance training`.
    """
    folders = [os.fspath(run) for run in ([runs] if isinstance(runs, (str, os.PathLike)) else runs)]
    name = "-".join(Path(folder).resolve().name for folder in folders)
    with tempfile.TemporaryDirectory() as folder:
        named = [] if labels is None else ["--labels", _labels_file(labels, Path(folder))]
        return _study("training", [*folders, *named], name, out, options, quiet)


def compare(
    models: Mapping[str, Any],
    loader: str | os.PathLike[str] | Iterable[Any] | Mapping[str, Iterable[Any]],
    layers: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    *,
    features: str | os.PathLike[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    writer: Mapping[str, Any] | None = None,
    options: Sequence[str] = (),
    quiet: bool = False,
) -> Study:
    """Which images are alike to each of several networks, wherever their content stands in the frame.

    models:   name -> module that takes one batch of images [n, C, H, W]. They are run in eval mode, without gradients, on
              the device of their weights, and left as they were.
    loader:   batches for all of them, read once: (images,), (images, labels), (images, labels, ids), or a dictionary with
              "pixel_values" or "image", "labels" or "label", "id" or "path". Paths of files that exist are turned into the
              hash of their content; without ids an image is known by the hash of its pixels.
              Or name -> loader, where networks see different preprocessing: each must give ids.
              Or the path of a folder or list of pictures, where all models are paths of ONNX files, which the command
              line then runs itself.
    layers:   names of modules, for all or by network; default: `suggest_layers`. Of ONNX files, names of graph layers;
              default: four by depth.
    features: folder where the features are kept; default: they are removed when the study is written.
    writer:   further arguments for FeatureWriter, such as {"describe": ...}.
    out, options, quiet: as of `classes`; the command is `semblance representations`.
    """
    if not models:
        raise ValueError("compare: there is no model")
    paths = [isinstance(value, (str, os.PathLike)) for value in models.values()]
    if all(paths) and isinstance(loader, (str, os.PathLike)):
        return _compare_files(models, os.fspath(loader), layers, out, options, quiet)
    if any(paths) or isinstance(loader, (str, os.PathLike)):
        raise TypeError("compare: paths of ONNX files go with a folder of pictures, PyTorch modules with a loader")
    if isinstance(loader, Mapping) and set(loader) != set(models):
        raise ValueError(f"compare: loaders are for {sorted(loader)}, models are {sorted(models)}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary if features is None else features)
        folder.mkdir(parents=True, exist_ok=True)
        # Numbered where names come to the same, such as "a/b" and "a b".
        files = {name: folder / f"{each}.safetensors" for name, each in zip(models, _file_names(models))}
        if isinstance(loader, Mapping):
            for name, model in models.items():
                _write_features({name: model}, loader[name], layers, files, writer, quiet, True)
        else:
            _write_features(models, loader, layers, files, writer, quiet, False)
        words = [word for name, file in files.items() for word in (str(file), "--name", name)]
        return _study("representations", words, "-".join(models), out, options, quiet)


def _compare_files(
    models: Mapping[str, Any], images: str, layers: Any, out: Any, options: Sequence[str], quiet: bool
) -> Study:
    words = ["--images", images]
    if layers is None and not {"--depth", "--layers"} & set(options):
        words += ["--depth", "4"]
    for name, file in models.items():
        words += [os.fspath(file), "--name", name]
        found = _layers_of(name, layers)
        if found is not None:
            words += ["--layers", ",".join(found)]
    return _study("representations", words, "-".join(models), out, options, quiet)


def _study(
    command: str,
    words: Sequence[str],
    name: str,
    out: str | os.PathLike[str] | None,
    options: Sequence[str],
    quiet: bool,
) -> Study:
    """Calls the command and opens what it wrote."""
    if out is None:
        digest = hashlib.sha256(repr(list(options)).encode())
        for word in words:
            digest.update(b"\0" + (_digest(word) if os.path.exists(word) else word.encode()))
        out = Path("semblance-studies") / f"{_file_name(name)[:60]}-{digest.hexdigest()[:8]}"
    run([command, *words, *options, "--out", str(out), "--no-open"], quiet=quiet)
    return read_study(out)


def _digest(path: str) -> bytes:
    """What a file holds; of a folder the names, sizes and times of what is in it."""
    digest = hashlib.sha256()
    if os.path.isdir(path):
        for file in sorted(Path(path).rglob("*")):
            told = file.lstat()
            digest.update(f"{file.relative_to(path)}\0{told.st_size}\0{told.st_mtime_ns}\0".encode())
    elif os.path.isfile(path):
        with open(path, "rb") as opened:
            for block in iter(lambda: opened.read(1 << 20), b""):
                digest.update(block)
    return digest.digest()


def _is_several(model: Any) -> bool:
    """Whether a dictionary holds networks; one of tensors or arrays is a state dict."""
    if not isinstance(model, Mapping) or not model:
        return False
    return not any(hasattr(value, "shape") for value in model.values())


def _model_file(model: Any, name: str, path: Path) -> str:
    """The file of a model: its own, or one written at `path` with the ending of its format."""
    if isinstance(model, (str, os.PathLike)):
        return os.fspath(model)
    if hasattr(model, "state_dict"):
        model = model.state_dict()
    if isinstance(model, Mapping):
        arrays = {key: _array(value) for key, value in model.items() if hasattr(value, "shape")}
        arrays = {key: value for key, value in arrays.items() if value.dtype.kind == "f"}
        if not arrays:
            raise ValueError(f"{name}: the state dict holds no floating-point tensors")
        write_safetensors(f"{path}.safetensors", arrays)
        return f"{path}.safetensors"
    array = _array(model)
    if array.ndim != 2:
        raise ValueError(f"{name}: the array has shape {array.shape}; [classes, features] was expected")
    np.save(f"{path}.npy", array.astype(np.float32, copy=False))
    return f"{path}.npy"


def _array(value: Any) -> np.ndarray:
    """A tensor or an array in NumPy; bfloat16 and float64 in single precision, which is what is read of them."""
    if hasattr(value, "detach"):
        value = value.detach().cpu()
        value = (value.float() if value.is_floating_point() else value).numpy()
    array = np.asarray(value)
    return array.astype(np.float32) if array.dtype.kind == "f" and array.dtype != np.float16 else array


def _labels_file(labels: Any, folder: Path) -> str:
    if isinstance(labels, (str, os.PathLike)):
        return os.fspath(labels)
    path = folder / "labels.json"
    path.write_text(json.dumps([str(label) for label in labels], ensure_ascii=False), encoding="utf-8")
    return str(path)


def _file_name(name: str) -> str:
    return re.sub(r"[^\w.+-]+", "-", name).strip("-.") or "model"


def _file_names(names: Iterable[str]) -> list[str]:
    """A file name for each, with a number where several would have the same."""
    found = [_file_name(name) for name in names]
    low = [name.lower() for name in found]
    return [f"{i + 1}-{name}" if low.count(name.lower()) > 1 else name for i, name in enumerate(found)]


def _write_features(
    models: Mapping[str, Any],
    loader: Iterable[Any],
    layers: Any,
    files: Mapping[str, Path],
    options: Mapping[str, Any] | None,
    quiet: bool,
    needs_ids: bool,
) -> None:
    """Runs the networks side by side over one loader, so that they see the same images whatever it draws."""
    import torch

    from .features import FeatureWriter
    from .layers import suggest_layers

    names = {name: _layers_of(name, layers) or suggest_layers(model) for name, model in models.items()}
    flags = [(module, module.training) for model in models.values() for module in model.modules()]
    started = told = time.monotonic()
    count = 0
    try:
        with ExitStack() as stack, torch.no_grad():
            writers = {}
            for name, model in models.items():
                model.eval()
                made = FeatureWriter(str(files[name]), model, names[name], **(options or {}))
                writers[name] = stack.enter_context(made)
            for batch in loader:
                images, labels, given = _parts(batch)
                ids, shown = _ids(images, given, needs_ids)
                for name, model in models.items():
                    weight = next(model.parameters(), None)
                    output = model(images if weight is None else images.to(weight.device))
                    writers[name].add(output, ids=ids, names=shown, labels=labels)
                count += len(images)
                if not quiet and time.monotonic() - told > _EVERY:
                    told = time.monotonic()
                    print(f"{', '.join(models)}: {count} images in {told - started:.0f} s", file=sys.stderr, flush=True)
            if count == 0:
                raise ValueError("compare: the loader gave no batch")
    finally:
        for module, flag in flags:
            module.training = flag


def _layers_of(name: str, layers: Any) -> list[str] | None:
    if isinstance(layers, str):
        raise TypeError(f"layers is the text {layers!r}; a list of names was expected")
    found = layers.get(name) if isinstance(layers, Mapping) else layers
    return None if found is None else list(found)


def _parts(batch: Any) -> tuple[Any, Any, Any]:
    """Images, labels and ids of a batch; None for what it does not have."""
    if isinstance(batch, Mapping):
        images, labels, ids = (
            next((batch[key] for key in keys if key in batch), None)
            for keys in (
                ("pixel_values", "image", "images"),
                ("labels", "label", "target", "targets"),
                ("id", "ids", "path", "paths"),
            )
        )
        if images is None:
            raise ValueError(f"compare: the batch has {', '.join(map(str, batch))}; pixel_values or image was expected")
        return images, labels, ids
    if isinstance(batch, (tuple, list)):
        return (*batch, None, None)[:3]
    return batch, None, None


def _ids(images: Any, given: Any, needed: bool) -> tuple[list[str], list[str] | None]:
    """Ids of a batch, and names where the ids came as paths."""
    from .features import content_id

    if given is not None:
        told = [str(value.item() if hasattr(value, "item") else value) for value in given]
        return [content_id(value) if os.path.isfile(value) else value for value in told], told
    if needed:
        raise ValueError("compare: with a loader for each network, batches must be (images, labels, ids or paths), so that "
                         "it is certain that the networks saw the same pictures in the same order")
    pixels = images.detach().cpu().float().numpy()
    return [hashlib.sha256(np.ascontiguousarray(image).tobytes()).hexdigest() for image in pixels], None
