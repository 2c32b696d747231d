"""Writes comparison-measures.json: features, similarity matrices and answers with what SciPy and scikit-learn make of them.

Procrustes is scipy.spatial.procrustes, whose disparity is 1 − similarity²; canonical correlations are cosines of
scipy.linalg.subspace_angles between bases by pivoted QR; the components of SVCCA are sklearn's PCA, R² is that of its
LinearRegression, κ its cohen_kappa_score. PWCCA takes its canonical variables from the eigenvectors of the product of
projections. Neighbours come from a stable sort, and what is made of them is written from the published definitions.
"""
import json
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy.linalg import qr, subspace_angles
from scipy.spatial import procrustes as scipy_procrustes
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression
from sklearn.metrics import cohen_kappa_score, r2_score

random = np.random.default_rng(20)


def procrustes(x, y):
    """Rotations are between as many channels: zeros are added to the narrower side."""
    width = max(x.shape[1], y.shape[1])
    padded = [np.pad(v, ((0, 0), (0, width - v.shape[1]))) for v in (x, y)]
    return np.sqrt(1 - scipy_procrustes(*padded)[2])


def basis(x):
    x = x - x.mean(0)
    q, r, _ = qr(x, mode="economic", pivoting=True)
    return q[:, : np.linalg.matrix_rank(x)]


def cca(x, y):
    return np.cos(subspace_angles(basis(x), basis(y))).mean()


def leading(x):
    return PCA(n_components=0.99, svd_solver="full").fit_transform(x)


def svcca(x, y):
    return cca(leading(x), leading(y))


def pwcca(x, y):
    p, q = basis(x), basis(y)
    onto_x, onto_y = p @ p.T, q @ q.T
    count = min(p.shape[1], q.shape[1])
    h = np.linalg.eigh(onto_x @ onto_y @ onto_x)[1][:, ::-1][:, :count]
    rho = np.linalg.norm(onto_y @ h, axis=0)
    alpha = np.abs(h.T @ (x - x.mean(0))).sum(1)
    return (alpha * rho).sum() / alpha.sum()


def regression(x, y):
    return r2_score(y, LinearRegression().fit(x, y).predict(x), multioutput="variance_weighted")


def neighbours(s, k):
    t = s.copy()
    np.fill_diagonal(t, -np.inf)
    return np.argsort(-t, axis=1, kind="stable")[:, :k]


def jaccard(s, t, k):
    pairs = zip(neighbours(s, k), neighbours(t, k))
    return np.mean([len(np.intersect1d(a, b)) / len(np.union1d(a, b)) for a, b in pairs])


def rank_similarity(s, t, k):
    values = []
    for a, b in zip(neighbours(s, k), neighbours(t, k)):
        common = np.intersect1d(a, b)
        if len(common) == 0:
            values.append(0.0)
            continue
        r = np.array([np.flatnonzero(a == j)[0] + 1 for j in common])
        q = np.array([np.flatnonzero(b == j)[0] + 1 for j in common])
        weights = 1 / (1 + np.abs(r - q)) * 2 / (r + q)
        values.append(weights.sum() / (1 / np.arange(1, len(common) + 1)).sum())
    return np.mean(values)


def second_order_cosine(s, t, k):
    values = []
    for i, (a, b) in enumerate(zip(neighbours(s, k), neighbours(t, k))):
        union = np.union1d(a, b)
        x, y = s[i, union], t[i, union]
        values.append(x @ y / (np.linalg.norm(x) * np.linalg.norm(y)))
    return np.mean(values)


def kappa(a, b, truth):
    known = truth >= 0
    p, q = (a.argmax(1) == truth)[known], (b.argmax(1) == truth)[known]
    return cohen_kappa_score(p, q)


def flat(x):
    return {"rows": x.shape[0], "cols": x.shape[1], "data": x.ravel().tolist()}


FEATURES = {"procrustes": procrustes, "cca": cca, "svcca": svcca, "pwcca": pwcca, "linear-regression": regression}
MATRICES = {"jaccard": jaccard, "rank-similarity": rank_similarity, "second-order-cosine": second_order_cosine}
features, matrices, outputs = [], [], []


