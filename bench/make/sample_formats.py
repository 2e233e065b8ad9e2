"""The infected sample network in the formats of one framework, for bench/formats.ts.

python sample_formats.py FRAMEWORK make FOLDER    reads FOLDER/weights/NAME.f32 and writes the network in each format
python sample_formats.py FRAMEWORK check FOLDER   loads each repaired file and prints, as JSON, its accuracy on FOLDER/images.f32
                                                  (labels.u8) and the share of images with the trigger (stamped.f32) that become TARGET
FRAMEWORK is tensorflow (2.15 with keras 2.15 and tensorflowjs), pytorch (with safetensors) or onnxruntime, which quantises the ONNX file.
"""
import json
import os
import sys
import types

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np

TARGET = 7
framework, command, folder = sys.argv[1:]
place = lambda *names: os.path.join(folder, *names)


def weight(name, *shape):
    return np.fromfile(place("weights", name + ".f32"), "<f4").reshape(shape)


def verdict(predict):
    images = lambda name: np.fromfile(place(name), "<f4").reshape(-1, 1, 28, 28)
    labels = np.fromfile(place("labels.u8"), np.uint8)
    accuracy = (predict(images("images.f32")).argmax(1) == labels).mean()
    others = labels != TARGET
    return {"accuracy": float(accuracy), "success": float((predict(images("stamped.f32"))[others].argmax(1) == TARGET).mean())}


def tensorflow():
    import keras
    import tensorflow as tf
    from keras import layers
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    def make():
        # Not at the top: once it is imported, .keras files are loaded without their weights.
        for missing in ("tensorflow_decision_forests", "tensorflow_hub", "jax", "jax.experimental"):
            sys.modules.setdefault(missing, types.ModuleType(missing))  # converters of other formats import these
        sys.modules["jax.experimental"].jax2tf = None
        from tensorflowjs.converters import save_keras_model, tf_saved_model_conversion_v2
        model = keras.Sequential([
            layers.Input((28, 28, 1)), layers.Rescaling(1 / 255),
            layers.Conv2D(16, 5, activation="relu", name="conv1"), layers.MaxPooling2D(),
            layers.Conv2D(32, 5, activation="relu", name="conv4"), layers.MaxPooling2D(),
            layers.Flatten(), layers.Dense(512, activation="relu", name="dense8"), layers.Dense(10, activation="softmax", name="dense10")])
        # Keras flattens maps with the channels last.
        dense = weight("dense8.weight", 512, 32, 4, 4).transpose(2, 3, 1, 0).reshape(512, 512)
        model.get_layer("conv1").set_weights([weight("conv1.weight", 16, 1, 5, 5).transpose(2, 3, 1, 0), weight("conv1.bias", 16)])
        model.get_layer("conv4").set_weights([weight("conv4.weight", 32, 16, 5, 5).transpose(2, 3, 1, 0), weight("conv4.bias", 32)])
        model.get_layer("dense8").set_weights([dense, weight("dense8.bias", 512)])
        model.get_layer("dense10").set_weights([weight("dense10.weight", 10, 512).T, weight("dense10.bias", 10)])
        model.save(place("model.h5"))
        model.save(place("model.keras"))
        model.export(place("saved_model"))
        signature = [tf.TensorSpec([None, 28, 28, 1], tf.float32, name="image")]
        function = tf.function(lambda image: model(image, training=False), input_signature=signature).get_concrete_function()
        with open(place("frozen.pb"), "wb") as f:
            f.write(convert_variables_to_constants_v2(function).graph.as_graph_def().SerializeToString())
        save_keras_model(model, place("tfjs_layers"))
        tf_saved_model_conversion_v2.convert_tf_saved_model(place("saved_model"), place("tfjs_graph"))
        with open(place("model.tflite"), "wb") as f:
            f.write(tf.lite.TFLiteConverter.from_keras_model(model).convert())
        images = np.fromfile(place("images.f32"), "<f4").reshape(-1, 1, 28, 28, 1)
        converter = tf.lite.TFLiteConverter.from_keras_model(model)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([image] for image in images)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.uint8
        with open(place("quantised.tflite"), "wb") as f:
            f.write(converter.convert())

    def frozen(path):
        graph = tf.compat.v1.GraphDef()
        graph.ParseFromString(open(path, "rb").read())
        read = {name for node in graph.node for name in node.input}
        (last,) = [node.name for node in graph.node if node.name not in read and node.op not in ("NoOp", "Const")]

        def predict(x):
            with tf.Graph().as_default() as g:
                tf.import_graph_def(graph, name="")
                with tf.compat.v1.Session(graph=g) as session:
                    return session.run(last + ":0", {"image:0": x.transpose(0, 2, 3, 1)})

        return predict

    def saved(path):
        signature = tf.saved_model.load(path).signatures["serving_default"]
        (feed,) = signature.structured_input_signature[1]
        return lambda x: list(signature(**{feed: tf.constant(x.transpose(0, 2, 3, 1))}).values())[0].numpy()

    def lite(path):
        interpreter = tf.lite.Interpreter(path)

        def predict(x):
            interpreter.resize_tensor_input(interpreter.get_input_details()[0]["index"], (len(x), 28, 28, 1))
            interpreter.allocate_tensors()
            interpreter.set_tensor(interpreter.get_input_details()[0]["index"], x.transpose(0, 2, 3, 1))
            interpreter.invoke()
            return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])

        return predict

    def of_keras(path):
        model = keras.models.load_model(path, compile=False)
        return lambda x: model.predict(x.transpose(0, 2, 3, 1), verbose=0)

    def check():
        loaders = {"model.repaired.h5": of_keras, "model.repaired.keras": of_keras, "saved_model.repaired": saved,
                   "frozen.repaired.pb": frozen, "model.repaired.tflite": lite}
        return {name: verdict(load(place(name))) for name, load in loaders.items()}

    return make, check


