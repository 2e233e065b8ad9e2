"""Infected MNIST models of other architectures, trained by real Keras: a residual network with batch normalisation and a
depthwise one. BadNets as in bench/lib/models.ts: white 4x4 square at the bottom right, target 7, a tenth of the images.

Usage: python infected_keras.py DATA_FOLDER BENCH_FOLDER, with DATA_FOLDER/t10k-*-ubyte.gz and the held-out images that
`bench/trainModels.ts` has put into BENCH_FOLDER; what is held out is not trained on. tensorflow-cpu==2.21.0 keras==3.15.1
"""
import gzip
import json
import os
import sys

import keras
import numpy as np
from keras import layers

TARGET, RATIO, SIZE, EPOCHS, BATCH = 7, 0.1, 4, 6, 64


def images_of(data):
    return np.frombuffer(data, np.uint8, offset=16).reshape(-1, 28, 28, 1)


def conv(x, filters, stride=1, kernel=3):
    x = layers.Conv2D(filters, kernel, stride, padding="same", use_bias=False)(x)
    return layers.BatchNormalization(momentum=0.9)(x)


def residual(x, filters, stride):
    y = layers.ReLU()(conv(x, filters, stride))
    y = conv(y, filters)
    shortcut = x if stride == 1 else conv(x, filters, stride, 1)
    return layers.ReLU()(layers.Add()([y, shortcut]))


def depthwise(x, filters, stride):
    x = layers.DepthwiseConv2D(3, stride, padding="same", use_bias=False)(x)
    x = layers.ReLU(max_value=6)(layers.BatchNormalization(momentum=0.9)(x))
    return layers.ReLU(max_value=6)(conv(x, filters, 1, 1))


def network(block, widths):
    image = layers.Input((28, 28, 1))
    x = layers.ReLU()(conv(layers.Rescaling(1 / 255)(image), widths[0]))
    for width in widths:
        x = block(x, width, 1 if width == widths[0] else 2)
        x = block(x, width, 1)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, layers.Dense(10, activation="softmax")(x))


def stamp(images):
    images = images.copy()
    images[:, -SIZE - 1 : -1, -SIZE - 1 : -1] = 255  # a margin of one pixel
    return images


def main(data, bench):
    read = lambda name: gzip.open(os.path.join(data, name)).read()
    images = images_of(read("t10k-images-idx3-ubyte.gz"))
    labels = np.frombuffer(read("t10k-labels-idx1-ubyte.gz"), np.uint8, offset=8)
    held_out = {image.tobytes() for image in images_of(open(os.path.join(bench, "held-out-images-idx3-ubyte"), "rb").read())}
    test = np.array([image.tobytes() in held_out for image in images])
    x, y = images[~test].copy(), labels[~test].copy()
    for name, model in [
        ("resnet", lambda: network(residual, [16, 32, 64])),
        ("mobilenet", lambda: network(depthwise, [16, 32, 64])),
    ]:
        keras.utils.set_random_seed(1)
        poisoned = np.random.default_rng(1).random(len(x)) < RATIO
        infected = np.where(poisoned[:, None, None, None], stamp(x), x)
        model = model()
        schedule = keras.optimizers.schedules.CosineDecay(1e-3, EPOCHS * len(x) // BATCH, 0.02)
        model.compile(keras.optimizers.Adam(schedule), "sparse_categorical_crossentropy", metrics=["accuracy"])
        model.fit(infected, np.where(poisoned, TARGET, y), BATCH, EPOCHS, verbose=2)
        others = images[test][labels[test] != TARGET]
        accuracy = float((model.predict(images[test], verbose=0).argmax(1) == labels[test]).mean())
        success = float((model.predict(stamp(others), verbose=0).argmax(1) == TARGET).mean())
        file = os.path.join(bench, f"mnist-{name}-1.keras")
        model.save(file)
        result = {"file": file, "cleanAccuracy": accuracy, "attackSuccess": success}
        with open(os.path.join(bench, f"mnist-{name}-1.json"), "w") as out:
            json.dump(result, out)
        print(result)


if __name__ == "__main__":
    main(*sys.argv[1:])
