"""Softmax regression in plain NumPy, logged: python3 numpy_training.py FOLDER [EPOCHS]"""

import os
import sys

import numpy

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "integrations"))
from semblance_logger import RunLogger


def main(folder, epochs):
    random = numpy.random.default_rng(0)
    classes, features, samples = 10, 32, 2000
    centres = numpy.repeat(random.normal(size=(5, features)), 2, axis=0) + 0.5 * random.normal(size=(classes, features))
    target = random.integers(0, classes, samples)
    x = centres[target] + random.normal(size=(samples, features))
    train, test = slice(0, 1500), slice(1500, None)
    weights = 0.1 * random.normal(size=(classes, features))
    logger = RunLogger(folder, name="Softmax regression", labels=[f"class {c}" for c in range(classes)])
    for epoch in range(epochs + 1):
        scores = x @ weights.T
        shares = numpy.exp(scores - scores.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        loss = -numpy.log(shares[numpy.arange(samples), target])
        logger.log(
            epoch,
            head=weights,
            test=(target[test], scores[test], x[test]),
            train=(target[train], scores[train], x[train]),
            loss=loss[train].mean(),
            val_loss=loss[test].mean(),
            lr=0.5,
        )
        errors = shares[train] - numpy.eye(classes)[target[train]]
        weights = weights - 0.5 * errors.T @ x[train] / 1500


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "runs/softmax", int(sys.argv[2]) if len(sys.argv) > 2 else 20)
