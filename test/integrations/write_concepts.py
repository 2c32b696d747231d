"""Writes what two seeded networks make of images and their patches with semblance_vision.features. Arguments: a folder."""

import os
import sys

import numpy as np
import torch

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "integrations", "python"))
from semblance_vision.features import FeatureWriter, patch_ids, patches  # noqa: E402

folder = sys.argv[1]
torch.manual_seed(0)
images = 0.2 * torch.rand(48, 3, 16, 16)
targets = torch.arange(48) % 2
for i in range(48):
    y, x = torch.randint(0, 10, (2,)).tolist()
    images[i, targets[i], y : y + 6, x : x + 6] += 0.8
ids = ["image-%d" % i for i in range(48)]


def network(seed):
    torch.manual_seed(seed)
    layers = [torch.nn.Conv2d(3, 12, 5, padding=2), torch.nn.ReLU(), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten()]
    model = torch.nn.Sequential(*layers, torch.nn.Linear(12, 2))
    optimiser = torch.optim.Adam(model.parameters(), 0.02)
    for _ in range(150):
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(model(images), targets).backward()
        optimiser.step()
    return model.eval()


def write(name, model, inputs, names, **more):
    with FeatureWriter(os.path.join(folder, name + ".safetensors"), model, ["1"], pool=True) as writer:
        writer.add(model(inputs), ids=names, **more)


for name, seed in (("a", 1), ("b", 2)):
    model = network(seed)
    with torch.no_grad():
        cut = patches(images, size=5, resize=16)
        write(name + "-patches", model, cut, patch_ids(ids, len(cut) // 48))
        write(name, model, images, ids, labels=targets)
        np.save(os.path.join(folder, name + "-head.npy"), model[4].weight.numpy())
        untrained = torch.nn.Sequential(torch.nn.Conv2d(3, 12, 5, padding=2), *list(model)[1:])
        write(name + "-random", untrained, cut, patch_ids(ids, len(cut) // 48))
