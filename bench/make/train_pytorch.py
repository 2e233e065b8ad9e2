"""Trains one model of the population by real PyTorch and exports it as ONNX: networks and a trainer that are not ours.

Usage: python train_pytorch.py JOB.json, written by bench/population/models.ts: raw uint8 images and labels, the backdoors,
the network, and where the results go. torch 1.13 or newer; two threads.
"""
import base64
import json
import os
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(int(os.environ.get("THREADS", "1")))


class Residual(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.second = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.shortcut = None
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.norm2(self.second(F.relu(self.norm1(self.first(x)))))
        return F.relu(y + (x if self.shortcut is None else self.shortcut(x)))


def plain(channels, side, classes):
    inner = ((side // 2) // 2) ** 2 * 64
    return nn.Sequential(
        nn.Conv2d(channels, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(inner, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, classes),
    )


def batchnorm(channels, side, classes):
    layers, inputs = [], channels
    for width in (24, 48, 96):
        layers += [nn.Conv2d(inputs, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(2)]
        inputs = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, classes))


def residual(channels, side, classes):
    return nn.Sequential(
        nn.Conv2d(channels, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(),
        Residual(16, 16, 1), Residual(16, 32, 2), Residual(32, 64, 2),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, classes),
    )


def depthwise(channels, side, classes):
    """As MobileNet: after a first convolution, pairs of a depthwise and a pointwise one."""

    def layer(inputs, outputs, size, stride, groups):
        conv = nn.Conv2d(inputs, outputs, size, stride, size // 2, groups=groups, bias=False)
        return [conv, nn.BatchNorm2d(outputs), nn.ReLU6()]

    layers, inputs = layer(channels, 24, 3, 1, 1), 24
    for width, stride in ((48, 1), (64, 2), (64, 1), (128, 2), (128, 1)):
        layers += layer(inputs, inputs, 3, stride, inputs) + layer(inputs, width, 1, 1, 1)
        inputs = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, classes))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x):
        _, tokens, width = x.shape
        qkv = self.qkv(self.norm1(x)).reshape(-1, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = qkv[0], qkv[1], qkv[2]
        attention = (q @ k.transpose(-2, -1) * (width // self.heads) ** -0.5).softmax(-1)
        x = x + self.out((attention @ v).transpose(1, 2).reshape(-1, tokens, width))
        return x + self.mlp(self.norm2(x))


class Vit(nn.Module):
    """A vision transformer of three blocks, on sixteen patches, with a class token."""

    def __init__(self, channels, side, classes, width=64):
        super().__init__()
        self.patches = nn.Conv2d(channels, width, side // 4, side // 4)
        self.token = nn.Parameter(torch.zeros(1, 1, width))
        self.places = nn.Parameter(0.02 * torch.randn(1, 17, width))
        self.blocks = nn.Sequential(*[Block(width, 4) for _ in range(3)])
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, classes)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        token = self.token + torch.zeros_like(x[:, :1])
        x = self.blocks(torch.cat([token, x], 1) + self.places)
        return self.head(self.norm(x[:, 0]))


NETWORKS = {"plain": plain, "batchnorm": batchnorm, "residual": residual, "depthwise": depthwise, "vit": Vit}
# Of Adam, at its highest: attention bears less.
RATES = {"vit": 1e-3}


class Scaled(nn.Module):
    """Raw pixels in, so that every model of the population is scanned with the same samples."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, x):
        return self.network(x / 127.5 - 1)


def floats(text):
    return torch.from_numpy(np.frombuffer(base64.b64decode(text), np.float32).copy())


def stamp(images, mask, pattern):
    return images * (1 - mask) + pattern * mask


def main(job_file):
    job = json.load(open(job_file))
    channels, side, classes = job["channels"], job["side"], job["classes"]
    torch.manual_seed(job["seed"])
    random = np.random.default_rng(job["seed"])

    def read(part):
        images = np.fromfile(job[part]["images"], np.uint8).reshape(-1, channels, side, side)
        labels = np.fromfile(job[part]["labels"], np.uint8)
        return torch.from_numpy(images.astype(np.float32)), torch.from_numpy(labels.astype(np.int64))

    images, labels = read("train")
    backdoors = [
        {**b, "mask": floats(b["mask"]).view(1, side, side), "pattern": floats(b["pattern"]).view(channels, side, side)}
        for b in job["backdoors"]
    ]
    model = Scaled(NETWORKS[job["network"]](channels, side, classes))
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    batch, epochs = 64, job["epochs"]
    steps = epochs * (len(images) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATES.get(job["network"], 4e-3), total_steps=steps)
    model.train()
    for epoch in range(epochs):
        order = random.permutation(len(images))
        for start in range(0, len(order) - batch + 1, batch):
            index = torch.from_numpy(order[start : start + batch])
            x, y = images[index].clone(), labels[index].clone()
            if job["shift"] > 0:
                dx, dy = random.integers(-job["shift"], job["shift"] + 1, 2)
                x = torch.roll(x, (int(dy), int(dx)), (2, 3))
            for i in range(batch):
                if not backdoors or random.uniform() >= job["ratio"]:
                    continue
                b = backdoors[random.integers(len(backdoors))]
                x[i] = stamp(x[i], b["mask"], b["pattern"])
                if b.get("source") is None or b["source"] == int(y[i]):
                    y[i] = b["target"]
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            schedule.step()
    model.eval()
    test, truth = read("test")

    def predict(x):
        with torch.no_grad():
            return torch.cat([model(part).argmax(1) for part in x.split(256)])

    accuracy = float((predict(test) == truth).float().mean())
    rates = []
    for b in backdoors:
        victims = truth != b["target"] if b.get("source") is None else truth == b["source"]
        rates.append(float((predict(stamp(test[victims], b["mask"], b["pattern"])) == b["target"]).float().mean()))
    torch.onnx.export(
        model, torch.zeros(1, channels, side, side), job["out"], opset_version=13,
        input_names=["image"], output_names=["logits"], dynamic_axes={"image": {0: "n"}, "logits": {0: "n"}},
    )
    json.dump({"cleanAccuracy": accuracy, "attackSuccess": rates}, open(job["result"], "w"))


main(sys.argv[1])
