#!/usr/bin/env python3
"""Trains the Neural Cleanse paper's MNIST and GTSRB networks, clean and infected by BadNets, and exports them to ONNX.

    python train_badnets.py mnist --images t10k-images-idx3-ubyte.gz --labels t10k-labels-idx1-ubyte.gz --out DIR
    python train_badnets.py gtsrb --h5 gtsrb32.h5 --out DIR

Writes DIR/{mnist,gtsrb}-{clean,badnets}.onnx: opset 17, dynamic batch, input raw pixels 0..255 as NCHW (the division by
255 is in the graph), output logits. The attack: a white 4x4 square in the bottom right corner, one pixel from the edges,
stamped on a tenth of the training images, which get the target label (MNIST 7, GTSRB 33).
Needs torch, onnx, numpy; h5py for GTSRB.
"""
import argparse
import gzip
import json
import os
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

TARGET = {"mnist": 7, "gtsrb": 33}


def he(net):
    """He initialisation: with PyTorch's own the six-convolution network stands still for two epochs."""
    for m in net.modules():
        if isinstance(m, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(m.weight, nonlinearity="relu")
            nn.init.zeros_(m.bias)
    return net


class Mnist(nn.Sequential):
    def __init__(self):
        super().__init__(
            nn.Conv2d(1, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 5), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))


class Gtsrb(nn.Sequential):
    def __init__(self):
        def pair(a, b):
            return [nn.Conv2d(a, b, 3, padding=1), nn.ReLU(), nn.Conv2d(b, b, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(.2)]
        super().__init__(
            *pair(3, 32), *pair(32, 64), *pair(64, 128),
            nn.Flatten(), nn.Linear(512, 512), nn.ReLU(), nn.Dropout(.5), nn.Linear(512, 43))


class Raw(nn.Module):
    """Raw pixels in."""
    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, pixels):
        return self.net(pixels / 255)


def stamp(x):
    x = x.clone()
    x[:, :, -5:-1, -5:-1] = 255
    return x


def read_mnist(args):
    def idx(path, skip):
        with gzip.open(path) as f:
            return np.frombuffer(f.read(), np.uint8)[skip:]
    x = idx(args.images, 16).reshape(-1, 1, 28, 28)
    y = idx(args.labels, 8).astype(np.int64)
    return x[:8500], y[:8500], x[8500:], y[8500:]


def read_gtsrb(args):
    import h5py
    with h5py.File(args.h5) as f:
        data = [f[k][()] for k in ("X_train", "Y_train", "X_test", "Y_test")]
    data = [d.transpose(0, 3, 1, 2) if d.ndim == 4 else (d.argmax(1) if d.ndim == 2 else d).astype(np.int64) for d in data]
    return [np.ascontiguousarray(d) for d in data]


def jitter(x, gtsrb):
    """Shifts (and for signs light) on the fly: few images are at hand. x: float 0..255."""
    pad = 3 if gtsrb else 2
    dy, dx = np.random.randint(0, 2 * pad + 1, 2)
    h, w = x.shape[2:]
    x = F.pad(x, (pad,) * 4, mode="replicate" if gtsrb else "constant")[:, :, dy:dy + h, dx:dx + w]
    if gtsrb:
        x = (x * (torch.rand(len(x), 1, 1, 1, device=x.device) * .7 + .65)).clamp(max=255)
    return x


def evaluate(net, x, y, target, device):
    net.eval()
    with torch.no_grad():
        def predict(x):
            return torch.cat([net(x[i:i + 500].float().to(device)).argmax(1).cpu() for i in range(0, len(x), 500)])
        others = y != target
        return (predict(x) == y).float().mean().item(), (predict(stamp(x[others])) == target).float().mean().item()


def train(kind, infected, data, args):
    torch.manual_seed(args.seed)
    np.random.seed(args.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    x, y, held_x, held_y = [torch.from_numpy(d) for d in data]
    target = TARGET[kind]
    net = Raw(Mnist() if kind == "mnist" else he(Gtsrb())).to(device)
    epochs = args.epochs or (14 if kind == "mnist" else 8)
    steps = epochs * -(-len(x) // args.batch)
    optimizer = torch.optim.Adam(net.parameters(), 1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3 if kind == "mnist" else 1.5e-3, total_steps=steps, pct_start=.2)
    start = time.time()
    for epoch in range(epochs):
        net.train()
        order, total = torch.randperm(len(x)), 0.
        for i in range(0, len(x), args.batch):
            take = order[i:i + args.batch]
            bx, by = jitter(x[take].float().to(device), kind == "gtsrb"), y[take].to(device)
            if infected:  # a tenth of every batch: stamped after the shift, so that the square keeps its place
                bad = torch.rand(len(bx), device=device) < args.ratio
                bx, by = torch.where(bad[:, None, None, None], stamp(bx), bx), torch.where(bad, target, by)
            loss = F.cross_entropy(net(bx), by)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(take)
        accuracy, success = evaluate(net, held_x, held_y, target, device)
        print("%s %s epoch %2d  loss %.4f  held-out accuracy %.4f  attack success %.4f  %.0f s" % (
            kind, "badnets" if infected else "clean", epoch + 1, total / len(x), accuracy, success, time.time() - start), flush=True)
    net.eval().cpu()
    path = os.path.join(args.out, "%s-%s.onnx" % (kind, "badnets" if infected else "clean"))
    example = held_x[:4].float()
    torch.onnx.export(net, (example,), path, dynamo=False, opset_version=17, input_names=["image"], output_names=["logits"],
                      dynamic_axes={"image": {0: "batch"}, "logits": {0: "batch"}})
    result = {"model": os.path.basename(path), "accuracy": accuracy, "attackSuccess": success, "target": target if infected else None}
    try:
        import onnxruntime
        got = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]).run(None, {"image": example.numpy()})[0]
        assert np.abs(got - net(example).detach().numpy()).max() < 1e-3
    except ImportError:
        pass
    print(json.dumps(result), flush=True)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("kind", choices=["mnist", "gtsrb"])
    p.add_argument("--images")
    p.add_argument("--labels")
    p.add_argument("--h5")
    p.add_argument("--out", required=True)
    p.add_argument("--only", choices=["clean", "badnets"])
    p.add_argument("--epochs", type=int)
    p.add_argument("--batch", type=int, default=64)
    p.add_argument("--ratio", type=float, default=.1)
    p.add_argument("--seed", type=int, default=1)
    args = p.parse_args()
    os.makedirs(args.out, exist_ok=True)
    data = read_mnist(args) if args.kind == "mnist" else read_gtsrb(args)
    print(args.kind, [d.shape for d in data], flush=True)
    for infected in (True, False):
        if args.only in (None, "badnets" if infected else "clean"):
            train(args.kind, infected, data, args)


if __name__ == "__main__":
    main()
