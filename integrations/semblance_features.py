"""Writes what a PyTorch vision model makes of images, so that Semblance can compare it without running the model.

One file to paste beside your script. Needs NumPy and PyTorch (timm and Hugging Face models are PyTorch modules). Python 3.8
or later.

    from semblance_features import FeatureWriter, content_id

    with FeatureWriter("features.safetensors", model, ["layer3", "layer4"]) as writer:
        model.eval()
        with torch.no_grad():
            for images, targets, paths in loader:
                writer.add(model(images), ids=[content_id(p) for p in paths], names=paths, labels=targets)

    semblance representations features.safetensors

What the file holds (safetensors, float32):

    one array a layer     N x C x H x W, N x H x W x C or N x T x D (tokens), under the module's name
    logits                N x K, where the model's output was added
    head.weight, .bias    of the last linear layer, K x D
    __metadata__.samples  id, name and label of each sample, in order
    __metadata__.layers   of each layer its layout ("nchw", "nhwc", "ntd"), the rows and columns of its map or of the
                          patches among its tokens (grid), the tokens before the patches (tokens), and how it was pooled:
                          "mean" of the positions, or "first", the token before the patches
    __metadata__.input    height and width of the images that entered the model

All this is told by the modules that ran, by the width of the classifier, and by a probe: when the first batch is added, the
model runs once more on two images of twice the width, without gradients, in eval mode and without hooks, and what changes
in the shapes tells axes apart. What it cannot tell is asked for where it is needed, and else left to the reader:

    FeatureWriter(path, model, ["encoder"], describe={"encoder": {"layout": "ntd", "grid": (25, 34), "tokens": 1}})

Layouts that may be described are those of the file and "tnd" (tokens first) and "ndt", which are turned into "ntd".

Two files are compared only where their ids agree, sample by sample: give the SHA-256 of each image file (`content_id`),
which is also what Semblance computes when it runs a model itself.

For the concepts instrument, `patches` cuts images as it expects them: all patches of the first image, row by row, then
those of the next.

    with FeatureWriter("patches.safetensors", model, ["layer4"], pool=True, patches=patch_geometry(224, 64)) as writer:
        for images, paths in loader:
            writer.add(model(patches(images, size=64)), ids=patch_ids([content_id(p) for p in paths], 16))

`pool=True` makes one vector a sample: the mean of a map's positions; of tokens the first where there are some before the
patches (CLS), as the classifier reads it, else their mean. The rule taken is written down.
"""

import hashlib
import json
import os
import struct
import tempfile

import numpy as np

__version__ = "2"


