"""Maxima and least times of scipy.optimize.linear_sum_assignment. Arguments: a file of float32 matrices one after the other,
a JSON list of [rows, columns, repeats]."""
import json
import sys
import time

import numpy as np
import scipy
from scipy.optimize import linear_sum_assignment

values = np.memmap(sys.argv[1], dtype=np.float32, mode="r")
results = []
at = 0
with open(sys.argv[2]) as shapes:
    for rows, columns, repeats in json.load(shapes):
        affinity = np.array(values[at : at + rows * columns]).reshape(rows, columns)
        at += rows * columns
        times = []
        for _ in range(repeats):
            start = time.perf_counter()
            i, j = linear_sum_assignment(affinity, maximize=True)
            times.append(1000 * (time.perf_counter() - start))
        results.append({"maximum": float(affinity[i, j].astype(np.float64).sum()), "ms": min(times)})
print(json.dumps({"scipy": scipy.__version__, "numpy": np.__version__, "results": results}))
