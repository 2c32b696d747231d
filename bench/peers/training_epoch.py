"""All measures of one training epoch in NumPy, SciPy and scikit-image, in processor time.

Usage: training_epoch.py FOLDER REPEATS [templates] [plain], with the arrays as .npy in FOLDER; the measures that need
class templates are left out without the word `templates`. With `plain` ranks and quantiles are taken class by class and
predictions counted by `np.add.at`, as the formulas read; without it everything is vectorised. Prints one JSON object.
"""

import json
import sys
import time

import numpy as np
from scipy.stats import rankdata
from skimage.metrics import structural_similarity

folder, repeats, with_templates = sys.argv[1], int(sys.argv[2]), "templates" in sys.argv
plain = "plain" in sys.argv
load = lambda name: np.load(f"{folder}/{name}.npy")
head, scsm = load("head"), load("scsm")
target, prediction = load("target").astype(int), load("prediction").astype(int)
templates = {split: {kind: load(f"{split}_{kind}") for kind in ("all", "correct", "wrong")} for split in ("test", "train")}
counts = {split: {kind: load(f"{split}_{kind}_count") for kind in ("correct", "wrong")} for split in ("test", "train")}
cosine_to_template = load("cosine")
C = len(head)
off = ~np.eye(C, dtype=bool)


def cosines(w):
    unit = w / np.linalg.norm(w, axis=1, keepdims=True)
    return unit @ unit.T


def scaled(m):
    values = m[off]
    low = values.min()
    return (values - low) / (values.max() - low)


def sai(a, b):
    image = (C, C - 1)
    return {
        "cosine": float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b))),
        "ssim": float(structural_similarity(a.reshape(image), b.reshape(image), data_range=1.0)),
        "mse": float(np.mean((a - b) ** 2)),
        "mae": float(np.mean(np.abs(a - b))),
    }


def idm_by_class(matrix):
    ranks = np.zeros((C, C))
    for t in range(C):
        others = np.arange(C) != t
        ranks[t, others] = rankdata(-matrix[t, others])
    found = ranks[target, prediction]
    wrong = target != prediction
    return {"all": float(1 - found.mean() / (C - 1)), "errorsOnly": float(1 - found[wrong].mean() / (C - 1))}


def wsi_by_class(ncsm, q=0.95):
    high, low = [], []
    for t in range(C):
        others = np.delete(ncsm[t], t)
        high.append(others[others >= np.quantile(others, q)].mean())
        low.append(others[others <= np.quantile(others, 1 - q)].mean())
    return {
        "mean": float(ncsm[np.triu_indices(C, 1)].mean()),
        "max": float(np.mean(high)),
        "min": float(np.mean(low)),
    }


def idm(matrix):
    keyed = -matrix.astype(float)
    np.fill_diagonal(keyed, -np.inf)
    ranks = rankdata(keyed, axis=1)[target, prediction] - 1
    wrong = target != prediction
    return {"all": float(1 - ranks.mean() / (C - 1)), "errorsOnly": float(1 - ranks[wrong].mean() / (C - 1))}


def wsi(ncsm, q=0.95):
    others = ncsm[off].reshape(C, C - 1)
    high = np.quantile(others, q, axis=1, keepdims=True)
    low = np.quantile(others, 1 - q, axis=1, keepdims=True)
    above, below = others >= high, others <= low
    return {
        "mean": float(ncsm[np.triu_indices(C, 1)].mean()),
        "max": float(np.mean((others * above).sum(axis=1) / above.sum(axis=1))),
        "min": float(np.mean((others * below).sum(axis=1) / below.sum(axis=1))),
    }


def typicality(split, kind):
    has = counts[split][kind] > 0
    a, b = templates[split][kind][has], templates[split]["all"][has]
    return float(np.mean(np.sum(a * b, axis=1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))))


def epoch():
    ncsm = cosines(head)
    if plain:
        confusion = np.zeros((C, C))
        np.add.at(confusion, (target, prediction), 1)
    else:
        confusion = np.bincount(target * C + prediction, minlength=C * C).reshape(C, C).astype(float)
    ccsm = confusion / confusion.sum(axis=1, keepdims=True)
    np.fill_diagonal(ccsm, 1)
    matrices = {
        "ncsm": scaled(ncsm),
        "scsm": scaled(scsm),
        "ccsm": scaled(ccsm),
    }
    pairs = {"ncsm_scsm": ("ncsm", "scsm"), "ncsm_ccsm": ("ncsm", "ccsm"), "ccsm_scsm": ("ccsm", "scsm")}
    if with_templates:
        matrices["tncsm_test"] = scaled(cosines(templates["test"]["all"]))
        matrices["tncsm_train"] = scaled(cosines(templates["train"]["all"]))
        pairs |= {
            "tncsm_test_scsm": ("tncsm_test", "scsm"),
            "ncsm_tncsm_train": ("ncsm", "tncsm_train"),
            "ncsm_tncsm_test": ("ncsm", "tncsm_test"),
            "tncsm_test_train": ("tncsm_test", "tncsm_train"),
        }
    triangle = np.triu_indices(C, 1)
    a, b = rankdata(ncsm[triangle]), rankdata(scsm[triangle])
    result = {
        "sai": {name: sai(matrices[x], matrices[y]) for name, (x, y) in pairs.items()},
        "spearman": float(np.corrcoef(a, b)[0, 1]),
        "idm": {name: (idm_by_class if plain else idm)(m) for name, m in (("network", ncsm), ("semantic", scsm))},
        "wsi": (wsi_by_class if plain else wsi)(ncsm),
    }
    if with_templates:
        kinds = ("correct", "wrong")
        result["typicality"] = {split: {kind: typicality(split, kind) for kind in kinds} for split in templates}
        wrong = cosine_to_template[target != prediction]
        result["mistakes"] = np.histogram(wrong, bins=40, range=(-1, 1))[0].tolist()
    return result


epoch()
times = []
for _ in range(repeats):
    start = time.process_time()
    result = epoch()
    times.append((time.process_time() - start) * 1000)
print(json.dumps({"ms": min(times), "result": result}))
