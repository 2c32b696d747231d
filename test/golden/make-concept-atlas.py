"""Golden figures for an atlas of concepts and for covering: python3 test/golden/make-concept-atlas.py > test/golden/concept-atlas.json

Needs NumPy and SciPy. From made coefficients, directions and similarities: links of two models, the partition into
entries, their agreement and the pairs of models. From made probabilities: falls, t intervals and p-values of covering.
"""

import itertools
import json

import numpy as np
from scipy.stats import sem, t

rng = np.random.default_rng(11)
CLASSES, MODELS, K, PATCHES, CHANNELS = 3, 3, 4, 60, 6
rounded = lambda x: np.round(x, 3)

# Motifs of a class, seen by each model in its own order with noise; model 2 lacks the last.
shared = rounded(rng.random((K, CHANNELS)) ** 3)
coefficients, directions, similarity = {}, {}, {}
for c in range(CLASSES):
    motifs = rng.random((PATCHES, K)) ** 3
    for m in range(MODELS):
        order = rng.permutation(K)
        noise = [0.05, 0.15, 0.3][m]
        seen = motifs[:, order] + noise * rng.random((PATCHES, K))
        if m == 2:
            seen[:, 3] = rng.random(PATCHES)
        coefficients[m, c] = rounded(seen)
        # The directions of a model are alike between classes for some motifs, and not for others.
        directions[m, c] = rounded(np.abs(shared[order] + (0.04 + 0.5 * (order[:, None] == c)) * rng.normal(size=(K, CHANNELS))))
        for j in range(K):
            similarity[m, c, j] = [round(float(v), 3) for v in rng.uniform(0.3, 0.95, MODELS)]
            similarity[m, c, j][m] = 0.95


def correlations(a, b, c):
    standard = lambda x: (x - x.mean(0)) / x.std(0)
    return standard(coefficients[a, c]).T @ standard(coefficients[b, c]) / PATCHES


def cosine(p, q):
    x, y = directions[p[0], p[1]][p[2]], directions[q[0], q[1]][q[2]]
    return x @ y / np.sqrt((x @ x) * (y @ y))


def is_shared(m, c, j, given):
    return similarity[m, c, j][given] >= 0.5 * similarity[m, c, j][m]


links, pairs = [], []
for a, b in itertools.combinations(range(MODELS), 2):
    of_pair = []
    for c in range(CLASSES):
        r = correlations(a, b, c)
        for i in range(K):
            j = int(r[i].argmax())
            if r[i, j] >= 0.5 and r[:, j].argmax() == i and is_shared(a, c, i, b) and is_shared(b, c, j, a):
                of_pair.append({"class": c, "first": i, "second": j, "correlation": r[i, j]})
                links.append((r[i, j], (a, c, i), (b, c, j)))
    pairs.append({"first": a, "second": b, "links": of_pair})

places = [(m, c, j) for c in range(CLASSES) for m in range(MODELS) for j in range(K)]
for p, q in itertools.combinations(places, 2):
    if p[0] == q[0] and p[1] != q[1] and cosine(p, q) >= 0.95:
        links.append((cosine(p, q), p, q))

group = {p: [p] for p in places}
for _, p, q in sorted(links, key=lambda link: -link[0]):
    one, other = group[p], group[q]
    clash = lambda x, y: x[0] == y[0] and (x[1] == y[1] or cosine(x, y) < 0.95)
    if one is other or any(clash(x, y) for x in one for y in other):
        continue
    one += other
    for x in other:
        group[x] = one

entries = []
for members in {id(g): sorted(g) for g in group.values()}.values():
    r = [correlations(p[0], q[0], p[1])[p[2], q[2]] for p in members for q in members if p[0] < q[0] and p[1] == q[1]]
    given = []
    for m in range(MODELS):
        others = [p for p in members if p[0] != m] or members
        given.append(float(np.mean([similarity[p][m] for p in others])))
    entries.append({
        "members": [list(p) for p in members],
        "agreement": {"mean": np.mean(r), "least": min(r)} if r else None,
        "cells": given,
    })
for pair in pairs:
    pair["both"] = sum({pair["first"], pair["second"]} <= {m for m, _, _ in e["members"]} for e in entries)

# Covering: images x patches x concepts of the first model; a probability for each picture that is looked at.
IMAGES, PER_IMAGE, COVERED, DRAWS = 9, 5, 2, 4
shown = np.round(rng.random((IMAGES, PER_IMAGE, 3)) ** 2 * (rng.random((IMAGES, 1, 3)) < [0.95, 0.8, 0.4]), 3)


def images_of(j):
    strongest = shown[:, :, j].max(1)
    return [i for i in range(IMAGES) if (shown[i, :, j] > 0).sum() >= COVERED and strongest[i] >= 0.5 * strongest.max()]


where = [images_of(j) for j in range(3)]
probabilities = []  # by model, by image: the picture itself, random patches, then each concept shown there
for m in range(2):
    probabilities.append([])
    for i in range(IMAGES):
        here = [j for j in range(3) if i in where[j]]
        whole = rng.uniform(0.6, 0.9)
        falls = np.concatenate([rng.normal(0.02, 0.02, DRAWS), [rng.normal([0.3, 0.03][m] if j == 0 else 0.05, 0.08) for j in here]])
        probabilities[m].append([float(round(v, 6)) for v in [whole, *np.clip(whole - falls, 0.01, 0.99)]] if here else [])


def effect(concept, random):
    d = np.array(concept) - np.array(random)
    found = {"concept": np.mean(concept), "random": np.mean(random), "value": d.mean(), "low": None, "high": None, "p": None}
    if len(d) >= 5:
        found["low"], found["high"] = t.interval(0.95, len(d) - 1, d.mean(), sem(d))
        found["p"] = min(1, 2 * t.sf(d.mean() / sem(d), len(d) - 1))
    return found


def changes(j, measure):
    """By model: what covering the concept changes in each image that shows it, and what random patches do."""
    found = []
    for m in range(2):
        concept, random = [], []
        for i in where[j]:
            looked = measure(np.array(probabilities[m][i]))
            position = [k for k in range(3) if i in where[k]].index(j)
            concept.append(looked[1 + DRAWS + position])
            random.append(looked[1 : 1 + DRAWS].mean())
        found.append((concept, random))
    return found


covered, importance = [], []
for j in range(3):
    own, other = changes(j, lambda p: p[0] - p)
    models = [effect(*own), effect(*other)]
    beyond = [np.subtract(*own), np.subtract(*other)]
    difference = effect(*beyond)
    p = None if difference["p"] is None else max(models[0]["p"], difference["p"])
    covered.append({"images": len(where[j]), "models": models, "difference": difference, "p": p})
    rise = effect(*changes(j, lambda p: -np.log(p) + np.log(p[0]))[0])
    importance.append({key: rise[key] for key in ("value", "low", "high")} if len(where[j]) >= 5 else None)

table = lambda of: [[of[m, c].tolist() for c in range(CLASSES)] for m in range(MODELS)]
print(json.dumps({
    "atlas": {
        "coefficients": table(coefficients),
        "directions": table(directions),
        "similarity": [[[similarity[m, c, j] for j in range(K)] for c in range(CLASSES)] for m in range(MODELS)],
        "pairs": pairs,
        "entries": entries,
    },
    "covering": {
        "coefficients": shown.reshape(-1, 3).tolist(),
        "perImage": PER_IMAGE,
        "patches": COVERED,
        "probabilities": probabilities,
        "covered": covered,
        "importance": importance,
    },
}))
