"""Trains a small CNN on generated shapes in PyTorch and logs the run for Semblance.

    python3 pytorch_example.py runs/shapes-cnn            then: semblance training runs/shapes-cnn

Run it again with more --epochs and it goes on where it stopped (the weights are kept beside the folder).
"""

import argparse
import os
import sys

import torch
from torch import nn

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../integrations/python"))
from semblance_vision.logger import SemblanceLogger
from shapes import LABELS, shapes

arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
arguments.add_argument("folder")
arguments.add_argument("--epochs", type=int, default=10)
arguments.add_argument("--images", type=int, default=6000, help="training images; a quarter of that for the test")
arguments.add_argument("--float16", action="store_true")
options = arguments.parse_args()

torch.manual_seed(0)


def loader(n, seed, shuffle):
    images, targets = shapes(n, seed)
    data = torch.utils.data.TensorDataset(torch.from_numpy(images), torch.from_numpy(targets))
    return torch.utils.data.DataLoader(data, batch_size=100, shuffle=shuffle)


train, test = loader(options.images, 1, True), loader(options.images // 4, 2, False)
layers = []
for before, after in ((3, 32), (32, 64), (64, 128)):
    layers += [nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU(), nn.MaxPool2d(2)]
net = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, len(LABELS)))
optimizer = torch.optim.Adam(net.parameters(), lr=0.002)

log = SemblanceLogger(options.folder, net, labels=LABELS, dataset="generated shapes, 32 px", resume=True,
                      float16=options.float16)
kept = os.path.normpath(options.folder) + ".last.pt"
if log.next_epoch > 0 and os.path.exists(kept):
    net.load_state_dict(torch.load(kept))

for epoch in range(log.next_epoch, options.epochs + 1):
    losses = []
    net.train()
    for images, targets in train if epoch > 0 else []:  # epoch 0 is the untrained network
        loss = nn.functional.cross_entropy(net(images), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        log.add("train", targets)
        losses.append(loss.item())
    net.eval()
    with torch.no_grad():
        for images, targets in test:
            net(images)
            log.add("test", targets)
    log.end_epoch(epoch, loss=sum(losses) / len(losses) if losses else None, lr=optimizer.param_groups[0]["lr"])
    torch.save(net.state_dict(), kept)
