"""Tests of integrations/semblance_logger.py; run by semblance-logger.test.ts, or by `python3 -m unittest` here."""

import json
import os
import pathlib
import struct
import sys
import tempfile
import unittest

import numpy

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "integrations"))
import semblance_logger as sl



def read_lines(folder, name):
    return [json.loads(line) for line in pathlib.Path(folder, name).read_text().splitlines()]


TYPES = {"F32": "<f4", "F16": "<f2", "I32": "<i4", "U16": "<u2", "U8": "u1"}


def read(path):
    data = pathlib.Path(path).read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        tensors[name] = numpy.frombuffer(data[start:end], TYPES[entry["dtype"]]).reshape(entry["shape"])
    return tensors, metadata


class LoggerTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.random = numpy.random.default_rng(0)

    def epoch(self, number):
        return read(os.path.join(self.folder, f"epoch-{number:04d}.safetensors"))

    def metrics(self):
        return read_lines(self.folder, "metrics.jsonl")

    def test_templates_are_means_by_class(self):
        target = numpy.array([0, 2, 0, 2, 2])
        prediction = numpy.array([0, 2, 2, 0, 2])
        features = self.random.normal(size=(5, 4)).astype(numpy.float32)
        logger = sl.RunLogger(self.folder, labels=["a", "b", "c"])
        logger.log(3, numpy.eye(3, 4), test=(target, prediction, features), val_loss=1.5, lr=float("nan"))
        tensors, metadata = self.epoch(3)
        self.assertEqual(metadata, {"epoch": "3"})
        self.assertEqual(tensors["split.test.count"].tolist(), [2, 0, 3])
        self.assertEqual(tensors["split.test.countWrong"].tolist(), [1, 0, 1])
        numpy.testing.assert_allclose(tensors["split.test.template"][2], features[[1, 3, 4]].mean(axis=0), rtol=1e-6)
        numpy.testing.assert_array_equal(tensors["split.test.template"][1], numpy.zeros(4))
        numpy.testing.assert_allclose(tensors["split.test.templateCorrect"][2], features[[1, 4]].mean(axis=0), rtol=1e-6)
        numpy.testing.assert_allclose(tensors["split.test.templateWrong"][0], features[2], rtol=1e-6)
        mean = features[[0, 2]].mean(axis=0)
        cosine = features[2] @ mean / numpy.linalg.norm(features[2]) / numpy.linalg.norm(mean)
        self.assertAlmostEqual(float(tensors["split.test.templateCosine"][2]), cosine, places=3)
        self.assertEqual(tensors["split.test.target"].dtype, numpy.uint8)
        self.assertEqual(self.metrics(), [{"epoch": 3, "valLoss": 1.5, "lr": None, "accuracy": 0.6}])
        info = json.loads(pathlib.Path(self.folder, "run.json").read_text())
        self.assertEqual(info["labels"], ["a", "b", "c"])
        self.assertEqual(sorted(os.listdir(self.folder)), ["epoch-0003.safetensors", "metrics.jsonl", "run.json"])

    def test_an_epoch_done_again_replaces_the_first(self):
        logger = sl.RunLogger(self.folder)
        for loss in (3.0, 2.0):
            for epoch in (1, 2):
                logger.log(epoch, numpy.eye(2), loss=loss + epoch)
        self.assertEqual(sorted((row["epoch"], row["loss"]) for row in self.metrics()), [(1, 3.0), (2, 4.0)])

    def test_half_precision_and_many_classes(self):
        logger = sl.RunLogger(self.folder, half=True)
        target = numpy.array([299, 0])
        logger.log(1, self.random.normal(size=(300, 8)), test=(target, self.random.normal(size=(2, 300))))
        tensors, _ = self.epoch(1)
        self.assertEqual(tensors["head.weight"].dtype, numpy.float16)
        self.assertEqual(tensors["split.test.target"].tolist(), [299, 0])
        self.assertEqual(tensors["split.test.target"].dtype, numpy.uint16)

    def test_mistakes_of_the_caller_are_named(self):
        logger = sl.RunLogger(self.folder)
        with self.assertRaisesRegex(ValueError, "classes outside 0 … 1"):
            logger.log(1, numpy.eye(2), test=(numpy.array([0, 2]), numpy.array([0, 1])))
        with self.assertRaisesRegex(ValueError, "neither test nor train"):
            logger.record("val")
        with logger.record("test") as recorder:
            recorder.outputs(numpy.zeros((4, 2)))
            recorder.targets([0, 1])
        with self.assertRaisesRegex(ValueError, "2 targets and 4 predictions"):
            logger.log(1, numpy.eye(2))

    def test_samples(self):
        sl.RunLogger(self.folder, samples={"test": ["a.png", "b.png"]})
        rows = read_lines(self.folder, "samples.jsonl")
        self.assertEqual(rows[1], {"split": "test", "index": 1, "path": "b.png"})


