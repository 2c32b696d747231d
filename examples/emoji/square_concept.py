"""Whether one network's concept of the square can be told from another's features: the chain of concept comparison with scikit-learn and SciPy."""

import warnings

import numpy as np
import torch
from pictures import normalise
from scipy.optimize import nnls
from sklearn.decomposition import NMF
from sklearn.linear_model import Lasso
from torch.nn import functional as F

CONCEPTS = 10
ALPHA = 0.1


def cut(x, side, stride):
    """All side x side patches, row by row, of each picture in turn."""
    starts = range(0, x.shape[2] - side + 1, stride)
    patches = [x[:, :, top : top + side, left : left + side] for top in starts for left in starts]
    return torch.stack(patches, 1).flatten(0, 1)


def share_of_square(pixels, side, stride):
    """How much of each patch is magenta."""
    magenta = torch.tensor([255, 0, 255]).view(1, 3, 1, 1)
    return cut(((pixels.float() - magenta).abs().amax(1, True) < 8).float(), side, stride).mean((1, 2, 3)).numpy()


def correlation(x, y):
    return 0.0 if x.std() < 1e-9 or y.std() < 1e-9 else np.corrcoef(x, y)[0, 1]


def report(networks, pixels, patch):
    """
    Prints, for each network (name -> network), how well each network predicts its concept of the square and, as a median,
    its other concepts. pixels: bytes of the pictures of the first class; the first half of a shuffled list is fitted, the
    other is measured.
    """
    side, stride = patch["side"], patch["stride"]
    share = share_of_square(pixels, side, stride)
    patches = F.interpolate(cut(normalise(pixels), side, stride), size=64, mode="bilinear", align_corners=False)
    each = len(patches) // len(pixels)
    fitted = np.repeat(np.random.default_rng(0).permutation(len(pixels)) < len(pixels) // 2, each)
    features, coefficients = {}, {}
    for name, network in networks.items():
        with torch.no_grad():
            pooled = torch.cat([network(part)[1].mean((2, 3)) for part in patches.split(256)])
        features[name] = pooled.numpy().astype(np.float64)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            basis = NMF(CONCEPTS, init="nndsvd", random_state=0).fit(features[name][fitted]).components_
        coefficients[name] = np.array([nnls(basis.T, row)[0] for row in features[name]])

    for target, real in coefficients.items():
        shown = [correlation(column, share[~fitted]) for column in real[~fitted].T]
        square = int(np.argmax(shown))
        print(f"{target}: its concept {square} goes with the square (correlation {shown[square]:.2f})")
        for source, x in features.items():
            standard = (x - x[fitted].mean(0)) / (x[fitted].std(0) + 1e-8)
            found = []
            for column in real.T:
                y = (column - column[fitted].mean()) / (column[fitted].std() + 1e-8)
                predicted = Lasso(ALPHA).fit(standard[fitted], y[fitted]).predict(standard[~fitted])
                found.append(correlation(predicted, y[~fitted]))
            others = np.delete(found, square)
            print(f"  predicted from {source}: {found[square]:.2f}; other concepts {np.median(others):.2f} (lowest {others.min():.2f})")
