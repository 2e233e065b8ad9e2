"""Networks of torchvision as PyTorch saves them, for bench/torchNetworks.ts.

python torch_networks.py make NAME FOLDER   writes weights.pth, image.f32 and logits.f32, random weights
python torch_networks.py check NAME FOLDER  loads changed.pth, which our writer made, and writes changed.f32, its logits
Needs torch and torchvision.
"""
import os
import sys

import numpy as np
import torch
import torchvision


def logits(model, folder, name):
    image = torch.from_numpy(np.fromfile(os.path.join(folder, "image.f32"), "<f4").reshape(2, 3, 224, 224))
    with torch.no_grad():
        model.eval()(image).numpy().astype("<f4").tofile(os.path.join(folder, name))


def make(name, folder):
    torch.manual_seed(1)
    model = getattr(torchvision.models, name)(weights=None, num_classes=10)
    with torch.no_grad():
        for key, value in model.named_buffers():
            if key.endswith("running_mean"):
                value.normal_(0, 0.1)
            if key.endswith("running_var"):
                value.uniform_(0.5, 1.5)
        for value in model.parameters():
            # The vision transformer's head begins at zero.
            if not value.any():
                value.normal_(0, 0.1)
    torch.save(model.state_dict(), os.path.join(folder, "weights.pth"))
    torch.rand(2, 3, 224, 224).numpy().astype("<f4").tofile(os.path.join(folder, "image.f32"))
    logits(model, folder, "logits.f32")


def check(name, folder):
    model = getattr(torchvision.models, name)(weights=None, num_classes=10)
    model.load_state_dict(torch.load(os.path.join(folder, "changed.pth")))
    logits(model, folder, "changed.f32")


if __name__ == "__main__":
    command, network, place = sys.argv[1:]
    {"make": make, "check": check}[command](network, place)
