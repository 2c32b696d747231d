"""Class bootstrap of SSAD Spearman, resample by resample with NumPy and spearmanr; milliseconds a resample."""
import json
import sys
import time

import numpy as np
from scipy import stats

network, reference = np.load(sys.argv[1]), np.load(sys.argv[2])
resamples = int(sys.argv[3])
random = np.random.default_rng(0)
n = len(network)
above = np.triu_indices(n, 1)

draws = []
start = time.perf_counter()
for _ in range(resamples):
    drawn = random.integers(n, size=n)
    i, j = drawn[above[0]], drawn[above[1]]
    different = i != j
    i, j = i[different], j[different]
    draws.append(float(stats.spearmanr(network[i, j], reference[i, j])[0]))
elapsed = 1000 * (time.perf_counter() - start)
print(json.dumps({"msPerResample": elapsed / resamples, "mean": np.mean(draws), "sd": np.std(draws, ddof=1)}))
