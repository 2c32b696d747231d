"""NSAD of pairs of heads in a folder, pair by pair: NumPy cosine, spearmanr, kendalltau; milliseconds a pair."""
import json
import sys
import time
from pathlib import Path

import numpy as np
from scipy import stats

paths = sorted(Path(sys.argv[1]).glob("*.npy"))
above = None
matrices = []
for path in paths:
    head = np.load(path)
    unit = head / np.linalg.norm(head, axis=1, keepdims=True)
    similarity = unit @ unit.T
    if above is None:
        above = np.triu_indices(len(similarity), 1)
    matrices.append(similarity[above])

values = []
start = time.perf_counter()
for i in range(len(matrices)):
    for j in range(i + 1, len(matrices)):
        a, b = matrices[i], matrices[j]
        cosine = a @ b / (np.linalg.norm(a) * np.linalg.norm(b))
        values.append([float(cosine), float(stats.spearmanr(a, b)[0]), float(stats.kendalltau(a, b)[0])])
print(json.dumps({"msPerPair": 1000 * (time.perf_counter() - start) / len(values), "values": values}))
