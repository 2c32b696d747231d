"""What logging one epoch costs: as a share of the PyTorch example's epochs, and for a network of a usual size.

python3 bench/logging-cost.bench.py         needs NumPy and PyTorch
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile

import numpy as np

root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path.insert(0, os.path.join(root, "integrations", "python"))
from semblance_vision.logger import SemblanceLogger

try:
    import torch
except ImportError:
    sys.exit("PyTorch is missing: the share of an epoch cannot be measured.")

EPOCHS, CLASSES, WIDTH, SAMPLES, BATCH = 5, 100, 1280, 10_000, 128

with tempfile.TemporaryDirectory() as place:
    example = os.path.join(root, "examples/training/pytorch_example.py")
    said = subprocess.run([sys.executable, example, os.path.join(place, "example"), "--epochs", str(EPOCHS)], check=True,
                          stderr=subprocess.PIPE, text=True).stderr
    costs = [(float(cost), float(seconds)) for cost, seconds in re.findall(r"cost ([\d.]+) s of ([\d.]+) s", said)][1:]
    shares = [cost / seconds for cost, seconds in costs]
    print(f"PyTorch example, {len(costs)} epochs of {statistics.median(s for _, s in costs):.1f} s: logging "
          f"{statistics.median(c for c, _ in costs) * 1000:.1f} ms, {min(shares):.2%} to {max(shares):.2%} of the epoch")

    random = np.random.default_rng(0)
    features = np.maximum(random.normal(size=(SAMPLES, WIDTH)), 0).astype(np.float32)
    target = random.integers(0, CLASSES, SAMPLES)
    torch.manual_seed(0)
    head = torch.nn.Linear(WIDTH, CLASSES)
    weight, bias = head.weight.detach().numpy(), head.bias.detach().numpy()
    scores = features @ weight.T + bias
    for framework in ("PyTorch", "NumPy"):
        log = SemblanceLogger(os.path.join(place, framework), head if framework == "PyTorch" else None, quiet=True)
        found = []
        for epoch in range(EPOCHS + 1):
            for split in ("test", "train"):
                for start in range(0, SAMPLES, BATCH):
                    batch = slice(start, start + BATCH)
                    if framework == "PyTorch":
                        with torch.no_grad():
                            head(torch.from_numpy(features[batch]))
                        log.add(split, torch.from_numpy(target[batch]))
                    else:
                        log.add(split, target[batch], scores[batch], features[batch])
            log.end_epoch(epoch, head=None if framework == "PyTorch" else (weight, bias))
            found.append(log.last_cost["loggingSeconds"])
        seconds = statistics.median(found[1:])
        print(f"{framework}, {CLASSES} classes, {WIDTH} features, 2 x {SAMPLES} samples: {seconds * 1000:.0f} ms an epoch, "
              f"under 0.3% of epochs longer than {seconds / 0.003:.0f} s")
