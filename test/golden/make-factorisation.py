"""Writes factorisation.json: NNDSVD starts from NumPy's full SVD, scikit-learn's coordinate-descent NMF from them, and
NNLS by SciPy; and the updates of semi- and convex-NMF as Ding, Li and Jordan (2010) write them, with the data as columns.
Needs NumPy, SciPy and scikit-learn.

scikit-learn's own NNDSVD start uses a randomised SVD, so the start is computed here and given as init="custom".
"""
import json
import warnings
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy.optimize import nnls
from sklearn.decomposition import NMF

warnings.filterwarnings("ignore")


def matrix(n, d, k):
    """Of integers alone, so that it can be built bit for bit elsewhere: k overlapping parts, and a little of everything."""
    i, j = np.arange(n)[:, None], np.arange(d)[None, :]
    x = ((i * 7 + j * 13 + i * j) % 17).astype(float)
    for t in range(k):
        x += ((i * (t + 3)) % 11) * ((j * (t + 2) + 5 * t) % 7) * (1 + t % 3)
    return x / 16


def start(x, k):
    u, s, v = np.linalg.svd(x, full_matrices=False)
    w, h = np.zeros((len(x), k)), np.zeros((k, x.shape[1]))
    w[:, 0], h[0] = np.sqrt(s[0]) * np.abs(u[:, 0]), np.sqrt(s[0]) * np.abs(v[0])
    for j in range(1, k):
        sides = [(np.maximum(a, 0), np.maximum(b, 0)) for a, b in ((u[:, j], v[j]), (-u[:, j], -v[j]))]
        sizes = [np.linalg.norm(a) * np.linalg.norm(b) for a, b in sides]
        a, b = sides[int(np.argmax(sizes))]
        size = np.sqrt(s[j] * max(sizes))
        w[:, j], h[j] = size * a / np.linalg.norm(a), size * b / np.linalg.norm(b)
    w[w < 1e-6] = 0
    h[h < 1e-6] = 0
    return w, h, s


def case(name, x, k, tol, max_iter):
    w0, h0, s = start(x, k)
    model = NMF(k, init="custom", solver="cd", tol=tol, max_iter=max_iter)
    w = model.fit_transform(x, W=w0.copy(), H=h0.copy())
    h = model.components_
    # What NNLS makes of the same rows, with the directions found.
    coefficients = np.array([nnls(h.T, row)[0] for row in x])
    step = max(1, len(x) // 40)
    column = max(1, x.shape[1] // 32)
    return {
        "name": name,
        "rows": x.shape[0],
        "cols": x.shape[1],
        "k": k,
        "tol": tol,
        "maxIter": max_iter,
        "sum": float(x.sum()),
        "singularValues": s[:k].tolist(),
        "iterations": int(model.n_iter_),
        "error": float(np.linalg.norm(x - w @ h)),
        # Every step-th row, every column-th column; the sums over the others.
        "step": step,
        "column": column,
        "startCoefficients": w0[::step].tolist(),
        "startDirections": h0[:, ::column].tolist(),
        "coefficients": w[::step].tolist(),
        "directions": h[:, ::column].tolist(),
        "coefficientSums": w.sum(axis=0).tolist(),
        "directionSums": h.sum(axis=1).tolist(),
        "nnls": coefficients[::step].tolist(),
        "nnlsSums": coefficients.sum(axis=0).tolist(),
    }


def above(m):
    return (np.abs(m) + m) / 2


def below(m):
    return (np.abs(m) - m) / 2


def signed(n, d, k):
    """Rows around k far apart centres, row i at centre i mod k, of integers alone."""
    i, j = np.arange(n)[:, None], np.arange(d)[None, :]
    return ((i * 5 + j * 3 + i * j) % 9 - 4 + 40 * np.where(j % k == i % k, 1, -0.5)) / 8


def semi_nmf(rows, coefficients, iterations):
    x, h = rows.T, coefficients.T.copy()
    tiny = 1e-9 * np.mean(rows**2)
    for _ in range(iterations):
        f = x @ h.T @ np.linalg.inv(h @ h.T)
        a, b = (x.T @ f).T, f.T @ f
        h *= np.sqrt((above(a) + below(b) @ h) / (below(a) + above(b) @ h + tiny))
    f = x @ h.T @ np.linalg.inv(h @ h.T)
    return h.T, f.T


def convex_nmf(rows, labels, k, iterations):
    one_hot = np.eye(k)[labels]
    h, g = one_hot + 0.2, (one_hot + 0.01) / one_hot.sum(axis=0)
    kernel = rows @ rows.T
    tiny = 1e-9 * np.mean(rows**2)
    for _ in range(iterations):
        h *= np.sqrt(
            (above(kernel) @ g + h @ g.T @ below(kernel) @ g) / (below(kernel) @ g + h @ g.T @ above(kernel) @ g + tiny)
        )
        g *= np.sqrt(
            (above(kernel) @ h + below(kernel) @ g @ h.T @ h) / (below(kernel) @ h + above(kernel) @ g @ h.T @ h + tiny)
        )
    return h, g.T @ rows


def updates():
    n, d, k = 24, 10, 3
    x = signed(n, d, k)
    begin = ((np.arange(n)[:, None] * 3 + np.arange(k)[None, :] * 5) % 7 + 1) / 4
    u, w = semi_nmf(x, begin, 25)
    c, v = convex_nmf(x, np.arange(n) % k, k, 25)
    # Without values below 0 the same updates take a shorter way.
    cp, vp = convex_nmf(np.abs(x), np.arange(n) % k, k, 25)
    return {
        "rows": n,
        "cols": d,
        "k": k,
        "iterations": 25,
        "sum": float(x.sum()),
        "start": begin.tolist(),
        "semi": {"coefficients": u.tolist(), "directions": w.tolist()},
        "convex": {"coefficients": c.tolist(), "directions": v.tolist()},
        "convexPositive": {"coefficients": cp.tolist(), "directions": vp.tolist()},
    }


small = np.array([[(7 * i + 3 * j) % 11 + 1 for j in range(4)] for i in range(6)], float)
cases = [
    case("6x4", small, 2, 1e-4, 200),
    case("400x128", matrix(400, 128, 8), 10, 1e-4, 200),
    case("60x90, wide", matrix(60, 90, 5), 6, 1e-6, 500),
]
versions = f"NumPy {np.__version__}, SciPy {scipy.__version__}, scikit-learn {sklearn.__version__}"
text = json.dumps({"made with": versions, "cases": cases, "updates": updates()}) + "\n"
Path(__file__).with_name("factorisation.json").write_text(text)
