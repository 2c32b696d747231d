"""The Lightning and Keras callbacks against stand-ins that call the same hooks in the same order; neither is installed."""

import json
import os
import sys
import tempfile
import types
import unittest

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../integrations/python"))

try:
    import torch
except ImportError:
    torch = None

TARGET = np.arange(12) % 3


def module(name, **contents):
    made = types.ModuleType(name)
    made.__dict__.update(contents)
    sys.modules[name] = made
    return made


class Base:
    """Callback of Lightning and of Keras: hooks that do nothing, and Keras's `set_model`."""

    def set_model(self, model):
        self.model = model


def lines(folder):
    with open(os.path.join(folder, "metrics.jsonl"), encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def header(folder, epoch):
    with open(os.path.join(folder, f"epoch-{epoch:04d}.safetensors"), "rb") as file:
        return json.loads(file.read(int.from_bytes(file.read(8), "little")))


@unittest.skipIf(torch is None, "PyTorch is not installed")
class Lightning(unittest.TestCase):
    def fit(self, callback, net, trainer, epochs, batches):
        """The hooks of Trainer.fit in Lightning's order: sanity check, then per epoch training with validation in it."""

        def validate():
            callback.on_validation_epoch_start(trainer, net)
            with torch.no_grad():
                for i, batch in enumerate(batches):
                    net(batch[0])
                    callback.on_validation_batch_end(trainer, net, None, batch, i, 0)
            callback.on_validation_end(trainer, net)

        callback.setup(trainer, net, stage="fit")
        trainer.state.fn, trainer.sanity_checking = "fit", True
        validate()
        trainer.sanity_checking = False
        for trainer.current_epoch in range(epochs):
            callback.on_train_epoch_start(trainer, net)
            for i, batch in enumerate(batches):
                net(batch[0])
                callback.on_train_batch_end(trainer, net, None, batch, i)
            trainer.callback_metrics = {"val_loss": torch.tensor(1.25), "train_loss": torch.tensor(2.0)}
            for _ in range(2):  # val_check_interval=0.5: the last validation counts
                validate()
            callback.on_train_epoch_end(trainer, net)
        callback.teardown(trainer, net, stage="fit")

    def test_follows_the_trainer(self):
        module("lightning")
        module("lightning.pytorch", Callback=Base)
        from semblance_vision.lightning import SemblanceCallback

        torch.manual_seed(0)
        net = torch.nn.Sequential(torch.nn.Linear(5, 4), torch.nn.ReLU(), torch.nn.Linear(4, 3))
        trainer = types.SimpleNamespace(
            is_global_zero=True, sanity_checking=False, current_epoch=0, callback_metrics={},
            state=types.SimpleNamespace(fn="validate"),
            optimizers=[types.SimpleNamespace(param_groups=[{"lr": 0.5}])])
        batches = [(torch.rand(6, 5), torch.from_numpy(TARGET[:6]))] * 2
        with tempfile.TemporaryDirectory() as folder:
            callback = SemblanceCallback(folder, labels="abc", train=True, quiet=True)
            callback.setup(trainer, net, stage="validate")
            callback.on_validation_epoch_start(trainer, net)
            with torch.no_grad():
                net(batches[0][0])
            callback.on_validation_batch_end(trainer, net, None, batches[0], 0)
            callback.on_validation_end(trainer, net)
            callback.teardown(trainer, net, stage="validate")
            self.fit(callback, net, trainer, 2, batches)
            self.assertEqual([line["epoch"] for line in lines(folder)], [0, 1, 2])
            self.assertEqual([(line["lr"], line["valLoss"], line["loss"]) for line in lines(folder)],
                             [(None, None, None), (0.5, 1.25, 2.0), (0.5, 1.25, 2.0)])
            tensors = header(folder, 2)
            self.assertEqual(tensors["split.test.target"]["shape"], [12])
            self.assertEqual(tensors["split.train.target"]["shape"], [12])
            self.assertEqual(tensors["split.train.template"]["shape"], [3, 4])
            self.assertEqual(tensors["head.weight"]["shape"], [3, 4])
            self.assertEqual(len(net[2]._forward_hooks), 0)
            other = SemblanceCallback(os.path.join(folder, "other"), labels="abc")
            self.fit(other, net, types.SimpleNamespace(**{**vars(trainer), "is_global_zero": False}), 1, batches)
            self.assertFalse(os.path.exists(os.path.join(folder, "other")))
            with self.assertRaisesRegex(ValueError, "neither .images, targets. nor a dict"):
                callback.target([1])
            self.assertEqual(callback.target({"label": 7}), 7)


class Keras(unittest.TestCase):
    def test_follows_fit(self):
        class Layer:
            def __init__(self, name, weights):
                self.name, self.weights, self.input = name, weights, f"input of {name}"

            def get_weights(self):
                return self.weights

        class Extractor:
            def __init__(self, inputs, outputs):
                assert (inputs, outputs) == (["inputs"], "input of logits")

            def predict(self, x, batch_size, verbose):
                return np.maximum(x @ body, 0)

        random = np.random.default_rng(0)
        body, kernel, bias = random.normal(size=(5, 4)), random.normal(size=(4, 3)), random.normal(size=3)
        module("keras", Model=Extractor, callbacks=types.SimpleNamespace(Callback=Base))
        from semblance_vision.keras import SemblanceCallback

        model = types.SimpleNamespace(
            name="small", inputs=["inputs"], optimizer=types.SimpleNamespace(learning_rate=np.float32(0.25)),
            layers=[Layer("hidden", [body, np.zeros(4)]), Layer("norm", [np.ones(4)] * 4), Layer("logits", [kernel, bias]),
                    Layer("softmax", [])])
        x = random.normal(size=(12, 5))
        with tempfile.TemporaryDirectory() as folder:
            callback = SemblanceCallback(folder, test=(x, np.eye(3)[TARGET]), train=(x[:6], TARGET[:6, None]), labels="abc",
                                         quiet=True)
            callback.set_model(model)
            callback.on_train_begin()
            for epoch in range(2):
                callback.on_epoch_begin(epoch)
                callback.on_epoch_end(epoch, {"loss": 1.5, "val_loss": 2.5})
            found = lines(folder)
            self.assertEqual([line["epoch"] for line in found], [0, 1, 2])
            self.assertEqual((found[2]["loss"], found[2]["valLoss"], found[2]["lr"]), (1.5, 2.5, 0.25))
            scores = np.maximum(x @ body, 0) @ kernel + bias
            self.assertAlmostEqual(found[2]["accuracy"], np.mean(scores.argmax(1) == TARGET))
            self.assertAlmostEqual(found[2]["trainAccuracy"], np.mean(scores[:6].argmax(1) == TARGET[:6]))
            tensors = header(folder, 1)
            self.assertEqual(tensors["head.weight"]["shape"], [3, 4])
            self.assertEqual(tensors["split.test.templateCosine"]["shape"], [12])
            callback.head = "norm"
            with self.assertRaisesRegex(ValueError, "head='norm': the model has no such layer.*hidden, logits"):
                callback.on_epoch_end(2)


if __name__ == "__main__":
    unittest.main()
