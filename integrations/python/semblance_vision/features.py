"""Writes what a PyTorch vision model makes of images, so that Semblance can compare it without running the model.

This file may also be copied alone beside a script. Needs NumPy and PyTorch (timm and Hugging Face models are PyTorch
modules). Python 3.8 or later.

    from semblance_vision import FeatureWriter, content_id

    with FeatureWriter("features.safetensors", model, ["layer3", "layer4"]) as writer:
        model.eval()
        with torch.no_grad():
            for images, targets, paths in loader:
                writer.add(model(images), ids=[content_id(p) for p in paths], names=paths, labels=targets)

    semblance representations features.safetensors

What the file holds (safetensors, float32 unless `dtype` says otherwise):

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
import shutil
import struct
import tempfile

import numpy as np


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
    dtype:    of the layers in the file: "float32", "float16" or "bfloat16". Logits and head are always float32.
    resume:   go on where an earlier writer with resume=True was stopped, or add to the file that it closed. What it has is
              in `samples`, so that the loop can leave it out:

                  with FeatureWriter(path, model, layers, resume=True) as writer:
                      done = {sample["id"] for sample in writer.samples}

              Until the writer is closed, everything is in a folder beside the file, path + ".parts", and a batch counts
              once its add() has returned.
    """

    def __init__(
        self,
        path,
        model,
        layers,
        head="auto",
        pool=False,
        describe=None,
        patches=None,
        probe=True,
        dtype="float32",
        resume=False,
    ):
        modules = dict(model.named_modules())
        for name in list(layers) + list(describe or {}):
            if name not in modules:
                raise KeyError("the model has no module %r; it has %s ..." % (name, ", ".join(list(modules)[1:9])))
        for name, told in (describe or {}).items():
            _check_description(name, told)
        if dtype not in _DTYPES:
            raise ValueError("dtype is %r; it must be one of %s" % (dtype, ", ".join(_DTYPES)))
        self.path = os.fspath(path)
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
        self._head = _find_head(modules, head)
        self._dtype = dtype
        self._size = None
        self._parts = _Parts(self.path, resume)
        if resume:
            self._take_up()
        self._pass = _Pass(model)
        if self.records:
            self._pass.stop()
        self._hooks = [modules[name].register_forward_hook(self._hook(name)) for name in self.layers]

    def _take_up(self):
        """Goes on with what an earlier writer left, where it wrote the same."""
        state, self.samples = self._parts.take_up(self.path)
        if state is None:
            return
        self.records, self._size = state["records"], state["input"]
        self._patches = self._patches or state.get("patches")
        arrays = [(name, dtype, shape) for name, dtype, shape in state["arrays"] if name != "logits"]
        pooled = {name: "pooling" in self.records[name] for name, _, _ in arrays}
        for what, found, asked in (
            ("the layers", [name for name, _, _ in arrays], self.layers),
            ("dtype", {dtype for _, dtype, _ in arrays}, {self._dtype}),
            # What had one vector a sample to begin with is the same either way.
            ("pool", {pooled[name] for name, _, shape in arrays if pooled[name] or len(shape) > 1} or {self.pool}, {self.pool}),
        ):
            if found != asked:
                self._parts.leave()
                told = [", ".join(map(str, some)) for some in (found, asked)]
                raise ValueError("%s has %s %s, and this writer %s" % (self.path, what, told[0], told[1]))

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
        count, arranged = None, []
        for name in self.layers:
            values = self._arranged(name)
            if count not in (None, len(values)):
                raise ValueError("%s gave %d samples, the layers before it %d" % (name, len(values), count))
            count = len(values)
            arranged.append(values)
        added = []
        for i in range(count):
            sample = {}
            for key, values in (("id", ids), ("name", names), ("label", labels)):
                if values is not None:
                    if len(values) != count:
                        raise ValueError("%d %ss were given for %d samples" % (len(values), key, count))
                    value = values[i]
                    sample[key] = str(value.item() if hasattr(value, "item") else value)
            added.append(sample)
        for name, values in zip(self.layers, arranged):
            self._parts.append(name, values, self._dtype)
        self._latest = {}
        logits = None if output is None else _first_tensor(output)
        if logits is not None and logits.ndim == 2:
            self._parts.append("logits", _numpy(logits), "float32")
        self.samples += added
        if "logits" in self._parts.arrays and self._parts.rows("logits") != len(self.samples):
            raise ValueError("add() got logits with some batches and none with others")
        self._parts.note({"records": self.records, "input": self._size, "patches": self._patches}, added)

    def _settle(self, samples):
        """What is known of each layer, after the first pass."""
        first = self._pass
        first.stop()
        batch = samples if samples is not None else first.batch
        shapes = {name: tuple(self._latest[name].shape) for name in self.layers}
        probed = _probe(self._model, self._modules, self.layers, first) if self._probe else {}
        first.input = None
        self._size = first.size
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

    def close(self):
        """Writes the file and takes the hooks off."""
        self._unhook()
        for name, values in self._head.items():
            self._parts.append(name, values, "float32")
        self._parts.pack(self.path, self._metadata())

    def _metadata(self):
        metadata = {"format": "semblance-features", "samples": json.dumps(self.samples)}
        layers = {name: {k: v for k, v in record.items() if v is not None} for name, record in self.records.items()}
        if layers:
            metadata["layers"] = json.dumps(layers)
        if self._size:
            metadata["input"] = json.dumps(self._size)
        if self._patches:
            metadata["patches"] = json.dumps(self._patches)
        return metadata

    def _unhook(self):
        self._pass.stop()
        for hook in self._hooks:
            hook.remove()
        self._hooks = []

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is None:
            self.close()
        else:
            self._unhook()
            self._parts.leave()


