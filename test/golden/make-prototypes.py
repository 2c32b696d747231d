"""Writes prototypes.json: optima of matching two maps and of transports, by SciPy.

Maps are smooth fields of a few concepts after a ReLU, as layers of networks have them, some centred; features have three
decimals, so that the file holds them exactly. Optima: scipy.optimize.linear_sum_assignment in 64 bits. Transports of whole
supplies: scipy.optimize.linprog (HiGHS).
"""

import json
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment, linprog

rng = np.random.default_rng(20)


def smooth_map(side, channels, concepts=5):
    y, x = np.mgrid[0:side, 0:side] / side
    fields = [
        np.maximum(0, np.sin(6.3 * (rng.random() * x + rng.random() * y + rng.random()))) for _ in range(concepts)
    ]
    return np.stack(fields, axis=-1).reshape(-1, concepts)


def pair(side, channels, centred, noise):
    basis = np.maximum(0, rng.normal(size=(5, channels)))
    maps = [smooth_map(side, channels) @ basis + noise * rng.normal(size=(side * side, channels)) for _ in range(2)]
    mean = np.mean(maps, axis=(0, 1)) if centred else 0
    a, b = (np.round(m - mean, 3) for m in maps)
    rows, columns = linear_sum_assignment(a @ b.T, maximize=True)
    return {
        "positions": side * side,
        "channels": channels,
        "a": a.ravel().tolist(),
        "b": b.ravel().tolist(),
        "optimum": float((a @ b.T)[rows, columns].sum()),
    }


def transport(m, n, total):
    split = lambda k: (1 + rng.multinomial(total - k, np.ones(k) / k)).tolist()
    supplies, demands = split(m), split(n)
    values = np.round(rng.normal(size=(m, n)), 3)
    equal = np.zeros((m + n, m * n))
    for i in range(m):
        equal[i, i * n : (i + 1) * n] = 1
    for j in range(n):
        equal[m + j, j::n] = 1
    found = linprog(-values.ravel(), A_eq=equal, b_eq=supplies + demands, method="highs")
    return {"values": values.tolist(), "supplies": supplies, "demands": demands, "value": float(-found.fun)}


golden = {
    "pairs": [
        pair(8, 3, False, 0.05),
        pair(8, 6, True, 0.2),
        pair(12, 4, False, 0.2),
        pair(16, 4, False, 0.05),
        pair(16, 4, True, 0.2),
    ],
    "transports": [transport(m, n, total) for m, n, total in [(4, 4, 12), (6, 9, 40), (9, 6, 40), (20, 20, 100), (20, 20, 20)]],
}
Path(__file__).with_name("prototypes.json").write_text(json.dumps(golden) + "\n")
