"""Writes density.json: Gaussian kernel density at the points themselves, by SciPy. Run: python3 make-density.py"""
import json
import pathlib

import numpy as np
from scipy.stats import gaussian_kde

cases = []
for n in (3, 7, 40):
    i = np.arange(n)
    x = np.round(0.5 + 0.4 * np.sin(3 * i + 1), 6)
    y = np.round(0.3 * np.cos(5 * i) + 0.2 * x, 6)
    cases.append({"x": x.tolist(), "y": y.tolist(), "density": gaussian_kde(np.vstack([x, y]))(np.vstack([x, y])).tolist()})
(pathlib.Path(__file__).parent / "density.json").write_text(json.dumps(cases) + "\n")