def content_id(path):
    """SHA-256 of a file, in lower-case hexadecimal."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def patch_ids(ids, per_image):
    """Ids of the patches of images, in the order of `patches`."""
    return ["%s#%d" % (image, patch) for image in ids for patch in range(per_image)]


def patch_geometry(side, size=64, stride=None):
    """How patches lie in square images of `side` pixels, for FeatureWriter to write down, so that they can be shown."""
    return {"side": side, "size": size, "stride": int(size * 0.8) if stride is None else stride}


def patches(images, size=64, stride=None, resize=None):
    """Overlapping square patches of N x C x S x S images, each enlarged to the size of the model's input.

    stride: pixels between patches; by default four fifths of `size`, rounded down.
    resize: side that each patch is enlarged to; by default S. Bilinear, corners not aligned, no antialiasing.
    Returns (N * P) x C x resize x resize: the P patches of the first image row by row, then those of the next.
    """
    import torch

    stride = int(size * 0.8) if stride is None else stride
    height, width = images.shape[-2:]
    if height != width or size > height:
        raise ValueError("patches of %d pixels need square images at least as large; found %dx%d" % (size, height, width))
    offsets = range(0, height - size + 1, stride)
    cut = torch.stack([images[..., y : y + size, x : x + size] for y in offsets for x in offsets], dim=1)
    cut = cut.flatten(0, 1)
    side = height if resize is None else resize
    return torch.nn.functional.interpolate(cut, size=(side, side), mode="bilinear", align_corners=False)


class FeatureWriter:
    """Notes the outputs of modules by forward hooks and writes them into one file.

    path:     of the safetensors file. It appears when the writer is closed without an error, and not before.
    model:    a PyTorch module, called by you.
    layers:   names of modules, as in `named_modules()`. A module called several times in one pass counts once, the last
              time. A module whose output is a tuple or a dictionary gives its first tensor.
    head:     name of the classifier; by default the last linear layer. None for none.
    pool:     leave one vector a sample (N x C), as the concepts instrument takes it: the mean of a map's positions; of
              tokens the first where there are some before the patches, else their mean.
    describe: what cannot be told of a layer, by its name: {"layout": ..., "grid": (rows, columns), "tokens": ...}.
    patches:  where samples are patches, how they lie; see `patch_geometry`.
    probe:    False keeps the writer from running the model itself.
    """

    def __init__(self, path, model, layers, head="auto", pool=False, describe=None, patches=None, probe=True):
        modules = dict(model.named_modules())
        for name in list(layers) + list(describe or {}):
            if name not in modules:
                raise KeyError("the model has no module %r; it has %s ..." % (name, ", ".join(list(modules)[1:9])))
        for name, told in (describe or {}).items():
            _check_description(name, told)
        self.path = path
        self.layers = list(layers)
        self.pool = pool
        self.samples = []
        self.records = {}
        self._describe = describe or {}
        self._patches = patches
        self._probe = probe
        self._model = model
        self._modules = modules
        self._latest = {}
        self._arrays = {}
        self._head = _find_head(modules, head)
        self._folder = tempfile.TemporaryDirectory(dir=os.path.dirname(os.path.abspath(path)))
        self._pass = _Pass(model)
        self._hooks = [modules[name].register_forward_hook(self._hook(name)) for name in self.layers]

    def _hook(self, name):
        def note(module, inputs, output):
            self._latest[name] = _first_tensor(output)
            self._pass.ended[name] = len(self._pass.outputs)

        return note

    def add(self, output=None, ids=None, names=None, labels=None):
        """Takes what the hooks noted in the pass that has just run.

        output: what the model returned; its logits are kept where it is, or has, an N x K tensor.
        ids:    what tells each sample from every other, the same for every model; see `content_id`.
        """
        missing = [name for name in self.layers if self._latest.get(name) is None]
        if missing:
            raise RuntimeError("run the model before add(): nothing came through %s" % ", ".join(missing))
        if not self.records:
            samples = next((len(some) for some in (ids, names, labels) if some is not None), None)
            self.records = self._settle(samples)
        count = None
        for name in self.layers:
            values = self._arranged(name)
            if count not in (None, len(values)):
                raise ValueError("%s gave %d samples, the layers before it %d" % (name, len(values), count))
            count = len(values)
            self._append(name, values)
        self._latest = {}
        logits = None if output is None else _first_tensor(output)
        if logits is not None and logits.ndim == 2:
            self._append("logits", _numpy(logits))
        for i in range(count):
            sample = {}
            for key, values in (("id", ids), ("name", names), ("label", labels)):
                if values is not None:
                    if len(values) != count:
                        raise ValueError("%d %ss were given for %d samples" % (len(values), key, count))
                    value = values[i]
                    sample[key] = str(value.item() if hasattr(value, "item") else value)
            self.samples.append(sample)

    def _settle(self, samples):
        """What is known of each layer, after the first pass."""
        first = self._pass
        first.stop()
        batch = samples if samples is not None else first.batch
        shapes = {name: tuple(self._latest[name].shape) for name in self.layers}
        probed = _probe(self._model, self._modules, self.layers, first) if self._probe else {}
        first.input = None
        width = self._head["head.weight"].shape[1] if self._head else None
        records = {}
        for name, shape in shapes.items():
            told = self._describe.get(name, {})
            found = _Evidence(self._modules[name], shape, first.before(name), probed.get(name), batch, width, first.size)
            records[name] = _layer_record(name, found, told)
            if self.pool and len(shape) > 2:
                records[name]["pooling"] = _pooling(name, shape, records[name])
        return records

    def _arranged(self, name):
        """The values of a layer with samples first and, of tokens, channels last; pooled where that was asked for."""
        values, record = _numpy(self._latest[name]), self.records[name]
        order = _ORDERS.get(record.get("source_layout"))
        if order:
            values = values.transpose(order)
        pooling = record.get("pooling")
        if pooling == "first":
            return values[:, 0]
        if pooling == "mean":
            axes = {"nchw": (2, 3), "nhwc": (1, 2), "ntd": (1,)}[record["layout"]]
            return values.mean(axis=axes)
        return values

    def _append(self, name, values):
        """Arrays grow on the disk, so that memory holds one batch."""
        shape, file = self._arrays.get(name, (None, None))
        if file is None:
            file = open(os.path.join(self._folder.name, str(len(self._arrays))), "w+b")
            shape = (0,) + values.shape[1:]
        if shape[1:] != values.shape[1:]:
            raise ValueError("%s has shape %s now and had %s before" % (name, values.shape[1:], shape[1:]))
        file.write(np.ascontiguousarray(values, dtype="<f4").tobytes())
        self._arrays[name] = ((shape[0] + len(values),) + shape[1:], file)

    def close(self):
        """Writes the file and takes the hooks off."""
        self._unhook()
        for name, values in self._head.items():
            self._append(name, values)
        header, offset = {"__metadata__": self._metadata()}, 0
        for name, (shape, file) in self._arrays.items():
            size = file.tell()
            header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [offset, offset + size]}
            offset += size
        text = json.dumps(header).encode("utf-8")
        text += b" " * (-len(text) % 8)
        temporary = os.path.join(self._folder.name, "whole")
        with open(temporary, "wb") as whole:
            whole.write(struct.pack("<Q", len(text)))
            whole.write(text)
            for _, file in self._arrays.values():
                file.seek(0)
                for block in iter(lambda f=file: f.read(1 << 20), b""):
                    whole.write(block)
        os.replace(temporary, self.path)
        self._discard()

    def _metadata(self):
        metadata = {"format": "semblance-features", "samples": json.dumps(self.samples)}
        layers = {name: {k: v for k, v in record.items() if v is not None} for name, record in self.records.items()}
        if layers:
            metadata["layers"] = json.dumps(layers)
        if self._pass.size:
            metadata["input"] = json.dumps(self._pass.size)
        if self._patches:
            metadata["patches"] = json.dumps(self._patches)
        return metadata

    def _unhook(self):
        self._pass.stop()
        for hook in self._hooks:
            hook.remove()
        self._hooks = []

    def _discard(self):
        for _, file in self._arrays.values():
            file.close()
        self._arrays = {}
        self._folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is None:
            self.close()
        else:
            self._unhook()
            self._discard()


# How the axes of a layer that is not written as it is become N x T x D.
_ORDERS = {"tnd": (1, 0, 2), "ndt": (0, 2, 1)}
_LAYOUTS = {4: ("nchw", "nhwc"), 3: ("ntd", "tnd", "ndt")}
# The most tokens before the patches that are thought of.
_MOST_LEADING = 16


def _check_description(name, told):
    unknown = sorted(set(told) - {"layout", "grid", "tokens"})
    if unknown:
        raise ValueError("describe[%r] has %s; layout, grid and tokens are known" % (name, ", ".join(unknown)))
    layouts = [layout for some in _LAYOUTS.values() for layout in some]
    if "layout" in told and told["layout"] not in layouts:
        raise ValueError("describe[%r]: layout is %r; it must be one of %s" % (name, told["layout"], ", ".join(layouts)))


class _Pass:
    """What the modules of a model did in its first pass: shapes alone, in the order in which they ended."""

    def __init__(self, model):
        self.input = None
        self.size = None
        self.batch = None
        # Channels first or last (None: not known) and the shape, for each output of a module without parts.
        self.outputs = []
        # How many outputs there were when a layer ended.
        self.ended = {}
        leaves = [module for module in model.modules() if not list(module.children())]
        self._hooks = [leaf.register_forward_hook(self._note) for leaf in leaves]
        try:
            self._hooks.append(model.register_forward_pre_hook(self._begin, with_kwargs=True))
        except TypeError:
            self._hooks.append(model.register_forward_pre_hook(self._begin))

    def _begin(self, module, inputs, named=None):
        self.outputs = []
        found = list(inputs) + list((named or {}).values())
        tensors = [value for value in found if getattr(value, "ndim", 0) == 4]
        self.input = None
        if tensors:
            self.batch, self.size = tensors[0].shape[0], [int(side) for side in tensors[0].shape[2:]]
            # Only a call with nothing but images can be repeated.
            self.input = (tensors[0], next(iter(named)) if named else None) if len(found) == 1 else None

    def _note(self, module, inputs, output):
        tensor = _first_tensor(output)
        if tensor is not None:
            self.outputs.append((_channels_axis(module, tensor.shape), tuple(tensor.shape)))

    def before(self, name):
        return self.outputs[: self.ended[name]]

    def stop(self):
        for hook in self._hooks:
            hook.remove()
        self._hooks = []


def _channels_axis(module, shape):
    """"first" or "last" as a module's kind and width tell of its output; None where they do not."""
    from torch import nn

    if len(shape) not in (3, 4):
        return None
    for attribute, kinds in (
        ("out_features", (nn.Linear,)),
        ("normalized_shape", (nn.LayerNorm,)),
        ("out_channels", (nn.modules.conv._ConvNd,)),
        ("num_features", (nn.modules.batchnorm._NormBase,)),
        ("num_channels", (nn.GroupNorm,)),
    ):
        if isinstance(module, kinds):
            width = getattr(module, attribute, None)
            width = width[0] if isinstance(width, (tuple, list)) and len(width) == 1 else width
            usual = "last" if attribute in ("out_features", "normalized_shape") else "first"
            first, last = shape[1] == width, shape[-1] == width
            # A class made from one of these may turn axes around, as a LayerNorm for channels first does.
            if first and last:
                return usual if type(module).__module__.startswith("torch.nn") else None
            return "first" if first else "last" if last else None
    return None


