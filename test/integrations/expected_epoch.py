"""Logs one epoch and writes beside it, as expected.npz, what the file must hold, computed sample by sample in NumPy.

expected_epoch.py FOLDER torch|numpy [float16] [shuffle] [small-memory]
"""

import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../integrations/python"))
from semblance_vision.logger import SemblanceLogger

folder, framework, *flags = sys.argv[1:]
random = np.random.default_rng(5)
classes, width, samples = 7, 12, 230
images = random.normal(size=(samples, 20)).astype(np.float32)
target = random.integers(0, classes - 1, samples)  # the last class has no sample
options = dict(labels=[f"class {i}" for i in range(classes)], float16="float16" in flags, quiet=True,
               samples={"test": [f"{i}.png" for i in range(samples)]})
if "small-memory" in flags:
    options["feature_memory"] = 50 * width * 4
order = random.permutation(samples) if "shuffle" in flags else np.arange(samples)
batches = np.split(order, range(64, samples, 64))

if framework == "torch":
    import torch

    torch.manual_seed(3)
    body = torch.nn.Sequential(torch.nn.Linear(20, width), torch.nn.ReLU())
    net = torch.nn.Sequential(body, torch.nn.Linear(width, classes))
    with SemblanceLogger(folder, net, **options) as log, torch.no_grad():
        for batch in batches:
            net(torch.from_numpy(images[batch]))
            log.add("test", torch.from_numpy(target[batch]), index=batch if "shuffle" in flags else None)
        log.end_epoch(4, loss=1.5)
        features = body(torch.from_numpy(images)).numpy()
        weight, bias = net[1].weight.numpy(), net[1].bias.numpy()
else:
    features = np.maximum(images[:, :width], 0)
    weight, bias = random.normal(size=(classes, width)).astype(np.float32), random.normal(size=classes).astype(np.float32)
    log = SemblanceLogger(folder, **options)
    for batch in batches:
        log.add("test", target[batch], features[batch] @ weight.T + bias, features[batch],
                index=batch if "shuffle" in flags else None)
    log.end_epoch(4, head=(weight, bias), loss=1.5)

prediction = (features.astype(np.float64) @ weight.T.astype(np.float64) + bias).argmax(1)
expected = {"head.weight": weight, "head.bias": bias, "split.test.target": target, "split.test.prediction": prediction}
for kind, chosen in (("", np.full(samples, True)), ("Correct", prediction == target), ("Wrong", prediction != target)):
    template, count = np.zeros((classes, width)), np.zeros(classes)
    for c in range(classes):
        rows = [features[i].astype(np.float64) for i in range(samples) if target[i] == c and chosen[i]]
        count[c] = len(rows)
        if rows:
            template[c] = sum(rows) / len(rows)
    expected["split.test.template" + kind], expected["split.test.count" + kind] = template, count
if "small-memory" not in flags:
    template = expected["split.test.template"]
    expected["split.test.templateCosine"] = [
        f @ template[t] / np.sqrt((f @ f) * (template[t] @ template[t])) for f, t in zip(features.astype(np.float64), target)]
np.savez(os.path.join(folder, "expected.npz"), **{name: np.asarray(x, np.float64) for name, x in expected.items()})
