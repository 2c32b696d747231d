"""Logs two epochs: features that have nothing to do with right and wrong, and wrong samples that lie apart.

random_features.py FOLDER FEATURE_MEMORY
"""

import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../integrations/python"))
from semblance_vision.logger import SemblanceLogger

folder, memory = sys.argv[1], int(sys.argv[2])
random = np.random.default_rng(1)
classes, width, samples = 20, 16, 2000
target = random.integers(0, classes, samples)
# Seven of ten are wrong.
prediction = np.where(random.random(samples) < 0.7, (target + random.integers(1, classes, samples)) % classes, target)
centres = random.normal(size=(classes, width))
log = SemblanceLogger(folder, labels=[f"class {i}" for i in range(classes)], feature_memory=memory, quiet=True)
for epoch, shift in enumerate((0.0, 2.0)):
    features = centres[target] + 3 * random.normal(size=(samples, width))
    features[prediction != target, 0] += shift
    features[prediction == target, 0] -= shift * 7 / 3
    for at in range(0, samples, 100):
        log.add("test", target[at:at + 100], prediction[at:at + 100], features[at:at + 100])
    log.end_epoch(epoch, head=np.ones((classes, width), np.float32))