def _probe(model, modules, layers, first):
    """The shapes of layers for other images: [(images, factor of the width, {layer: shape})]; nothing where it fails.

    Twice as wide where the model takes that, else as they are. The model runs without its hooks, which would see images
    that are not the caller's, and is left as it was.
    """
    import torch

    if first.input is None:
        return {}
    tensor, keyword = first.input
    images = 3 if first.batch == 2 else 2
    flags = [(module, module.training) for module in model.modules()]
    kept = [(module, module._forward_hooks, module._forward_pre_hooks) for module in model.modules()]
    for factor in (2, 1):
        shapes = {}
        try:
            for module, hooks, pre_hooks in kept:
                module._forward_hooks, module._forward_pre_hooks = type(hooks)(), type(pre_hooks)()
            for name in layers:
                modules[name].register_forward_hook(
                    lambda module, inputs, output, name=name: shapes.__setitem__(name, _first_tensor(output))
                )
            model.eval()
            other = tensor[:1].repeat(images, 1, 1, factor)
            with torch.no_grad(), torch.random.fork_rng():
                model(**{keyword: other}) if keyword else model(other)
        except Exception:  # Many networks take one size alone, each with an error of its own.
            shapes = {}
        finally:
            for module, hooks, pre_hooks in kept:
                module._forward_hooks, module._forward_pre_hooks = hooks, pre_hooks
            for module, flag in flags:
                module.training = flag
        if shapes:
            return {name: (images, factor, tuple(value.shape)) for name, value in shapes.items() if value is not None}
    return {}


