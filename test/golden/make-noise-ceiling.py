"""Golden figures for noise ceilings: python3 test/golden/make-noise-ceiling.py > test/golden/noise-ceiling.json

Needs NumPy and SciPy. Of four classes, whose six pairs have 720 orders, the upper ends of ρ and τ-b stand beside the best
of all orders, tried one by one (pooled ranks that are equal can do a little better); that of the cosine is its closed form,
which no random vector near it or far from it may pass.
"""

import itertools
import json

import numpy as np
from scipy.stats import kendalltau, rankdata, spearmanr

rng = np.random.default_rng(5)


def pairs_of(matrix):
    return matrix[np.triu_indices(len(matrix), 1)]


def scaled_cosine(x, y):
    x, y = [(v - v.min()) / (v.max() - v.min()) for v in (x, y)]
    return float(x @ y / np.linalg.norm(x) / np.linalg.norm(y))


def rho(x, y):
    return float(spearmanr(x, y).statistic)


def tau(x, y):
    return float(kendalltau(x, y).statistic)


def unit_scaled(x):
    x = (x - x.min()) / (x.max() - x.min())
    return x / np.linalg.norm(x)


def best_cosine(parts):
    """A scaled vector has no negative entry and a smallest of 0: the mean of the directions but for its smallest entry."""
    mean = np.mean([unit_scaled(x) for x in parts], axis=0)
    model = mean.copy()
    model[mean.argmin()] = 0
    found = np.sqrt(mean @ mean - mean.min() ** 2)
    for scale in (1, 0.1, 0.01):
        for _ in range(2000):
            other = model + scale * mean.std() * rng.normal(size=len(mean))
            assert np.mean([scaled_cosine(x, other) for x in parts]) <= found + 1e-12
    assert np.isclose(np.mean([scaled_cosine(x, model) for x in parts]), found)
    return model, float(found)


def ceiling(parts):
    others = [[y for j, y in enumerate(parts) if j != i] for i in range(len(parts))]
    ranks = lambda some: np.mean([rankdata(x) for x in some], axis=0)
    mean = lambda measure, models: float(np.mean([measure(x, m) for x, m in zip(parts, models)]))
    out = {
        "cosine": {"lower": mean(scaled_cosine, [best_cosine(o)[0] for o in others]), "upper": best_cosine(parts)[1]},
        "spearman": {"lower": mean(rho, [ranks(o) for o in others]), "upper": mean(rho, [ranks(parts)] * len(parts))},
        "kendall": {"lower": mean(tau, [ranks(o) for o in others]), "upper": mean(tau, [ranks(parts)] * len(parts))},
    }
    if len(parts[0]) == 6:
        orders = [np.array(order) for order in itertools.permutations(range(6))]
        best = lambda measure: max(np.mean([measure(x, order) for x in parts]) for order in orders)
        out["best of all orders"] = {"spearman": float(best(rho)), "kendall": float(best(tau))}
    return out


def case(name, classes, count, noise, model_noise, rounded=None, scales=None):
    def draw(truth, deviation):
        m = np.round(truth + deviation * rng.normal(size=truth.shape), 6)
        m = m if rounded is None else np.round(m, rounded)
        return np.triu(m, 1) + np.triu(m, 1).T + np.eye(classes)

    truth = draw(np.zeros((classes, classes)), 1)
    parts = [draw(truth, noise) * scale for scale in scales or [1] * count]
    model = draw(truth, model_noise)
    x = [pairs_of(p) for p in parts]
    y = pairs_of(model)
    measures = {"cosine": scaled_cosine, "spearman": rho, "kendall": tau}
    return {
        "name": name,
        "parts": [p.ravel().tolist() for p in parts],
        "model": model.ravel().tolist(),
        "classes": classes,
        "ceiling": ceiling(x),
        "mean": {key: float(np.mean([f(part, y) for part in x])) for key, f in measures.items()},
        "withMean": {key: f(np.mean(x, axis=0), y) for key, f in measures.items()},
    }


print(json.dumps({"cases": [
    case("four classes", 4, 5, 1, 0.5),
    case("parts of unlike scales", 12, 6, 1, 0, scales=[1, 4, 0.5, 2, 1, 16]),
    case("two parts", 8, 2, 0.5, 0.6),
    case("ties", 9, 4, 0.5, 0.5, rounded=0),
]}))
