"""Basic and BCa intervals of a correlation by SciPy, with the draws that they are of. Writes bootstrap.json beside itself."""

import json
import os

import numpy as np
from scipy.stats import bootstrap, norm

random = np.random.RandomState(5)
cases = []
for count, noise in ((12, 0.1), (25, 0.6), (40, 2.0)):
    x = np.exp(random.normal(size=count))
    y = x + noise * random.normal(size=count)

    def correlation(a, b):
        return np.corrcoef(a, b)[0, 1]

    options = {"paired": True, "vectorized": False, "random_state": random}
    drawn = bootstrap((x, y), correlation, n_resamples=199, method="BCa", **options)
    case = {
        "x": x.tolist(),
        "y": y.tolist(),
        "observed": correlation(x, y),
        "draws": drawn.bootstrap_distribution.tolist(),
    }
    for method in ("BCa", "basic"):
        for level in (0.95, 0.8):
            found = bootstrap(
                (x, y), correlation, n_resamples=0, bootstrap_result=drawn, method=method, confidence_level=level, **options
            ).confidence_interval
            case["%s %s" % (method, level)] = [found.low, found.high]
    cases.append(case)
points = [-37.0, -8.0, -3.1, -3.0, -2.9, -1.0, -1e-3, 0.0, 0.5, 2.999, 3.001, 6.0]
shares = [1e-12, 0.001, 0.025, 0.3, 0.5, 0.9, 0.975, 1 - 1e-12]
normal = {"cdf": [[z, norm.cdf(z)] for z in points], "quantile": [[p, norm.ppf(p)] for p in shares]}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "bootstrap.json"), "w", encoding="utf-8") as file:
    json.dump({"cases": cases, "normal": normal}, file)
    file.write("\n")
