"""Milliseconds of a loop of scipy.optimize.nnls over rows. Arguments: a file of float64 values (activations, then
directions), rows, cols, k, repeats."""
import json
import sys
import time

import numpy as np
import scipy
from scipy.optimize import nnls

rows, cols, k, repeats = map(int, sys.argv[2:])
values = np.fromfile(sys.argv[1])
x = values[: rows * cols].reshape(rows, cols)
directions = np.ascontiguousarray(values[rows * cols :].reshape(k, cols).T)
times = []
for _ in range(repeats):
    start = time.perf_counter()
    found = [nnls(directions, row)[0] for row in x]
    times.append(1000 * (time.perf_counter() - start))
print(json.dumps({"scipy": scipy.__version__, "ms": sorted(times)[len(times) // 2], "coefficients": np.array(found).ravel().tolist()}))
