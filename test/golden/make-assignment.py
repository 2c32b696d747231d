"""Writes assignment.json: small affinities of many kinds and SciPy's maximum for each. Needs NumPy and SciPy."""
import json
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment

random = np.random.default_rng(0)
cases = []


def add(kind, affinity):
    affinity = np.asarray(affinity, np.float32).astype(float)
    rows, columns = linear_sum_assignment(affinity, maximize=True)
    cases.append({
        "kind": kind,
        "rows": affinity.shape[0],
        "columns": affinity.shape[1],
        "affinity": [float(f"{v:.9g}") for v in affinity.ravel()],
        "maximum": float(affinity[rows, columns].sum()),
    })


for n in (3, 6, 18):
    features = np.maximum(random.normal(size=(n, 4)), 0)
    others = np.maximum(random.normal(size=(n, 4)), 0)
    add("features", features @ others.T)
    add("uniform", random.random((n, n)))
    add("tied", np.floor(random.random((n, n)) * 4) / 4)
    add("integer", random.integers(-50, 50, (n, n)))
    add("rank-1", np.outer(random.normal(size=n), random.normal(size=n)))
    add("zero-heavy", np.where(random.random((n, n)) < 0.7, 0, random.random((n, n))))
    add("tiny", features @ others.T * 1e-6)
    add("huge", features @ others.T * 1e6)
    add("self", features @ features.T)
    add("shifted", features @ np.roll(features, 3, 0).T)
    add("negative", -random.random((n, n)) * 10)
    add("wide", random.random((n, n + 7)))
    add("tall", random.normal(size=(n + 5, n)))
    add("wide, tied", random.integers(0, 3, (n, 2 * n)))

Path(__file__).with_name("assignment.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")
