"""Writes concept-heads.json: gradients and integrated gradients of concept heads by autograd. Needs PyTorch."""
import json
from pathlib import Path

import torch

torch.manual_seed(3)
torch.set_default_dtype(torch.float64)
STEPS = 30
cases = []

for kind in ("linear", "layer-norm-linear"):
    for k, channels, classes, rows in ((3, 7, 4, 2), (5, 12, 10, 3)):
        weight, bias = torch.randn(classes, channels), torch.randn(classes)
        gamma, beta = torch.rand(channels) + 0.5, torch.randn(channels)
        directions = torch.rand(k, channels)
        u = torch.rand(rows, k) * 2
        target = torch.arange(rows) % classes

        def logits(z):
            if kind == "layer-norm-linear":
                z = torch.nn.functional.layer_norm(z, (channels,), gamma, beta, 1e-6)
            return z @ weight.T + bias

        gradients = []
        for t in range(STEPS):
            at = (u * (t / (STEPS - 1))).requires_grad_(True)
            loss = torch.nn.functional.cross_entropy(logits(at @ directions), target, reduction="sum")
            gradients.append(torch.autograd.grad(loss, at)[0])
        average = sum(a + b for a, b in zip(gradients, gradients[1:])) / 2 / (STEPS - 1)
        case = {"kind": kind, "concepts": k, "channels": channels, "classes": classes, "rows": rows,
                "target": target.tolist()}
        for name, value in {"weight": weight, "bias": bias, "gamma": gamma, "beta": beta, "directions": directions,
                            "coefficients": u, "logits": logits(u @ directions), "gradient": gradients[-1],
                            "importance": -u * average}.items():
            case[name] = value.detach().ravel().tolist()
        cases.append(case)

Path(__file__).with_name("concept-heads.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")
