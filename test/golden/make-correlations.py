"""Writes correlations.json: vectors with and without ties and what SciPy makes of them. Needs NumPy and SciPy."""
import json
from pathlib import Path

import numpy as np
from scipy import stats

random = np.random.default_rng(0)
cases = []


def add(name, a, b, pearson_too=True):
    a, b = np.asarray(a, float), np.asarray(b, float)
    spearman, kendall = stats.spearmanr(a, b), stats.kendalltau(a, b)
    pearson = stats.pearsonr(a, b) if pearson_too else None
    cases.append({
        "name": name,
        "a": a.tolist(),
        "b": b.tolist(),
        "ranksA": stats.rankdata(a).tolist(),
        "pearson": pearson and {"value": float(pearson[0]), "p": float(pearson[1])},
        "spearman": {"value": float(spearman[0]), "p": float(spearman[1])},
        "kendall": {"value": float(kendall[0]), "p": float(kendall[1])},
    })


x = random.normal(size=40)
add("no ties", x, 0.4 * x + random.normal(size=40))
add("no ties, few", [3.0, 1.0, 4.0, 1.5, 5.0, 9.0, 2.0, 6.0], [2.0, 7.0, 1.0, 8.0, 2.8, 1.8, 2.9, 4.0])
add("monotone", np.arange(12), np.exp(np.arange(12) / 3))
add("one swap", np.arange(9), [0, 1, 2, 4, 3, 5, 6, 7, 8])
add("ties in one", random.integers(0, 5, 60), random.normal(size=60))
add("ties in both", random.integers(0, 4, 80), random.integers(0, 6, 80))
add("ties in both, related", *(lambda u: (np.round(u, 1), np.round(u + 0.2 * random.normal(size=150), 1)))(random.normal(size=150)))
add("signed zeros", [0.0, -0.0, 1.0, -1.0, 2.0], [1.0, 2.0, 3.0, 4.0, 5.0])
# SciPy itself warns that its Pearson is inaccurate on a vector as nearly constant as this.
add("equal upper words", 1 + random.integers(0, 50, 100) * 2.0**-50, random.normal(size=100), pearson_too=False)
add("wide range", random.normal(size=64) * 10.0 ** random.integers(-300, 300, 64), random.normal(size=64))
add("opposed", np.arange(20), -np.arange(20))

Path(__file__).with_name("correlations.json").write_text(json.dumps({"made with": "scipy " + __import__("scipy").__version__, "cases": cases}, indent=1) + "\n")
