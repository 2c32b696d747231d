"""A small CNN learns generated images and logs its run: python3 pytorch_training.py FOLDER [EPOCHS]

Twelve classes in four groups: classes of one group differ in the place of a bright spot, groups in the pattern behind
it. So a network that learns them should come to see the classes of one group as similar.
"""

import os
import sys
import time

import torch
from torch import nn

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "integrations"))
from semblance_logger import RunLogger

GROUPS, PER_GROUP, SIZE = 4, 3, 20
CLASSES = GROUPS * PER_GROUP


def images(samples, seed):
    generator = torch.Generator().manual_seed(seed)
    targets = torch.arange(samples) % CLASSES
    axis = torch.linspace(0, 1, SIZE)
    y, x = axis[:, None], axis[None, :]
    stripes = [torch.sin(12 * x + 0 * y), torch.sin(12 * y + 0 * x), torch.sin(9 * (x + y)), torch.sin(9 * (x - y))]
    spots = [torch.exp(-((x - c) ** 2 + (y - 0.5) ** 2) / 0.02) for c in (0.2, 0.5, 0.8)]
    clean = torch.stack([stripes[c // PER_GROUP] + 2 * spots[c % PER_GROUP] for c in range(CLASSES)])
    return clean[targets][:, None] + 2.5 * torch.randn(samples, 1, SIZE, SIZE, generator=generator), targets


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 24, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(24, 48, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(48, 64, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten(),
        )  # fmt: skip
        self.fc = nn.Linear(256, CLASSES)

    def forward(self, x):
        return self.fc(self.features(x))


def main(folder, epochs):
    torch.manual_seed(0)
    torch.set_num_threads(1)
    train_x, train_y = images(9000, seed=1)
    test_x, test_y = images(600, seed=2)
    model = Network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
    names = [f"group {c // PER_GROUP}, place {c % PER_GROUP}" for c in range(CLASSES)]
    logger = RunLogger(folder, name="Generated images, CNN", model="cnn", labels=names)

    def log(epoch, **metrics):
        with torch.no_grad(), logger.record("test", model.fc) as test:
            for x, y in zip(test_x.split(200), test_y.split(200)):
                model(x)
                test.targets(y)
        return logger.log(epoch, head=model.fc, lr=optimizer.param_groups[0]["lr"], **metrics)

    log(0)
    logged = trained = 0.0
    for epoch in range(1, epochs + 1):
        start, total = time.perf_counter(), 0.0
        for batch in torch.randperm(len(train_x)).split(50):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(train_x[batch]), train_y[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        seconds = time.perf_counter() - start
        trained += seconds
        logged += log(epoch, loss=total / len(train_x), epoch_seconds=seconds)
    print(f"logging took {1000 * logged / epochs:.1f} ms an epoch, {100 * logged / trained:.2f} % of the training time")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "runs/generated-cnn", int(sys.argv[2]) if len(sys.argv) > 2 else 10)
