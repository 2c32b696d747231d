"""Generated images for the examples: one coloured shape each, at any place, size and angle, on a noisy ground."""

import numpy as np

# The shapes and their nouns in WordNet 3.0: names alone would be ambiguous (a circle of friends, a star of the screen).
SHAPES = {
    "circle": "n13873502", "ellipse": "n13878306", "ring": "n13875392", "crescent": "n13896217", "star": "n13881644",
    "triangle": "n13879320", "square": "n13878634", "rectangle": "n13883346", "pentagon": "n13882201",
    "hexagon": "n13882276",
}
LABELS = list(SHAPES.values())


def shapes(n, seed, size=32):
    """Images [n, 3, size, size] float32 in [0, 1] and their classes [n], equally many of each."""
    random = np.random.default_rng(seed)
    target = random.permutation(np.arange(n) % len(SHAPES))
    axis = (np.arange(size) + 0.5) / size * 2 - 1
    images = np.empty((n, 3, size, size), np.float32)
    for image, t in zip(images, target):
        colours = random.uniform(0, 1, (2, 3))
        while abs(colours[0] - colours[1]).max() < 0.4:
            colours = random.uniform(0, 1, (2, 3))
        angle, scale, (dx, dy) = random.uniform(0, 2 * np.pi), random.uniform(0.45, 0.8), random.uniform(-0.25, 0.25, 2)
        x, y = (axis[None, :] - dx) / scale, (axis[:, None] - dy) / scale
        u, v = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
        inside = _inside(list(SHAPES)[t], u, v)[None]
        image[:] = np.where(inside, colours[0][:, None, None], colours[1][:, None, None])
        image += random.normal(0, 0.05, image.shape)
    return images.clip(0, 1), target


def _inside(shape, u, v):
    radius, angle = np.hypot(u, v), np.arctan2(v, u)
    if shape == "circle":
        return radius < 0.9
    if shape == "ellipse":
        return np.hypot(u, v * 2) < 1
    if shape == "crescent":
        return (radius < 1) & (np.hypot(u - 0.5, v) > 0.75)
    if shape == "square":
        return np.maximum(abs(u), abs(v)) < 0.75
    if shape == "rectangle":
        return np.maximum(abs(u), 2 * abs(v)) < 1
    if shape == "ring":
        return (radius < 0.95) & (radius > 0.6)
    if shape == "star":
        return radius < 0.65 + 0.35 * np.cos(5 * angle)
    corners = {"triangle": 3, "pentagon": 5, "hexagon": 6}[shape]
    sector = 2 * np.pi / corners
    return radius * np.cos((angle % sector) - sector / 2) < np.cos(sector / 2)
