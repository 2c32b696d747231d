"""Writes clustering.json: average linkage by SciPy and the lengths of its leaf orders. Needs NumPy and SciPy.

SciPy 1.17's optimal_leaf_ordering is not always optimal (an exhaustive search over small trees finds shorter orders), so
its length is an upper bound.
"""
import json
from pathlib import Path

import numpy as np
from scipy.cluster import hierarchy
from scipy.spatial.distance import pdist, squareform

random = np.random.default_rng(1)
cases = []


def add(name, condensed):
    square = squareform(condensed)
    linkage = hierarchy.linkage(condensed, "average")
    leaves = hierarchy.leaves_list(hierarchy.optimal_leaf_ordering(linkage, condensed))
    cases.append({
        "name": name,
        "n": len(square),
        "distances": [round(x, 6) for x in condensed.tolist()],
        "linkage": linkage.tolist(),
        "leaves": hierarchy.leaves_list(linkage).tolist(),
        "cophenetic": hierarchy.cophenet(linkage).tolist(),
        "scipyLength": float(sum(square[leaves[k], leaves[k + 1]] for k in range(len(leaves) - 1))),
    })


add("two", np.array([0.5]))
add("blobs", np.round(pdist(np.concatenate([random.normal(c, 0.4, (8, 3)) for c in range(4)])), 6))
add("uniform", np.round(pdist(random.random((40, 2))), 6))
add("chain", np.round(pdist(np.cumsum(1.1 ** np.arange(25))[:, None]), 6))
add("cosine", np.round(pdist(random.normal(size=(30, 12)), "cosine"), 6))
Path(__file__).with_name("clustering.json").write_text(json.dumps({"made with": "scipy " + __import__("scipy").__version__, "cases": cases}) + "\n")
