"""Writes features of a seeded network with semblance_features.py, and the same arrays as .npy. Arguments: a folder."""

import json
import os
import sys

import numpy as np
import torch

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "integrations"))
from semblance_features import FeatureWriter, content_id, patch_ids, patches  # noqa: E402

folder = sys.argv[1]
torch.manual_seed(0)
model = torch.nn.Sequential(
    torch.nn.Conv2d(3, 6, 3, padding=1),
    torch.nn.ReLU(),
    torch.nn.AdaptiveAvgPool2d(1),
    torch.nn.Flatten(),
    torch.nn.Linear(6, 4),
).eval()
images = torch.rand(5, 3, 8, 8)
ids = []
for i in range(5):
    path = os.path.join(folder, "%d.txt" % i)
    with open(path, "w", encoding="utf-8") as file:
        file.write("image %d" % i)
    ids.append(content_id(path))

with torch.no_grad():
    with FeatureWriter(os.path.join(folder, "features.safetensors"), model, ["0", "1"]) as writer:
        for part in (slice(0, 3), slice(3, 5)):
            labels = torch.arange(5)[part] % 2
            writer.add(model(images[part]), ids=ids[part], names=["%d.png" % i for i in range(5)][part], labels=labels)
    np.save(os.path.join(folder, "expected.npy"), model[:2](images).numpy())
    np.save(os.path.join(folder, "logits.npy"), model(images).numpy())

    cut = patches(images, size=4, resize=8)
    with FeatureWriter(os.path.join(folder, "patches.safetensors"), model, ["1"], head=None, pool=True) as writer:
        writer.add(model(cut), ids=patch_ids(ids, len(cut) // 5))
    third = torch.nn.functional.interpolate(images[1:2, :, 0:4, 3:7], size=(8, 8), mode="bilinear", align_corners=False)
    np.save(os.path.join(folder, "patch.npy"), model[:2](third).mean(dim=(2, 3)).numpy())

    failed = None
    try:
        with FeatureWriter(os.path.join(folder, "stopped.safetensors"), model, ["1"]) as writer:
            writer.add(ids=ids)
    except RuntimeError as error:
        failed = str(error)
with open(os.path.join(folder, "facts.json"), "w", encoding="utf-8") as file:
    json.dump({"ids": ids, "patches": len(cut) // 5, "failed": failed, "left": sorted(os.listdir(folder))}, file)
