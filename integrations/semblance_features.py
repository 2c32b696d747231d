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

    one array a layer     N x C x H x W, or N x T x D for tokens, under the module's name
    logits                N x K, where the model's output was added
    head.weight, .bias    of the last linear layer, K x D
    __metadata__.samples  id, name and label of each sample, in order

Two files are compared only where their ids agree, sample by sample: give the SHA-256 of each image file (`content_id`),
which is also what Semblance computes when it runs a model itself.

For the concepts instrument, `patches` cuts images as it expects them: all patches of the first image, row by row, then
those of the next.

    with FeatureWriter("patches.safetensors", model, ["layer4"], pool=True) as writer:
        for images, paths in loader:
            writer.add(model(patches(images, size=64)), ids=patch_ids(paths, 16))
"""

import hashlib
import json
import os
import struct
import tempfile

import numpy as np

__version__ = "1"


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

    path:    of the safetensors file. It appears when the writer is closed without an error, and not before.
    model:   a PyTorch module, called by you.
    layers:  names of modules, as in `named_modules()`. A module called several times in one pass counts once, the last
             time. A module whose output is a tuple or a dictionary gives its first tensor.
    head:    name of the classifier; by default the last linear layer. None for none.
    pool:    average the positions of each layer, leaving one vector a sample (N x C), as the concepts instrument takes it.
    """

    def __init__(self, path, model, layers, head="auto", pool=False):
        modules = dict(model.named_modules())
        for name in layers:
            if name not in modules:
                raise KeyError("the model has no module %r; it has %s ..." % (name, ", ".join(list(modules)[1:9])))
        self.path = path
        self.layers = list(layers)
        self.pool = pool
        self.samples = []
        self._latest = {}
        self._arrays = {}
        self._head = _find_head(modules, head)
        self._folder = tempfile.TemporaryDirectory(dir=os.path.dirname(os.path.abspath(path)))
        self._hooks = [modules[name].register_forward_hook(self._hook(name)) for name in self.layers]

    def _hook(self, name):
        def note(module, inputs, output):
            self._latest[name] = _first_tensor(output)

        return note

    def add(self, output=None, ids=None, names=None, labels=None):
        """Takes what the hooks noted in the pass that has just run.

        output: what the model returned; its logits are kept where it is, or has, an N x K tensor.
        ids:    what tells each sample from every other, the same for every model; see `content_id`.
        """
        missing = [name for name in self.layers if name not in self._latest]
        if missing:
            raise RuntimeError("run the model before add(): nothing came through %s" % ", ".join(missing))
        count = None
        for name in self.layers:
            values = _numpy(self._latest[name])
            if self.pool and values.ndim > 2:
                values = values.mean(axis=(2, 3)) if values.ndim == 4 else values.mean(axis=1)
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
        header, offset = {"__metadata__": {"format": "semblance-features", "samples": json.dumps(self.samples)}}, 0
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

    def _unhook(self):
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
