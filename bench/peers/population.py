"""What a population needs of every pair of heads in a folder: NSAD with NumPy and SciPy, for all classes and for a subtree.

Prints milliseconds a pair with the values, and milliseconds of the clustering and the histograms of all pairs.
Arguments: folder, number of classes in the subtree, number of models of the whole population.
"""
import json
import sys
import time
from pathlib import Path

import numpy as np
from scipy import stats
from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering

paths = sorted(Path(sys.argv[1]).glob("*.npy"))
subtree = int(sys.argv[2])
models = int(sys.argv[3])

matrices = []
start = time.perf_counter()
for path in paths:
    head = np.load(path)
    unit = head / np.linalg.norm(head, axis=1, keepdims=True)
    matrices.append(unit @ unit.T)
ms_model = 1000 * (time.perf_counter() - start) / len(paths)

above = np.triu_indices(len(matrices[0]), 1)
above_subtree = np.triu_indices(subtree, 1)


def nsad(a, b):
    cosine = a @ b / (np.linalg.norm(a) * np.linalg.norm(b))
    return [float(cosine), float(stats.spearmanr(a, b)[0]), float(stats.kendalltau(a, b)[0])]


values = []
start = time.perf_counter()
for i in range(len(matrices)):
    for j in range(i + 1, len(matrices)):
        whole = nsad(matrices[i][above], matrices[j][above])
        part = nsad(matrices[i][:subtree, :subtree][above_subtree], matrices[j][:subtree, :subtree][above_subtree])
        values.append([whole, part])
ms_pair = 1000 * (time.perf_counter() - start) / len(values)

random = np.random.default_rng(0)
distances = random.random((3, models * (models - 1) // 2))
start = time.perf_counter()
for row in distances:
    leaves_list(optimal_leaf_ordering(linkage(row, "average"), row))
    np.histogram(row, 30)
    np.histogram(row, 30)
ms_rest = 1000 * (time.perf_counter() - start)
print(json.dumps({"msPerModel": ms_model, "msPerPair": ms_pair, "msRest": ms_rest, "values": values}))