class _Evidence:
    """All that tells of the axes of one layer."""

    def __init__(self, module, shape, outputs, probed, batch, width, size):
        self.module = module
        self.shape = shape
        self.outputs = outputs
        self.batch = batch
        self.width = width
        self.size = size
        self.images, self.factor, self.other = probed or (None, None, None)
        if self.other is not None and len(self.other) != len(shape):
            self.images, self.factor, self.other = None, None, None

    def images_axis(self):
        """The axis of the samples, 0 or 1; None where both could be."""
        can = [axis for axis in (0, 1) if axis < len(self.shape) and self.shape[axis] == self.batch]
        if self.other is not None and len(can) != 1:
            moved = [axis for axis in (can or (0, 1)) if self.other[axis] == self.images]
            can = [axis for axis in moved if self.other[axis] != self.shape[axis]] or can
        return can[0] if len(can) == 1 else None

    def widened(self):
        """The axes that grow with the width of the image; None where no probe tells."""
        if self.factor != 2:
            return None
        rest = [axis for axis in range(len(self.shape)) if axis != self.images_axis()]
        return [axis for axis in rest if self.other[axis] != self.shape[axis]]

    def channels(self):
        """"first" or "last"; None where nothing tells."""
        first, last = (2, 1) if len(self.shape) == 3 and self.images_axis() == 1 else (1, len(self.shape) - 1)
        if len(self.shape) == 3 and self.images_axis() == 1:
            return "last"
        widened = self.widened()
        if widened is not None and len(widened) == 1:
            if len(self.shape) == 4:
                return {3: "first", 2: "last"}.get(widened[0])
            return {2: "first", 1: "last"}.get(widened[0])
        if self.shape[first] != self.shape[last]:
            known = [kind for kind, shape in self.outputs if shape == self.shape and kind]
            if known:
                return known[-1]
        own = _channels_axis(self.module, self.shape)
        if own:
            return own
        if self.width and (self.shape[first] == self.width) != (self.shape[last] == self.width):
            return "first" if self.shape[first] == self.width else "last"
        inside = {_channels_axis(module, self.shape) for module in self.module.modules()} - {None}
        return inside.pop() if len(inside) == 1 else None

    def maps(self):
        """The sizes of the maps that modules made before this layer."""
        sizes = {"first": slice(2, 4), "last": slice(1, 3)}
        return {shape[sizes[kind]] for kind, shape in self.outputs if kind and len(shape) == 4}


