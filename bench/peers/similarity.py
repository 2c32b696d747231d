"""Affinity and matching of all pairs of images with NumPy and SciPy, the least wall time and the least processor time of
several runs. Arguments: float32 features, images, positions, channels, runs."""
import json
import os
import sys
import time

# One thread, as the other side has.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np
import scipy
from scipy.optimize import linear_sum_assignment

images, positions, channels, repeats = map(int, sys.argv[2:])
features = np.fromfile(sys.argv[1], dtype=np.float32).reshape(images, positions, channels)
best = {"ms": float("inf"), "cpu": float("inf"), "affinity": 0.0}
for _ in range(repeats):
    start, cpu_start = time.perf_counter(), time.process_time()
    affinity_time = 0.0
    for i in range(1, images):
        for j in range(i):
            before = time.process_time()
            affinity = features[i] @ features[j].T
            affinity_time += time.process_time() - before
            row, column = linear_sum_assignment(affinity, maximize=True)
            affinity[row, column].sum(dtype=np.float64)
    cpu = 1000 * (time.process_time() - cpu_start)
    best["ms"] = min(best["ms"], 1000 * (time.perf_counter() - start))
    if cpu < best["cpu"]:
        best.update(cpu=cpu, affinity=1000 * affinity_time)
print(json.dumps({"scipy": scipy.__version__, "numpy": np.__version__, **best}))