class Hook:
    def __init__(self, hooks, function):
        self.hooks, self.function = hooks, function
        hooks.append(function)

    def remove(self):
        self.hooks.remove(self.function)


class Tensor(numpy.ndarray):
    """What a PyTorch tensor looks like to the logger."""

    def __new__(cls, array):
        return numpy.asarray(array).view(cls)

    def flatten(self, start):
        return self.reshape(*self.shape[:start], -1)


class StandInLinear:
    """A module with the attributes and hooks of torch.nn.Linear."""

    def __init__(self, weight):
        self.weight, self.bias, self.hooks = weight, numpy.zeros(len(weight)), []

    def register_forward_hook(self, function):
        return Hook(self.hooks, function)

    def __call__(self, x):
        out = Tensor(x @ self.weight.T)
        for hook in list(self.hooks):
            hook(self, (x,), out)
        return out


class CallbackTest(unittest.TestCase):
    """The callbacks against stand-ins with the same hooks, called in the order that the frameworks call them."""

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.random = numpy.random.default_rng(1)

    def test_lightning(self):
        class Trainer:
            sanity_checking, current_epoch, callback_metrics = True, 0, {"val_loss": 2.0}
            optimizers = [type("Optimizer", (), {"param_groups": [{"lr": 0.1}]})]

        class Module:
            pass

        module, trainer = Module(), Trainer()
        module.net = Module()
        module.net.fc = StandInLinear(self.random.normal(size=(3, 4)))
        callback = sl.SemblanceLightningCallback(sl.RunLogger(self.folder), head="net.fc")

        def validate():
            callback.on_validation_epoch_start(trainer, module)
            for _ in range(2):
                batch = (Tensor(self.random.normal(size=(5, 4))), Tensor(self.random.integers(0, 3, 5)))
                module.net.fc(batch[0])
                callback.on_validation_batch_end(trainer, module, None, batch, 0)
            callback.on_validation_epoch_end(trainer, module)

        validate()
        self.assertEqual([name for name in os.listdir(self.folder) if name.startswith("epoch")], [])
        trainer.sanity_checking = False
        validate()
        trainer.current_epoch = 1
        validate()
        self.assertEqual(module.net.fc.hooks, [])
        tensors, _ = read(os.path.join(self.folder, "epoch-0002.safetensors"))
        self.assertEqual(tensors["split.test.target"].shape, (10,))
        self.assertEqual(tensors["split.test.template"].shape, (3, 4))
        numpy.testing.assert_allclose(tensors["head.weight"], module.net.fc.weight, rtol=1e-6)
        rows = read_lines(self.folder, "metrics.jsonl")
        self.assertEqual([(row["epoch"], row["valLoss"], row["lr"]) for row in rows], [(1, 2.0, 0.1), (2, 2.0, 0.1)])

    def test_keras(self):
        class Layer:
            def __init__(self, *weights):
                self.weights = list(weights)

            def get_weights(self):
                return self.weights

        kernel = self.random.normal(size=(4, 3))
        model = type("Model", (), {"layers": [Layer(), Layer(kernel, numpy.zeros(3)), Layer()]})()
        inputs, targets = self.random.normal(size=(9, 4)), self.random.integers(0, 3, (9, 1))
        callback = sl.SemblanceKerasCallback(
            sl.RunLogger(self.folder), test=(inputs, targets), extract=lambda model, x: (x, x @ kernel)
        )
        callback.model = model
        callback.on_train_begin()
        callback.on_epoch_end(0, {"loss": 1.0, "val_loss": 2.0, "accuracy": 0.9, "val_accuracy": 0.8})
        tensors, _ = read(os.path.join(self.folder, "epoch-0001.safetensors"))
        numpy.testing.assert_allclose(tensors["head.weight"], kernel.T, rtol=1e-6)
        numpy.testing.assert_array_equal(tensors["split.test.prediction"], (inputs @ kernel).argmax(axis=1))
        self.assertEqual(tensors["split.test.templateCosine"].shape, (9,))
        rows = read_lines(self.folder, "metrics.jsonl")
        self.assertEqual([row["epoch"] for row in rows], [0, 1])
        self.assertEqual(rows[1]["valLoss"], 2.0)
        self.assertEqual(rows[1]["accuracy"], float(numpy.mean(tensors["split.test.target"] == tensors["split.test.prediction"])))


if __name__ == "__main__":
    unittest.main()
