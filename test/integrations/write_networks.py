"""Takes pictures through each stand-in network of the fixtures: features with FeatureWriter, and the same network as ONNX.

Arguments: a folder. Writes NAME.safetensors, NAME.onnx, NAME.npy (pictures, N x H x W x 3 bytes) and facts.json.
"""

import inspect
import json
import os
import struct
import sys

import numpy as np
import torch

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "..", "..", "integrations", "python"))
sys.path.insert(0, os.path.join(here, "..", "fixtures", "cases", "networks"))
from semblance_vision.features import FeatureWriter  # noqa: E402
from stand_ins import cases  # noqa: E402

IMAGES = 3


class Tensors(torch.nn.Module):
    """ONNX has no dictionaries."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        output = self.model(x)
        return tuple(output.values()) if isinstance(output, dict) else output


def metadata(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
    return header["__metadata__"], {name: entry["shape"] for name, entry in header.items() if name != "__metadata__"}


def write(path, model, layer, batches, **options):
    ids = iter(range(1000))
    with torch.no_grad(), FeatureWriter(path, model, [layer], **options) as writer:
        for batch in batches:
            writer.add(model(batch), ids=["%d" % next(ids) for _ in batch])
    told, shapes = metadata(path)
    return {"record": json.loads(told["layers"])[layer], "shape": shapes[layer], "input": json.loads(told["input"])}


folder = sys.argv[1]
facts = {"networks": []}
for name, model, layer, size, layout, grid, tokens in cases():
    model.eval()
    path = os.path.join(folder, name)
    random = np.random.RandomState(0)
    fact = {"name": name, "layer": layer or "", "grid": list(grid), "tokens": tokens}
    fact["layout"] = "ntd" if layout == "tnd" else layout.split(" ")[0]
    if layer is None:
        images = torch.rand(IMAGES, 768, *grid)
    else:
        pictures = random.randint(0, 256, (IMAGES,) + size + (3,)).astype(np.uint8)
        np.save(path + ".npy", pictures)
        images = torch.from_numpy(pictures.transpose(0, 3, 1, 2).copy()).float() / 255
    fact["written"] = write(path + ".safetensors", model, layer or "", [images[:2], images[2:]])
    fact["unprobed"] = write(path + "-unprobed.safetensors", model, layer or "", [images], probe=False)
    fact["pooled"] = write(path + "-pooled.safetensors", model, layer or "", [images], pool=True)
    # Weights beyond some megabytes are left to the features alone.
    fact["onnx"] = layer is not None and sum(p.numel() for p in model.parameters()) < 1e6
    if fact["onnx"]:
        # The newer exporter of PyTorch is not in every version, and needs packages of its own.
        older = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
        whole = Tensors(model).eval()
        torch.onnx.export(whole, images, path + ".onnx", opset_version=16, input_names=["x"], **older)
    facts["networks"].append(fact)

# As many samples as tokens, samples on the second axis, and none of it told by the shape.
torch.manual_seed(0)
first = torch.nn.TransformerEncoderLayer(8, 2, 16).eval()


class SequenceFirst(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.encoder = torch.nn.Conv2d(3, 8, 4, 4), first

    def forward(self, x):
        return self.encoder(self.stem(x).flatten(2).permute(2, 0, 1)).permute(1, 0, 2)


model = SequenceFirst().eval()
images = torch.rand(4, 3, 8, 8)
facts["square batch"] = write(os.path.join(folder, "square.safetensors"), model, "encoder", [images])
with torch.no_grad():
    np.save(os.path.join(folder, "square.npy"), model(images).numpy())


class Odd(torch.nn.Module):
    """Tokens of which nobody knows where they come from, and a map that is as wide as it is deep."""

    def __init__(self):
        super().__init__()
        self.queries, self.last, self.tokens = torch.nn.Parameter(torch.rand(1, 7, 5)), torch.nn.Identity(), torch.nn.Identity()

    def forward(self, x):
        self.tokens(self.queries + x.mean())
        return self.last(x[:, :, :3, :3].contiguous() * 1)


odd = Odd().eval()
facts["asked"] = []
for layer, options in (("last", {}), ("tokens", {}), ("last", {"describe": {"last": {"layout": "ntd"}}})):
    try:
        write(os.path.join(folder, "odd.safetensors"), odd, layer, [torch.rand(1, 3, 3, 3)], pool=True, probe=False, **options)
        facts["asked"].append(None)
    except ValueError as error:
        facts["asked"].append(str(error))
facts["described"] = write(
    os.path.join(folder, "odd.safetensors"), odd, "last", [torch.rand(2, 3, 3, 3)], probe=False, pool=True,
    describe={"last": {"layout": "nhwc"}},
)
# The probe leaves a network that trains as it was: its state, its mode, the hooks and the random numbers of its owner.
norm = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.Dropout(0.5)).train()
calls = []
norm[0].register_forward_hook(lambda module, inputs, output: calls.append(len(output)))
states = []
for probe in (False, True):
    torch.manual_seed(1)
    norm[1].reset_running_stats()
    write(os.path.join(folder, "norm.safetensors"), norm, "1", [torch.ones(2, 3, 8, 8)], probe=probe)
    states.append([norm[1].running_mean.tolist(), torch.rand(1).item(), norm.training, norm[2].training])
facts["probe"] = {"states": states, "calls": calls}
with open(os.path.join(folder, "facts.json"), "w", encoding="utf-8") as file:
    json.dump(facts, file)
