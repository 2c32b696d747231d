"""Writes features of a seeded network with semblance_vision.features, and the same arrays as .npy. Arguments: a folder."""

import json
import os
import sys

import numpy as np
import torch

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "integrations", "python"))
from semblance_vision import features as semblance_features  # noqa: E402
from semblance_vision.features import FeatureWriter, content_id, patch_ids, patches  # noqa: E402

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

    def write(name, start, end, stop=None, **options):
        """Batches of one image; what the writer has already is left out."""
        with FeatureWriter(os.path.join(folder, name), model, ["0", "1"], **options) as writer:
            done = {sample["id"] for sample in writer.samples}
            for i in range(start, end):
                if i == stop:
                    raise KeyboardInterrupt
                if ids[i] not in done:
                    writer.add(model(images[i : i + 1]), ids=ids[i : i + 1])

    def content(name):
        with open(os.path.join(folder, name), "rb") as file:
            return file.read()

    def stopped_in_moving(name, moves):
        """Stops the writer after some moves of 500 bytes between its files."""
        move, left = semblance_features._move, [moves]

        def stopping(source, start, count, target, place):
            while count > 0:
                if left[0] == 0:
                    raise KeyboardInterrupt
                left[0] -= 1
                size = min(count, 500)
                count -= size
                move(source, start + count, size, target, place + count)

        semblance_features._move = stopping
        try:
            write(name, 0, 5, resume=True)
        except KeyboardInterrupt:
            pass
        semblance_features._move = move

    os.mkdir(os.path.join(folder, "resumed"))
    write("resumed/at_once", 0, 5)
    try:
        write("resumed/stopped", 0, 5, stop=3, resume=True)
    except KeyboardInterrupt:
        pass
    parts = os.path.join(folder, "resumed", "stopped.parts")
    try:
        write("resumed/stopped", 0, 5)
    except FileExistsError as error:
        refused = str(error)
    # As if the machine had stopped amid a write.
    with open(os.path.join(parts, "0.part"), "ab") as file:
        file.write(b"half a row")
    with open(os.path.join(parts, "samples.jsonl"), "a") as file:
        file.write('{"id": "ha')
    write("resumed/stopped", 0, 5, resume=True)
    write("resumed/grown", 0, 2)
    for end in (3, 5):
        write("resumed/grown", 0, end, resume=True)
    resumed = [content("resumed/stopped") == content("resumed/at_once"), content("resumed/grown") == content("resumed/at_once")]
    for moves in range(0, 80, 7):
        # First amid packing, then amid unpacking a file that was closed.
        for _ in range(2):
            stopped_in_moving("resumed/moved", moves)
            write("resumed/moved", 0, 5, resume=True)
            resumed.append(content("resumed/moved") == content("resumed/at_once"))
    other = []
    for options in ({"dtype": "float16"}, {"pool": True}):
        try:
            write("resumed/grown", 0, 5, resume=True, **options)
        except ValueError as error:
            other.append(str(error))
        write("resumed/grown", 0, 5, resume=True)
    for dtype in ("float16", "bfloat16"):
        write("resumed/" + dtype, 0, 5, dtype=dtype)
        kind = getattr(torch, dtype)
        np.save(os.path.join(folder, dtype + ".npy"), model[:2](images).to(kind).float().numpy())

    # An array of 8 MB: how much is on the disk at most while it becomes the file?
    large = torch.nn.Sequential(torch.nn.Identity(), torch.nn.Identity())
    most = [0]
    move = semblance_features._move

    def watched(source, start, count, target, place):
        while count > 0:
            size = min(count, 1 << 20)
            count -= size
            move(source, start + count, size, target, place + count)
            target.flush()
            held = sum(os.fstat(file.fileno()).st_blocks for file in (source, target)) * 512
            most[0] = max(most[0], held)

    semblance_features._move = watched
    with FeatureWriter(os.path.join(folder, "resumed", "large"), large, ["0"], probe=False, head=None) as writer:
        for i in range(8):
            writer.add(large(torch.rand(1, 4, 256, 256)), ids=[str(i)])
    semblance_features._move = move

    failed = None
    try:
        with FeatureWriter(os.path.join(folder, "stopped.safetensors"), model, ["1"]) as writer:
            writer.add(ids=ids)
    except RuntimeError as error:
        failed = str(error)
with open(os.path.join(folder, "facts.json"), "w", encoding="utf-8") as file:
    facts = {"ids": ids, "patches": len(cut) // 5, "failed": failed, "left": sorted(os.listdir(folder))}
    facts.update(resumed=resumed, other=other, refused=refused, most=most[0])
    facts["resumed_left"] = sorted(os.listdir(os.path.join(folder, "resumed")))
    json.dump(facts, file)