def _layer_record(name, found, told):
    """layout, grid, tokens of a layer; None for what is not known."""
    shape, layouts = found.shape, _LAYOUTS.get(len(found.shape))
    if layouts is None:
        return {}
    if told.get("layout") not in layouts + (None,):
        raise ValueError("%s has shape %s, which is not %s" % (name, shape, told["layout"]))
    if len(shape) == 4:
        layout = told.get("layout") or {"first": "nchw", "last": "nhwc"}.get(found.channels())
        grid = {"nchw": shape[2:], "nhwc": shape[1:3]}.get(layout)
        if "tokens" in told or ("grid" in told and tuple(told["grid"]) != grid):
            raise ValueError("describe[%r] does not fit a map of shape %s" % (name, shape))
        return {"layout": layout, "grid": list(grid) if grid else None, "tokens": 0 if layout else None}
    layout = told.get("layout")
    if layout is None:
        axis = found.images_axis()
        if axis is None and shape[0] == shape[1]:
            raise ValueError(
                "%s has shape %s for %d samples: which axis they are cannot be told; give "
                'describe={%r: {"layout": "ntd"}} or "tnd"' % (name, shape, found.batch, name)
            )
        layout = "tnd" if axis == 1 else "ndt" if found.channels() == "first" else "ntd"
    count = shape[{"ntd": 1, "tnd": 0, "ndt": 2}[layout]]
    grid, tokens = _token_grid(name, count, found, layout, told)
    record = {"layout": "ntd", "grid": list(grid) if grid else None, "tokens": tokens}
    if layout != "ntd":
        record["source_layout"] = layout
    return record


