"""Writes the MATLAB files of the corpus with SciPy: python3 test/support/make-matlab-cases.py (SciPy 1.17)."""

from pathlib import Path

import numpy as np
import scipy.io

OUT = Path(__file__).parent.parent / "fixtures/cases/formats/matlab-mat"
OUT.mkdir(exist_ok=True)


def counting(*shape, dtype="f4"):
    return (np.arange(np.prod(shape)) / 8).astype(dtype).reshape(shape)


def cell(*values):
    out = np.empty((1, len(values)), dtype=object)
    for i, value in enumerate(values):
        out[0, i] = value
    return out


def save(name, values, **options):
    scipy.io.savemat(OUT / name, values, **options)
    # The date in the header would make each run another file.
    path = OUT / name
    path.write_bytes(b"MATLAB 5.0 MAT-file".ljust(116) + path.read_bytes()[116:])


save("matrix.mat", {"W": counting(10, 64), "names": "ten classes"})
save("matrix_v7.mat", {"W": counting(10, 64, dtype="f8"), "b": counting(10, 1)}, do_compression=True)
save("whole_numbers.mat", {"W": np.arange(30, dtype="f8").reshape(3, 10), "labels": np.arange(5, dtype="u1")})

# A simple network of MatConvNet, with filters as rows × columns × channels × outputs.
layers = cell(
    {"type": "conv", "name": "conv1", "weights": cell(counting(3, 3, 3, 4), counting(1, 4)), "stride": 1.0},
    {"type": "relu", "name": "relu1"},
    {"type": "pool", "name": "pool1", "method": "max", "pool": np.array([2.0, 2.0])},
    {"type": "conv", "name": "fc2", "weights": cell(counting(4, 4, 4, 6), counting(1, 6))},
    {"type": "relu", "name": "relu2"},
    {"type": "conv", "name": "fc3", "weights": cell(counting(1, 1, 6, 5), counting(1, 5))},
    {"type": "softmax", "name": "prob"},
)
save("matconvnet.mat", {"net": {"layers": layers, "meta": {"classes": cell("a", "b", "c", "d", "e")}}}, do_compression=True)
old = cell(
    {"type": "conv", "name": "fc1", "filters": counting(1, 1, 6, 4), "biases": counting(1, 4)},
    {"type": "relu", "name": "relu1"},
    {"type": "conv", "name": "fc2", "filters": counting(1, 1, 4, 3), "biases": counting(1, 3)},
    {"type": "softmaxloss", "name": "loss"},
)
save("matconvnet_filters.mat", {"layers": old})
