"""Writes layer-identification.json: three networks of four layers, linear CKA of all layers, semantic and spatial, biased and
unbiased, and the share of layers found again, by NumPy and SciPy alone (float64; matching by linear_sum_assignment)."""

import itertools
import json
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment

rng = np.random.default_rng(5)
MODELS, LAYERS, IMAGES, POSITIONS, CHANNELS = 3, 4, 12, 5, 3

common = rng.normal(size=(LAYERS, IMAGES, POSITIONS, CHANNELS)).cumsum(axis=0)
features = np.round(common + 1.2 * rng.normal(size=(MODELS, LAYERS, IMAGES, POSITIONS, CHANNELS)), 2)


def matrices(maps):
    maps = maps - maps.mean(axis=0)
    spatial = np.einsum("isc,jsc->ij", maps, maps)
    semantic = np.empty_like(spatial)
    for i, j in itertools.product(range(IMAGES), repeat=2):
        affinity = maps[i] @ maps[j].T
        semantic[i, j] = affinity[linear_sum_assignment(affinity, maximize=True)].sum()
    return {"semantic": semantic, "spatial": spatial}


def hsic(k, l, unbiased):
    n = len(k)
    if not unbiased:
        h = np.eye(n) - 1 / n
        return np.trace(k @ h @ l @ h) / (n - 1) ** 2
    k, l = k - np.diag(np.diag(k)), l - np.diag(np.diag(l))
    one = np.ones(n)
    return (
        np.trace(k @ l) + (one @ k @ one) * (one @ l @ one) / ((n - 1) * (n - 2)) - 2 / (n - 2) * one @ k @ l @ one
    ) / (n * (n - 3))


def share(side, unbiased):
    right = []
    for a, b in itertools.permutations(range(MODELS), 2):
        for i in range(LAYERS):
            own = rsms[a][i][side]
            others = [rsms[b][j][side] for j in range(LAYERS)]
            cka = [hsic(own, o, unbiased) / np.sqrt(hsic(own, own, unbiased) * hsic(o, o, unbiased)) for o in others]
            right.append(int(np.argmax(cka)) == i)
    return float(np.mean(right))


rsms = [[matrices(layer) for layer in model] for model in features]
golden = {
    "shape": list(features.shape),
    "features": features.ravel().tolist(),
    "shares": {
        name: {side: share(side, name == "ckaUnbiased") for side in ("semantic", "spatial")}
        for name in ("cka", "ckaUnbiased")
    },
}
Path(__file__).with_name("layer-identification.json").write_text(json.dumps(golden) + "\n")
print(golden["shares"])
