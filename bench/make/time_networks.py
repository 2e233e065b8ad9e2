"""Times a network of torchvision for bench/networks.ts.

python time_networks.py NAME BATCH THREADS FILE   writes the network with 1,000 classes and random weights to FILE (.pth, or .onnx),
then answers each line "forward" or "step" on stdin with the milliseconds of one run. Needs torch and torchvision.
"""
import sys
import time

import torch
import torchvision

name, batch, threads, file = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
torch.set_num_threads(threads)
torch.manual_seed(1)
model = getattr(torchvision.models, name)(weights=None, num_classes=1000).eval().requires_grad_(False)
if file.endswith(".onnx"):
    torch.onnx.export(model, torch.zeros(1, 3, 224, 224), file, opset_version=14, input_names=["image"],
                      dynamic_axes={"image": {0: "batch"}})
else:
    torch.save(model.state_dict(), file)

images = 255 * torch.rand(batch, 3, 224, 224)
mask = torch.zeros(1, 1, 224, 224, requires_grad=True)
pattern = torch.zeros(1, 3, 224, 224, requires_grad=True)
targets = torch.zeros(batch, dtype=torch.long)


def forward():
    with torch.no_grad():
        model(images)


def step():
    m, p = torch.tanh(mask) / 2 + 0.5, 255 * (torch.tanh(pattern) / 2 + 0.5)
    stamped = images + m * (p - images)
    loss = torch.nn.functional.cross_entropy(model(stamped / 255), targets) + 1e-3 * m.sum()
    torch.autograd.grad(loss, [mask, pattern])


print("ready", flush=True)
for line in sys.stdin:
    run = {"forward": forward, "step": step}[line.strip()]
    started = time.perf_counter()
    run()
    print(1000 * (time.perf_counter() - started), flush=True)