_DTYPES = {"float32": ("F32", 4), "float16": ("F16", 2), "bfloat16": ("BF16", 2)}
# Bytes that are moved from file to file at once.
_BLOCK = 1 << 24


class _Parts:
    """Arrays that grow on the disk, a file each, so that memory holds one batch; and one file made of them in the end.

    Whatever moves between files moves from its end, and is cut off where it was: the disk holds it once, where the file
    system leaves out what was never written. Where the parts are to be kept, each step can be taken up again.
    """

    def __init__(self, path, kept):
        self._folder = path + ".parts"
        self._kept = kept
        if not kept:
            if os.path.exists(self._folder):
                raise FileExistsError("%s is left of a writer that was stopped; go on with resume=True, or remove it" % self._folder)
            self._temporary = tempfile.TemporaryDirectory(dir=os.path.dirname(os.path.abspath(path)))
            self._folder = self._temporary.name
        # Of each array its dtype, the shape of a row, and its open file.
        self.arrays = {}

    def place(self, name):
        return os.path.join(self._folder, name)

    def append(self, name, values, dtype):
        if name not in self.arrays:
            self.arrays[name] = (dtype, tuple(values.shape[1:]), open(self.place("%d.part" % len(self.arrays)), "w+b"))
        _, shape, file = self.arrays[name]
        if shape != tuple(values.shape[1:]):
            raise ValueError("%s has shape %s now and had %s before" % (name, values.shape[1:], shape))
        file.seek(0, os.SEEK_END)
        file.write(_encoded(name, values, dtype))

    def rows(self, name):
        dtype, shape, file = self.arrays[name]
        return _size(file) // _row_bytes(dtype, shape)

    def note(self, state, samples):
        """Writes down what goes with the rows appended last; rows without it do not count."""
        if not self._kept:
            return
        for _, _, file in self.arrays.values():
            file.flush()
        arrays = [[name, dtype, shape] for name, (dtype, shape, _) in self.arrays.items()]
        _replace(self.place("state.json"), json.dumps(dict(state, arrays=arrays)))
        with open(self.place("samples.jsonl"), "a", encoding="utf-8") as file:
            file.writelines(json.dumps(sample) + "\n" for sample in samples)

    def take_up(self, path):
        """The state and the samples of an earlier writer that was stopped or that closed its file; None of neither."""
        os.makedirs(self._folder, exist_ok=True)
        packing, unpacking = self.place("packing"), self.place("unpacking")
        if os.path.exists(packing):
            self._finish(path)
            os.makedirs(self._folder)
        elif not os.path.exists(unpacking) and os.path.exists(self.place("state.json")):
            return self._open_parts()
        if not os.path.exists(unpacking):
            if not os.path.exists(path):
                return None, []
            if not _read_header(path)[0].get("__metadata__", {}).get("format") == "semblance-features":
                raise ValueError("%s was not written by FeatureWriter and cannot be added to" % path)
            os.replace(path, unpacking)
        self._unpack(unpacking)
        return self._open_parts()

    def _unpack(self, whole):
        header, start = _read_header(whole)
        metadata = header.pop("__metadata__")
        names = {code: name for name, (code, _) in _DTYPES.items()}
        entries = sorted(header.items(), key=lambda entry: entry[1]["data_offsets"])
        rows = [entry for entry in entries if entry[0] not in ("head.weight", "head.bias")]
        state = {key: json.loads(metadata.get(key, "null")) for key in ("input", "patches")}
        state["records"] = json.loads(metadata.get("layers", "{}"))
        state["arrays"] = [[name, names[entry["dtype"]], entry["shape"][1:]] for name, entry in rows]
        _replace(self.place("state.json"), json.dumps(state))
        samples = json.loads(metadata.get("samples", "[]"))
        _replace(self.place("samples.jsonl"), "".join(json.dumps(sample) + "\n" for sample in samples))
        with open(whole, "r+b") as source:
            for i, (_, entry) in reversed(list(enumerate(rows))):
                begin, end = (start + offset for offset in entry["data_offsets"])
                with open(self.place("%d.part" % i), "r+b" if os.path.exists(self.place("%d.part" % i)) else "w+b") as part:
                    _move(source, begin, max(0, min(end, _size(source)) - begin), part, 0)
        os.remove(whole)

    def _open_parts(self):
        with open(self.place("state.json"), encoding="utf-8") as file:
            state = json.load(file)
        samples = []
        if os.path.exists(self.place("samples.jsonl")):
            with open(self.place("samples.jsonl"), encoding="utf-8") as file:
                samples = [json.loads(line) for line in file if line.endswith("\n")]
        count = len(samples)
        for i, (name, dtype, shape) in enumerate(state["arrays"]):
            self.arrays[name] = (dtype, tuple(shape), open(self.place("%d.part" % i), "r+b"))
            count = min(count, self.rows(name))
        for dtype, shape, file in self.arrays.values():
            file.truncate(count * _row_bytes(dtype, shape))
        samples = samples[:count]
        _replace(self.place("samples.jsonl"), "".join(json.dumps(sample) + "\n" for sample in samples))
        return state, samples

    def pack(self, path, metadata):
        header, offset = {"__metadata__": metadata}, 0
        for name, (dtype, shape, file) in self.arrays.items():
            end = offset + _size(file)
            rows = self.rows(name)
            header[name] = {"dtype": _DTYPES[dtype][0], "shape": [rows] + list(shape), "data_offsets": [offset, end]}
            offset = end
        text = json.dumps(header).encode("utf-8")
        text += b" " * (-len(text) % 8)
        self._close()
        with open(self.place("header"), "wb") as whole:
            whole.write(struct.pack("<Q", len(text)) + text)
        os.replace(self.place("header"), self.place("packing"))
        self._finish(path)

    def _finish(self, path):
        packing = self.place("packing")
        header, start = _read_header(packing)
        header.pop("__metadata__")
        with open(packing, "r+b") as whole:
            for i, entry in reversed(list(enumerate(header.values()))):
                with open(self.place("%d.part" % i), "r+b") as part:
                    _move(part, 0, _size(part), whole, start + entry["data_offsets"][0])
        os.replace(packing, path)
        self._close()
        self._remove()

    def leave(self):
        self._close()
        if not self._kept:
            self._remove()

    def _close(self):
        for _, _, file in self.arrays.values():
            file.close()

    def _remove(self):
        self.arrays = {}
        if self._kept:
            shutil.rmtree(self._folder)
        else:
            self._temporary.cleanup()


