"""Times torch.load of a checkpoint on the CPU and prints {"seconds", "sum"} as JSON; the sum is of the named head."""

import json
import sys
import time

import torch

path, head = sys.argv[1:]
start = time.perf_counter()
weight = torch.load(path, map_location="cpu")["state_dict"][head]
seconds = time.perf_counter() - start
print(json.dumps({"seconds": seconds, "sum": weight.double().sum().item()}))
