"""Pictures of samples/emoji and the table behind them."""

import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
TABLE = json.loads((SAMPLES / "emoji" / "nouns.json").read_text())

# Of the training pictures of all nouns, per channel, in units of 0 to 1.
MEAN = (0.611, 0.585, 0.553)
STD = (0.249, 0.230, 0.247)


def load_pictures(folder, nouns):
    """The pictures NOUN/STYLE-VARIANT.png below folder, in order of name: (N x 3 x H x W bytes, class of each, style of each, path of each)."""
    pixels, targets, styles, paths = [], [], [], []
    for target, noun in enumerate(nouns):
        for path in sorted((Path(folder) / noun).glob("*.png")):
            pixels.append(np.asarray(Image.open(path).convert("RGB")).transpose(2, 0, 1))
            targets.append(target)
            styles.append(path.stem.rpartition("-")[0])
            paths.append(f"{noun}/{path.name}")
    return torch.from_numpy(np.stack(pixels)), torch.tensor(targets), np.array(styles), paths


def normalise(pixels):
    """Bytes to what the networks take."""
    mean = torch.tensor(MEAN).view(1, 3, 1, 1)
    std = torch.tensor(STD).view(1, 3, 1, 1)
    return (pixels.float() / 255 - mean) / std


def vary(pixels, shift=6):
    """Random mirror images, shifts, brightness, contrast, tints and grey pictures of a batch of bytes."""
    n, _, height, width = pixels.shape
    x = pixels.float() / 255
    mirrored = torch.rand(n) < 0.5
    x[mirrored] = x[mirrored].flip(3)
    padded = torch.nn.functional.pad(x, (shift,) * 4, mode="reflect")
    dy, dx = torch.randint(0, 2 * shift + 1, (2, n))
    rows = dy[:, None] + torch.arange(height)
    columns = dx[:, None] + torch.arange(width)
    x = padded[torch.arange(n)[:, None, None], :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)
    grey = x.mean(1, keepdim=True)
    saturation = torch.where(torch.rand(n) < 0.15, torch.zeros(n), 0.5 + torch.rand(n)).view(n, 1, 1, 1)
    x = grey + (x - grey) * saturation
    middle = x.mean((1, 2, 3), keepdim=True)
    x = middle + (x - middle) * (0.6 + 0.8 * torch.rand(n, 1, 1, 1))
    x = x * (0.85 + 0.3 * torch.rand(n, 3, 1, 1)) + 0.2 * torch.rand(n, 1, 1, 1) - 0.1
    return normalise(255 * x.clamp(0, 1))


def write_configs(folder, nouns, architecture):
    """config.json (what the rows of the head are) and preprocessor_config.json, as the readers of models expect them."""
    wnids = {entry["noun"]: entry["wnid"] for entry in TABLE["nouns"]}
    config = {"architectures": architecture, "id2label": {str(i): wnids[noun] for i, noun in enumerate(nouns)}}
    preprocessing = {
        "do_resize": True,
        "size": {"height": 64, "width": 64},
        "resample": 2,
        "do_rescale": True,
        "do_normalize": True,
        "image_mean": MEAN,
        "image_std": STD,
    }
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name, content in (("config.json", config), ("preprocessor_config.json", preprocessing)):
        (Path(folder) / name).write_text(json.dumps(content, indent=1) + "\n")
