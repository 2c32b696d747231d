"""Milliseconds of scikit-learn's coordinate-descent NMF from a given start. Arguments: a file of float64 values (X, then
the factors W and H), rows, cols, k, iterations, repeats."""
import json
import sys
import time
import warnings

import numpy as np
import sklearn
from sklearn.decomposition import NMF

warnings.filterwarnings("ignore")
rows, cols, k, iterations, repeats = map(int, sys.argv[2:])
values = np.fromfile(sys.argv[1])
x = values[: rows * cols].reshape(rows, cols)
w = values[rows * cols :][: rows * k].reshape(rows, k)
h = values[rows * (cols + k) :].reshape(k, cols)
results = {}
for name in ("float64", "float32"):
    times = []
    for _ in range(repeats):
        data, w0, h0 = (np.ascontiguousarray(part.astype(name)) for part in (x, w, h))
        model = NMF(k, init="custom", solver="cd", tol=0, max_iter=iterations)
        start = time.perf_counter()
        found = model.fit_transform(data, W=w0, H=h0)
        times.append(1000 * (time.perf_counter() - start))
    results[name] = {"ms": sorted(times)[len(times) // 2], "error": float(np.linalg.norm(x - found @ model.components_))}
print(json.dumps({"sklearn": sklearn.__version__, "numpy": np.__version__, "results": results}))