def _token_grid(name, count, found, layout, told):
    """Rows and columns of the patches, and the tokens before them; None for what cannot be told."""
    if "grid" in told:
        rows, columns = told["grid"]
        tokens = told.get("tokens", count - rows * columns)
        if tokens < 0 or tokens + rows * columns != count:
            raise ValueError("%s gives %d tokens, which are not %d before %dx%d" % (name, count, tokens, rows, columns))
        return (rows, columns), tokens
    leading = told.get("tokens")
    axis = {"ntd": 1, "tnd": 0, "ndt": 2}[layout]
    if leading is None and found.factor == 2:
        if found.other[axis] == count:
            # As many whatever the image: queries of a detector, not patches.
            return None, None
        twice = 2 * count - found.other[axis]
        leading = twice if 0 <= twice <= _MOST_LEADING else None
    fits = {
        (rows, columns)
        for rows, columns in found.maps()
        if rows * columns > 1 and 0 <= count - rows * columns <= _MOST_LEADING
    }
    if leading is not None:
        fits = {(rows, columns) for rows, columns in fits if count - rows * columns == leading}
    if not fits and found.size:
        fits = {grid for grid in _tilings(count, *found.size) if leading in (None, count - grid[0] * grid[1])}
    if len(fits) == 1:
        rows, columns = fits.pop()
        return (rows, columns), count - rows * columns
    return None, leading


def _tilings(count, height, width):
    """Grids of square patches that tile an image exactly, behind up to 16 other tokens."""
    sides = [side for side in range(1, max(height, width)) if height % side == 0 and width % side == 0]
    grids = {(height // side, width // side) for side in sides}
    return {(h, w) for h, w in grids if h * w > 1 and 0 <= count - h * w <= _MOST_LEADING}


def _pooling(name, shape, record):
    if record["layout"] is None:
        raise ValueError(
            "%s has shape %s: whether channels come first or last cannot be told; give "
            'describe={%r: {"layout": "nchw"}} or "nhwc"' % (name, shape, name)
        )
    if record["tokens"] is None:
        raise ValueError(
            "%s has shape %s: how many tokens come before the patches cannot be told; give "
            'describe={%r: {"tokens": 1}} where a CLS token does, {"tokens": 0} where none does' % (name, shape, name)
        )
    return "first" if record["tokens"] > 0 else "mean"


def _first_tensor(value):
    """The tensor itself, or the first one in a tuple, a list, a dictionary or a Hugging Face output (`logits` before it)."""
    if hasattr(value, "detach"):
        return value
    if getattr(value, "logits", None) is not None:
        return value.logits
    parts = value.values() if hasattr(value, "values") else value if isinstance(value, (tuple, list)) else ()
    for part in parts:
        found = _first_tensor(part)
        if found is not None:
            return found
    return None


def _numpy(tensor):
    return tensor.detach().float().cpu().numpy()


def _find_head(modules, head):
    """Weight and bias of the classifier, copied."""
    if head is None:
        return {}
    if head == "auto":
        linear = [module for module in modules.values() if type(module).__name__ == "Linear"]
        module = linear[-1] if linear else None
    else:
        module = modules[head]
    if module is None:
        return {}
    found = {"head.weight": _numpy(module.weight)}
    if getattr(module, "bias", None) is not None:
        found["head.bias"] = _numpy(module.bias)
    return found
