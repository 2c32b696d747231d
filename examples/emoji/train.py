"""Trains a small network on all styles of samples/emoji but one, tests it on that one, and writes it as ONNX.

    node samples/emoji/make-images.mjs SETS --count 20 --seed 1 --out TRAINING
    python examples/emoji/train.py cnn TRAINING --epochs 40
    python examples/emoji/train.py vit TRAINING --epochs 60

Needs PyTorch >= 1.13, NumPy and Pillow. The bundled networks had --epochs 40 (cnn) and 60 (vit) on one thread.
"""

import argparse
from pathlib import Path

import torch
from networks import Cnn, Vit, export
from pictures import SAMPLES, TABLE, load_pictures, normalise, vary, write_configs
from torch.nn import functional as F


def accuracy(network, pixels, targets):
    network.eval()
    with torch.no_grad():
        hits = [
            (network(normalise(part))[0].argmax(1) == target).float()
            for part, target in zip(pixels.split(256), targets.split(256))
        ]
    return torch.cat(hits).mean().item()


def train(network, pixels, targets, epochs, batch, rate, decay, per_epoch):
    optimiser = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=decay)
    steps = per_epoch // batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, epochs * steps, pct_start=0.2)
    for epoch in range(epochs):
        network.train()
        order = torch.randperm(len(targets))
        total = 0.0
        for step in range(steps):
            some = order[step * batch : (step + 1) * batch]
            loss = F.cross_entropy(network(vary(pixels[some]))[0], targets[some], label_smoothing=0.1)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}: loss {total / steps:.3f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", choices=["cnn", "vit"])
    parser.add_argument("pictures", type=Path, help="folder that make-images.mjs wrote")
    parser.add_argument("--held-out", default=TABLE["heldOut"], help="the style that training does not see")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--per-epoch", type=int, default=4800, help="pictures drawn for an epoch")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, default=SAMPLES / "emoji" / "networks")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)

    nouns = [entry["noun"] for entry in TABLE["nouns"]]
    pixels, targets, styles, _ = load_pictures(args.pictures, nouns)
    seen = torch.from_numpy(styles != args.held_out)
    print(f"{int(seen.sum())} pictures of {len(set(styles)) - 1} styles; tested on {args.held_out}", flush=True)
    if args.network == "cnn":
        network, rate, decay = Cnn(len(nouns)), 4e-3, 0.05
    else:
        network, rate, decay = Vit(len(nouns)), 1.5e-3, 0.05
    train(network, pixels[seen], targets[seen], args.epochs, 96, rate, decay, args.per_epoch)
    print(f"accuracy on seen styles {accuracy(network, pixels[seen], targets[seen]):.3f}, ", end="")
    print(f"on {args.held_out} {accuracy(network, pixels[~seen], targets[~seen]):.3f}")

    bundled, bundled_targets, bundled_styles, _ = load_pictures(SAMPLES / "emoji" / "images", nouns)
    for style in dict.fromkeys(bundled_styles):
        some = torch.from_numpy(bundled_styles == style)
        print(f"bundled pictures, {style}: {accuracy(network, bundled[some], bundled_targets[some]):.3f}")
    write_configs(args.out, nouns, ["Cnn", "Vit"])
    export(network, args.out / f"{args.network}.onnx")


if __name__ == "__main__":
    main()
