"""Golden figures for alignment by cuts of a tree: python3 test/golden/make-level-alignment.py > test/golden/level-alignment.json

Needs NumPy and SciPy. Intervals are 2θ − quantiles of 20,000 resamples of the classes: correlations of the ranks of all pairs,
each pair weighted by how often its two classes were drawn.
"""

import json

import numpy as np
from scipy.stats import rankdata, spearmanr

rng = np.random.default_rng(12)
N = 30
DRAWS = 20000
pairs = np.triu_indices(N, 1)


def together(branch):
    branch = np.array(branch)
    return ((branch[:, None] == branch[None, :]) & (branch[:, None] >= 0))[pairs].astype(float)


def symmetric(x):
    return np.round(np.triu(x, 1) + np.triu(x, 1).T + np.eye(N), 6)


def rho(x, y):
    return float(spearmanr(x, y).statistic)


def partial(xy, xz, yz):
    return (xy - xz * yz) / np.sqrt((1 - xz**2) * (1 - yz**2))


def intervals(network, reference, membership):
    ranks = np.array([rankdata(v) for v in (network, reference, membership)])

    def values(times):
        c = np.cov(ranks, aweights=(times[:, None] * times[None, :])[pairs])
        xy, xz, yz = (c[i, j] / np.sqrt(c[i, i] * c[j, j]) for i, j in ((0, 1), (0, 2), (1, 2)))
        return xz, partial(xy, xz, yz)

    observed = values(np.ones(N))
    draws = np.array([values(rng.multinomial(N, np.full(N, 1 / N))) for _ in range(DRAWS)])
    out = {}
    for k, name in enumerate(("split", "beyond")):
        low, high = np.quantile(draws[:, k], [0.025, 0.975])
        out[name] = {"low": float(2 * observed[k] - high), "high": float(2 * observed[k] - low), "sd": float(draws[:, k].std())}
    return out


# Two halves, then quarters, then groups of three; the last four classes are in no branch of the finest.
levels = [[i // 15 for i in range(N)], [i // 8 for i in range(N)], [i // 3 if i < 26 else -1 for i in range(N)]]
depth = sum(together(branch) for branch in levels)
full = np.zeros((N, N))
full[pairs] = depth
reference = symmetric(full + 0.3 * rng.integers(0, 4, (N, N)))
network = symmetric(0.4 * full + rng.normal(size=(N, N)))
x, y = network[pairs], reference[pairs]
cuts = []
shared = 0
for i, branch in enumerate(levels):
    z = together(branch)
    shared = shared + z
    cuts.append({
        "branchOf": branch, "split": rho(x, z), "beyond": float(partial(rho(x, y), rho(x, z), rho(y, z))),
        "soFar": rho(x, shared), "interval": intervals(x, y, z),
    })
print(json.dumps({"classes": N, "network": network.ravel().tolist(), "reference": reference.ravel().tolist(), "cuts": cuts}))
