"""SSAD of a head with a reference, both .npy: NumPy cosine, spearmanr, kendalltau; median milliseconds."""
import json
import sys
import time

import numpy as np
from scipy import stats

head_path, reference_path, repeats = sys.argv[1], sys.argv[2], int(sys.argv[3])
reference = np.load(reference_path)
off_diagonal = ~np.eye(len(reference), dtype=bool)
above = np.triu_indices(len(reference), 1)


def scaled(values):
    return (values - values.min()) / (values.max() - values.min())


def ssad():
    head = np.load(head_path)
    unit = head / np.linalg.norm(head, axis=1, keepdims=True)
    similarity = unit @ unit.T
    a, b = scaled(similarity[off_diagonal]), scaled(reference[off_diagonal])
    cosine = a @ b / (np.linalg.norm(a) * np.linalg.norm(b))
    x, y = similarity[above], reference[above]
    return float(cosine), float(stats.spearmanr(x, y)[0]), float(stats.kendalltau(x, y)[0])


values = ssad()
times = []
for _ in range(repeats):
    start = time.perf_counter()
    ssad()
    times.append(1000 * (time.perf_counter() - start))
print(json.dumps({"ms": sorted(times)[repeats // 2], "values": values}))
