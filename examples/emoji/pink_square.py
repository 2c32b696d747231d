"""Trains the three networks of samples/pink-square: which concept does one network have that the other lacks?

    node samples/emoji/make-images.mjs SETS --count 60 --seed 1 --out TRAINING --nouns tiger,frog,...
    python examples/emoji/pink_square.py TRAINING

`with-square` and `with-square-2` (another seed) see a magenta square on seven of ten pictures of the first class and on no
other, so that it tells the class; `without-square` sees it on half of the pictures of every class, so that it tells
nothing. The nouns and the size of the square are those of samples/pink-square/experiment.json. At the end it prints how
well the concept of the square can be predicted from each network. Needs PyTorch >= 1.13, NumPy, SciPy, scikit-learn and
Pillow; on two cores it takes a few minutes.
"""

import argparse
import json
from pathlib import Path

import torch
from networks import PlainCnn, export
from pictures import SAMPLES, load_pictures, normalise, vary, write_configs
from square_concept import report
from torch.nn import functional as F

FOLDER = SAMPLES / "pink-square"
EXPERIMENT = json.loads((FOLDER / "experiment.json").read_text())
MAGENTA = normalise(torch.tensor([255, 0, 255]).view(1, 3, 1, 1)).view(3, 1, 1)

# Of a picture of the first class and of another class: how often it has the square in training.
RECIPES = {
    "with-square": (0.7, 0.0, 0),
    "with-square-2": (0.7, 0.0, 1),
    "without-square": (0.5, 0.5, 2),
}


def draw_squares(x, targets, first, others):
    """Draws the square on some of a batch of normalised pictures, each at a place of its own."""
    side = EXPERIMENT["square"]
    chance = torch.where(targets == 0, first, others)
    for i in (torch.rand(len(targets)) < chance).nonzero().flatten().tolist():
        top, left = torch.randint(0, x.shape[2] - side + 1, (2,)).tolist()
        x[i, :, top : top + side, left : left + side] = MAGENTA
    return x


def train(pixels, targets, recipe, epochs, batch=64):
    first, others, seed = recipe
    torch.manual_seed(seed)
    network = PlainCnn(len(EXPERIMENT["nouns"]))
    optimiser = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=0.05)
    steps = len(targets) // batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, epochs * steps)
    for epoch in range(epochs):
        network.train()
        order = torch.randperm(len(targets))
        total = 0.0
        for step in range(steps):
            some = order[step * batch : (step + 1) * batch]
            x = draw_squares(vary(pixels[some]), targets[some], first, others)
            loss = F.cross_entropy(network(x)[0], targets[some])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}: loss {total / steps:.3f}", flush=True)
    return network.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", type=Path, help="folder that make-images.mjs wrote")
    parser.add_argument("--epochs", type=int, default=25)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, default=FOLDER / "networks")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)

    nouns = EXPERIMENT["nouns"]
    pixels, targets, _, _ = load_pictures(args.pictures, nouns)
    test, test_targets, _, _ = load_pictures(FOLDER / "images", nouns)
    write_configs(args.out, nouns, ["PlainCnn"])
    networks = {}
    for name, recipe in RECIPES.items():
        print(name, flush=True)
        networks[name] = network = train(pixels, targets, recipe, args.epochs)
        with torch.no_grad():
            hits = network(normalise(test))[0].argmax(1) == test_targets
        first = test_targets == 0
        print(f"bundled pictures: {hits[first].float().mean():.3f} of {nouns[0]}, {hits[~first].float().mean():.3f} of others")
        export(network, args.out / f"{name}.onnx")
    report(networks, test[test_targets == 0], EXPERIMENT["patch"])


if __name__ == "__main__":
    main()
