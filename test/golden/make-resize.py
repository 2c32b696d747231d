"""Writes resize.json: a small picture resized by Pillow to six sizes with each filter. Needs Pillow."""
import base64
import json
from pathlib import Path

from PIL import Image, __version__

WIDTH, HEIGHT = 53, 37
SIZES = [(24, 16), (32, 32), (37, 53), (53, 20), (7, 5), (70, 41)]


def pixel(x, y, channel):
    """Edges, gradients and noise; the test computes the same."""
    if (x // 9 + y // 7) % 3 == channel:
        return 255 if (x + y) % 5 else 0
    return (x * x * 7 + y * 31 * (channel + 1) + x * y * 13) % 256


source = Image.frombytes(
    "RGB", (WIDTH, HEIGHT), bytes(pixel(x, y, c) for y in range(HEIGHT) for x in range(WIDTH) for c in range(3))
)
filters = {
    "nearest": Image.NEAREST,
    "box": Image.BOX,
    "bilinear": Image.BILINEAR,
    "hamming": Image.HAMMING,
    "bicubic": Image.BICUBIC,
    "lanczos": Image.LANCZOS,
}
cases = []
for name, code in filters.items():
    for size in SIZES if name in ("bilinear", "bicubic") else SIZES[:1] + SIZES[-1:]:
        resized = source.resize(size, code)
        cases.append({
            "interpolation": name,
            "width": size[0],
            "height": size[1],
            "rgb": base64.b64encode(resized.tobytes()).decode(),
        })
result = {"pillow": __version__, "width": WIDTH, "height": HEIGHT, "cases": cases}
Path(__file__).with_name("resize.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
