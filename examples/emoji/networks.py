"""Small networks for pictures of 64 x 64 pixels. Each returns its class scores and then its maps or tokens by depth."""

import torch
from torch import nn


class Residual(nn.Module):
    """Two 3 x 3 convolutions beside a shortcut."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.shortcut = (
            nn.Identity()
            if stride == 1 and inputs == outputs
            else nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
        )

    def forward(self, x):
        y = torch.relu(self.norm1(self.conv1(x)))
        return torch.relu(self.norm2(self.conv2(y)) + self.shortcut(x))


class Cnn(nn.Module):
    """A residual CNN: maps of 32 x 32, 16 x 16 and 8 x 8; the last goes through ReLU, the mean of all places and a linear head."""

    layers = ("stage1", "stage2", "stage3", "stage4")

    def __init__(self, classes):
        super().__init__()
        self.stage1 = nn.Sequential(nn.Conv2d(3, 16, 3, 2, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU())
        self.stage2 = Residual(16, 32, 2)
        self.stage3 = Residual(32, 64, 2)
        self.stage4 = Residual(64, 96, 1)
        self.head = nn.Linear(96, classes)

    def forward(self, x):
        stage1 = self.stage1(x)
        stage2 = self.stage2(stage1)
        stage3 = self.stage3(stage2)
        stage4 = self.stage4(stage3)
        return self.head(stage4.mean((2, 3))), stage1, stage2, stage3, stage4


class Block(nn.Module):
    """A pre-norm transformer block."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.qkv = nn.Linear(width, 3 * width)
        self.projection = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x):
        tokens, width = x.shape[1], x.shape[2]
        each = width // self.heads
        qkv = self.qkv(self.norm1(x)).reshape(-1, tokens, 3, self.heads, each).permute(2, 0, 3, 1, 4)
        attention = (qkv[0] @ qkv[1].transpose(-2, -1) * each**-0.5).softmax(-1)
        x = x + self.projection((attention @ qkv[2]).transpose(1, 2).reshape(-1, tokens, width))
        return x + self.mlp(self.norm2(x))


class Vit(nn.Module):
    """A vision transformer with patches of 8 pixels: 64 tokens behind the CLS token, which goes to the linear head."""

    layers = ("block1", "block2", "block3", "block4", "tokens")

    def __init__(self, classes, width=64, heads=4):
        super().__init__()
        self.patches = nn.Conv2d(3, width, 8, 8)
        self.cls = nn.Parameter(torch.zeros(1, 1, width))
        self.position = nn.Parameter(0.02 * torch.randn(1, 65, width))
        self.block1 = Block(width, heads)
        self.block2 = Block(width, heads)
        self.block3 = Block(width, heads)
        self.block4 = Block(width, heads)
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.head = nn.Linear(width, classes)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls.expand(x.shape[0], -1, -1), x], 1) + self.position
        block1 = self.block1(x)
        block2 = self.block2(block1)
        block3 = self.block3(block2)
        block4 = self.block4(block3)
        tokens = self.norm(block4)
        return self.head(tokens[:, 0]), block1, block2, block3, block4, tokens


class PlainCnn(nn.Module):
    """Four convolutions, each with ReLU; the mean of the last map's places goes to a linear head, so features are never negative."""

    layers = ("features",)

    def __init__(self, classes, widths=(16, 32, 48, 48)):
        super().__init__()
        layers = []
        for inputs, outputs, stride in zip((3, *widths), widths, (2, 2, 2, 1)):
            layers += [nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
        self.convolutions = nn.Sequential(*layers)
        self.head = nn.Linear(widths[-1], classes)

    def forward(self, x):
        features = self.convolutions(x)
        return self.head(features.mean((2, 3))), features


def export(network, path):
    """Writes ONNX: input `pixels`, outputs `logits` and the network's layers by name, any number of pictures at a time."""
    names = ("logits", *network.layers)
    network.eval()
    torch.onnx.export(
        network,
        torch.zeros(1, 3, 64, 64),
        str(path),
        input_names=["pixels"],
        output_names=list(names),
        dynamic_axes={name: {0: "pictures"} for name in ("pixels", *names)},
        opset_version=17,
    )