def add_features(name, x, y):
    values = {key: [float(f(x, y)), float(f(y, x))] for key, f in FEATURES.items()}
    features.append({"name": name, "x": flat(x), "y": flat(y), "values": values})


def add_matrices(name, s, t, k):
    values = {key: float(f(s, t, k)) for key, f in MATRICES.items()}
    values["rsm-norm-difference"] = float(np.linalg.norm(s - t))
    matrices.append({"name": name, "a": flat(s), "b": flat(t), "k": k, "values": values})


def normal(*shape):
    return np.round(random.normal(size=shape), 6)


x = normal(40, 7)
add_features("unrelated", x, normal(40, 7))
add_features("related, of other widths", x, np.round(x @ random.normal(size=(7, 12)) + 0.5 * random.normal(size=(40, 12)) + 3, 6))
add_features("narrow to wide", normal(30, 3), normal(30, 11))
low = normal(32, 4)
add_features("dependent channels", np.hstack([low, low[:, :2] + low[:, 2:]]), normal(32, 5))
add_features("scales from 1e-3 to 1e3", normal(36, 6) * 10.0 ** np.arange(-3, 3), normal(36, 6) * 10.0 ** np.arange(2, -4, -1))
add_features("more channels than images", normal(12, 20), normal(12, 5))
add_features("a channel that does not vary", np.hstack([normal(20, 3), np.full((20, 1), 7.25)]), normal(20, 4))


def cosines(x):
    x = x / np.linalg.norm(x, axis=1, keepdims=True)
    return x @ x.T


y = normal(24, 5)
add_matrices("cosines, related", cosines(y), cosines(y + 0.5 * random.normal(size=y.shape)), 5)
add_matrices("cosines, unrelated", cosines(y), cosines(normal(24, 9)), 10)
add_matrices("inner products", y @ y.T, 3 * y @ y.T + 1, 3)
levels = random.integers(0, 3, (15, 15)).astype(float)
other = random.integers(0, 3, (15, 15)).astype(float)
add_matrices("ties", levels + levels.T + 1, other + other.T + 1, 4)
add_matrices("one neighbour", cosines(y), cosines(normal(24, 2)), 1)


def add_outputs(name, a, b, truth):
    truth = np.asarray(truth)
    outputs.append({
        "name": name, "a": flat(a), "b": flat(b), "truth": truth.tolist(),
        "disagreement": float(np.mean(a.argmax(1) != b.argmax(1))), "kappa": float(kappa(a, b, truth)),
    })


truth = random.integers(0, 5, 60)
signal = np.eye(5)[truth]
shared = random.normal(size=(60, 5))
add_outputs("shared mistakes", np.round(signal + shared, 6), np.round(signal + shared + 0.3 * random.normal(size=(60, 5)), 6), truth)
add_outputs("mistakes of their own", signal + normal(60, 5), signal + normal(60, 5), truth)
add_outputs("opposed", np.eye(2)[[0, 0, 1, 1]], np.eye(2)[[1, 1, 0, 1]], [0, 0, 0, 1])
add_outputs("some labels unknown", signal + normal(60, 5), signal + normal(60, 5), np.where(np.arange(60) % 3 == 0, -1, truth))

add_features("more dimensions together than images", normal(20, 12), normal(20, 11))
# Where several correlations are equal, here to 1, their canonical variables are not determined and so neither is PWCCA.
del features[-1]["values"]["pwcca"]

chance = []
for images, p, q, draws in [(12, 3, 5, 4000), (12, 1, 1, 4000), (12, 2, 9, 4000), (12, 11, 4, 50), (60, 30, 29, 200), (120, 64, 16, 100), (200, 128, 128, 10)]:
    pairs = [(random.normal(size=(images, p)), random.normal(size=(images, q))) for _ in range(draws)]
    mean = lambda measure: float(np.mean([measure(x, y) for x, y in pairs]))
    chance.append({"images": images, "p": p, "q": q, "cca": mean(cca), "pwcca": mean(pwcca), "linear-regression": mean(regression)})

made = ", ".join(f"{each.__name__} {each.__version__}" for each in (np, scipy, sklearn))
Path(__file__).with_name("comparison-measures.json").write_text(
    json.dumps({"made with": made, "features": features, "chance": chance, "matrices": matrices, "outputs": outputs}) + "\n"
)
