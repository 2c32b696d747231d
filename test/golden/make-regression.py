"""Writes regression.json: small regressions and their solutions. Needs NumPy and scikit-learn."""
import json
from pathlib import Path

import numpy as np
from sklearn.linear_model import Lasso, LinearRegression, Ridge

random = np.random.default_rng(7)
cases = []


def add(name, x, y, alphas):
    x, y = np.round(x, 6), np.round(y, 6)
    case = {"name": name, "rows": x.shape[0], "features": x.shape[1], "targets": y.shape[1],
            "x": x.ravel().tolist(), "y": y.ravel().tolist(), "lasso": []}
    for alpha in alphas:
        fits = [Lasso(alpha=alpha, tol=1e-10, max_iter=1_000_000).fit(x, t) for t in y.T]
        case["lasso"].append({"alpha": alpha, "weights": np.concatenate([f.coef_ for f in fits]).tolist(),
                              "intercepts": [float(f.intercept_) for f in fits]})
    squares = LinearRegression().fit(x, y)
    case["leastSquares"] = {"weights": squares.coef_.ravel().tolist(), "intercepts": squares.intercept_.tolist()}
    ridge = Ridge(alpha=2.5, solver="cholesky").fit(x, y)
    case["ridge"] = {"alpha": 2.5, "weights": ridge.coef_.ravel().tolist(), "intercepts": ridge.intercept_.tolist()}
    cases.append(case)


x = random.normal(size=(60, 15))
add("independent", x, x[:, :4] @ random.normal(size=(4, 3)) + 0.3 * random.normal(size=(60, 3)) + 2, [0.01, 0.1, 0.3])
x = np.maximum(random.normal(size=(80, 6)), 0) @ random.random((6, 24)) + 0.2 * random.normal(size=(80, 24)) + 3
add("correlated, not centred", x, np.maximum(random.normal(size=(80, 2)) + x[:, :2], 0), [0.03, 0.1])
x = random.normal(size=(20, 40))
add("more features than rows", x, x[:, :2] + 0.1 * random.normal(size=(20, 2)), [0.05, 0.2])
x = np.round(random.normal(size=(40, 8)), 6)
x[:, 5] = x[:, 1] + x[:, 2]
x[:, 6] = 4
add("spanned and constant features", x, x[:, :3] + 0.1 * random.normal(size=(40, 3)), [])

Path(__file__).with_name("regression.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")
