"""Least times of scikit-learn's Lasso in wall-clock and in processor time, and its weights at a tolerance of 1e-10. Arguments: a file of float64 values, features
(n × D) before targets (n × k), a JSON list [n, D, k, alpha, repeats]."""
import json
import sys
import time
import warnings

import numpy as np
import sklearn
from sklearn.linear_model import Lasso

warnings.filterwarnings("ignore")
n, d, k, alpha, repeats = json.loads(sys.argv[2])
values = np.fromfile(sys.argv[1])
x = np.asfortranarray(values[: n * d].reshape(n, d))
y = values[n * d :].reshape(n, k)


def least(fit):
    times = []
    for _ in range(repeats):
        start = time.perf_counter(), time.process_time()
        fit()
        times.append([1000 * (time.perf_counter() - start[0]), 1000 * (time.process_time() - start[1])])
    return [min(column) for column in zip(*times)]


single = x.astype(np.float32), y.astype(np.float32)
print(json.dumps({
    "version": sklearn.__version__,
    "default": least(lambda: Lasso(alpha=alpha).fit(x, y)),
    "gram": least(lambda: Lasso(alpha=alpha, precompute=True).fit(x, y)),
    "single": least(lambda: Lasso(alpha=alpha).fit(*single)),
    "weights": Lasso(alpha=alpha, tol=1e-10, max_iter=100_000, precompute=True).fit(x, y).coef_.ravel().tolist(),
}))
