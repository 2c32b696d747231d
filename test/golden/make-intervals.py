"""Golden figures for intervals and quantiles: python3 test/golden/make-intervals.py > test/golden/intervals.json

Needs NumPy and SciPy: binomtest for Wilson's interval, t.interval for that of a mean, t.sf, binom.ppf.
"""

import json

import numpy as np
from scipy.stats import binom, binomtest, sem, t

rng = np.random.default_rng(3)


def wilson(hits, trials):
    found = binomtest(hits, trials).proportion_ci(method="wilson")
    return {"hits": hits, "trials": trials, "low": found.low, "high": found.high}


def mean(values):
    values = np.round(values, 6)
    low, high = t.interval(0.95, len(values) - 1, values.mean(), sem(values))
    return {"values": values.tolist(), "low": low, "high": high}


def quantiles(trials, p):
    """Of u halfway between two steps of the distribution, where rounding cannot tell another k."""
    steps = binom.cdf(np.arange(-1, trials + 1), trials, p)
    k = np.flatnonzero(np.diff(steps) > 1e-12)
    k = k[:: max(1, len(k) // 40)]
    u = (steps[k] + steps[k + 1]) / 2
    return {"trials": trials, "p": p, "u": u.tolist(), "k": binom.ppf(u, trials, p).astype(int).tolist()}


print(json.dumps({
    "wilson": [wilson(*each) for each in [(0, 1), (1, 1), (0, 20), (20, 20), (7, 20), (1, 1000), (433, 1000), (21650, 50000)]],
    "means": [mean(rng.normal(size=n) * scale + 1) for n, scale in [(5, 1), (6, 0.1), (12, 3), (100, 1), (1000, 2)]],
    "tails": [{"value": v, "freedom": n, "tail": t.sf(v, n)} for n in (1, 2, 3, 4, 5, 8, 29, 30, 199) for v in (-1.5, 0, 0.7, 2.5, 6)],
    "binomial": [quantiles(*each) for each in [(1, 0.3), (20, 0.5), (60, 0.05), (500, 0.999), (2000, 0.1), (100000, 1e-4), (100000, 0.4)]],
}))