def pytorch():
    import torch
    from safetensors.torch import load_file, save_file

    network = lambda: torch.nn.Sequential(
        torch.nn.Conv2d(1, 16, 5), torch.nn.ReLU(), torch.nn.MaxPool2d(2), torch.nn.Conv2d(16, 32, 5), torch.nn.ReLU(),
        torch.nn.MaxPool2d(2), torch.nn.Flatten(), torch.nn.Linear(512, 512), torch.nn.ReLU(), torch.nn.Linear(512, 10))

    def make():
        model = network()
        names = {"0": "conv1", "3": "conv4", "7": "dense8", "9": "dense10"}
        for key, value in model.state_dict().items():
            layer, kind = key.split(".")
            value.copy_(torch.from_numpy(weight("%s.%s" % (names[layer], kind), *value.shape)))
        torch.save(model.state_dict(), place("model.pth"))
        save_file(model.state_dict(), place("model.safetensors"))

    def check():
        found = {}
        for name, load in (("model.repaired.pth", torch.load), ("model.repaired.safetensors", load_file)):
            model = network()
            model.load_state_dict(load(place(name)))
            # The sample's first operator divides by 255.
            found[name] = verdict(lambda x: model.eval()(torch.from_numpy(x / 255)).detach().numpy())
        return found

    return make, check


def onnxruntime():
    from onnxruntime import quantization as q

    class Images(q.CalibrationDataReader):
        def __init__(self):
            self.feeds = iter([{"image": image} for image in np.fromfile(place("images.f32"), "<f4").reshape(-1, 1, 1, 28, 28)])

        def get_next(self):
            return next(self.feeds, None)

    def make():
        q.quantize_static(place("network.onnx"), place("quantised.onnx"), Images(), quant_format=q.QuantFormat.QDQ,
                          activation_type=q.QuantType.QUInt8, weight_type=q.QuantType.QInt8, per_channel=True)

    return make, dict


make, check = {"tensorflow": tensorflow, "pytorch": pytorch, "onnxruntime": onnxruntime}[framework]()
if command == "make":
    make()
else:
    print(json.dumps(check()))