def _row_bytes(dtype, shape):
    return max(1, int(np.prod(shape, dtype=np.int64))) * _DTYPES[dtype][1]


def _size(file):
    file.seek(0, os.SEEK_END)
    return file.tell()


def _move(source, start, count, target, place):
    """Moves the last `count` bytes of a file, which begin at `start`, to a place in another, cutting them off as they go."""
    while count > 0:
        size = min(count, _BLOCK)
        count -= size
        source.seek(start + count)
        block = source.read(size)
        target.seek(place + count)
        target.write(block)
        target.flush()
        source.truncate(start + count)


def _replace(path, text):
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".new", path)


def _read_header(path):
    """The header of a safetensors file, and where the bytes of its arrays begin."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        return json.loads(file.read(length).decode("utf-8")), 8 + length


def _encoded(name, values, dtype):
    values = np.ascontiguousarray(values, dtype="<f4")
    if dtype == "float32":
        return values.tobytes()
    if dtype == "bfloat16":
        bits = values.view("<u4")
        # To the nearest, ties to even; NaN stays NaN.
        rounded = ((bits.astype(np.uint64) + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype("<u2")
        return np.where(np.isnan(values), np.uint16(0x7FC0), rounded).astype("<u2").tobytes()
    with np.errstate(over="ignore"):
        half = values.astype("<f2")
    if np.isinf(half).any() and not np.isinf(values).any():
        raise ValueError("%s has values beyond 65504, the largest of float16; take bfloat16 or float32" % name)
    return half.tobytes()


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
