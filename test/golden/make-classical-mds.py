"""Golden figures for classical scaling: python3 test/golden/make-classical-mds.py > test/golden/classical-mds.json

Needs NumPy: eigh of the double centring. Some kernels have eigenvalues below 0, as similarities of trees and of matched
images have; of one these are more, and larger, than those above.
"""

import json

import numpy as np

rng = np.random.default_rng(8)


def case(name, kernel, dimensions):
    kernel = np.round((kernel + kernel.T) / 2, 6)
    n = len(kernel)
    centring = np.eye(n) - 1 / n
    values, vectors = np.linalg.eigh(centring @ kernel @ centring)
    values, vectors = values[::-1], vectors[:, ::-1]
    points = vectors[:, :dimensions] * np.sqrt(np.maximum(0, values[:dimensions]))
    points = points * np.sign(points[np.abs(points).argmax(0), np.arange(dimensions)])
    shares = np.maximum(0, values[:dimensions]) / values[values > 0].sum()
    return {
        "name": name, "n": n, "dimensions": dimensions, "kernel": kernel.ravel().tolist(),
        "points": points.ravel().tolist(), "shares": shares.tolist(),
        "overTrace": float(values[:dimensions].sum() / values.sum()),
    }


def of_eigenvalues(values):
    n = len(values) + 1
    q = np.linalg.qr(np.column_stack([np.ones(n), rng.normal(size=(n, n - 1))]))[0][:, 1:]
    return q @ np.diag(values) @ q.T


x = rng.normal(size=(30, 5)) * [4, 2, 1, 0.5, 0.1] + 3
noise = rng.normal(size=(24, 24))
print(json.dumps({"cases": [
    case("inner products", x @ x.T, 3),
    case("a kernel with eigenvalues below 0", noise + noise.T + 2 * np.eye(24), 10),
    case("ten eigenvalues below 0 larger than all above", of_eigenvalues([3, 2, 1, 0.5] + [-10 - k for k in range(10)] + [0.1] * 6), 2),
    case("one eigenvalue above 0", of_eigenvalues([2] + [-1 - k / 10 for k in range(14)]), 1),
]}))
