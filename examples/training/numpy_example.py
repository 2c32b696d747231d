"""Softmax regression on generated shapes in NumPy alone, logged for Semblance.

    python3 numpy_example.py runs/shapes-numpy            then: semblance training runs/shapes-numpy
"""

import argparse
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../integrations/python"))
from semblance_vision.logger import SemblanceLogger
from shapes import LABELS, shapes

arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
arguments.add_argument("folder")
arguments.add_argument("--epochs", type=int, default=10)
arguments.add_argument("--images", type=int, default=6000, help="training images; a quarter of that for the test")
options = arguments.parse_args()


def features(n, seed):
    """Size of the differences between neighbouring pixels in four directions, pooled over a 4x4 grid."""
    images, target = shapes(n, seed)
    grey = images.mean(1)
    steps = [abs(grey - np.roll(grey, shift, (1, 2))) for shift in ((0, 1), (1, 0), (1, 1), (1, -1))]
    pooled = np.stack(steps, 1).reshape(n, 4, 4, 8, 4, 8).mean((3, 5)).reshape(n, -1)
    return (pooled * 10).astype(np.float32), target


(x_train, y_train), (x_test, y_test) = features(options.images, 1), features(options.images // 4, 2)
random = np.random.default_rng(0)
weight, bias = random.normal(0, 0.1, (len(LABELS), x_train.shape[1])), np.zeros(len(LABELS))
log = SemblanceLogger(options.folder, labels=LABELS, model_name="softmax regression", dataset="generated shapes, 32 px")

for epoch in range(options.epochs + 1):
    for batch in np.split(random.permutation(len(x_train)), 20) if epoch > 0 else []:
        scores = x_train[batch] @ weight.T + bias
        error = np.exp(scores - scores.max(1, keepdims=True))
        error /= error.sum(1, keepdims=True)
        error[np.arange(len(batch)), y_train[batch]] -= 1
        weight -= 0.5 * error.T @ x_train[batch] / len(batch)
        bias -= 0.5 * error.mean(0)
    log.add("train", y_train, x_train @ weight.T + bias, x_train)
    log.add("test", y_test, x_test @ weight.T + bias, x_test)
    log.end_epoch(epoch, head=(weight, bias), lr=0.5)
