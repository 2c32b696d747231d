"""The Python logger itself: resuming, messages, heads. Run by vitest; alone: python3 -m unittest test_logger."""

import json
import os
import sys
import tempfile
import unittest

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../integrations/python"))
from semblance_vision.logger import SemblanceLogger, find_head, write_safetensors

try:
    import torch
except ImportError:
    torch = None

HEAD = np.eye(3, 4, dtype=np.float32)
FEATURES = np.arange(24, dtype=np.float32).reshape(6, 4)
TARGET = np.array([0, 1, 2, 0, 1, 2])


class Logger(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.folder = os.path.join(self.place.name, "run")

    def tearDown(self):
        self.place.cleanup()

    def logger(self, **options):
        return SemblanceLogger(self.folder, **{"quiet": True, "labels": ["a", "b", "c"], **options})

    def log(self, logger, *epochs, loss=None):
        for epoch in epochs:
            logger.add("test", TARGET, FEATURES @ HEAD.T, FEATURES)
            logger.end_epoch(epoch, head=HEAD, loss=loss)

    def lines(self):
        with open(os.path.join(self.folder, "metrics.jsonl"), encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def test_resumes_an_interrupted_run_without_an_epoch_twice(self):
        self.log(self.logger(), 0, 1, 2)
        with open(os.path.join(self.folder, "metrics.jsonl"), "a", encoding="utf-8") as file:
            file.write('{"epoch": 3, "acc')  # interrupted in the midst of a line
        os.unlink(os.path.join(self.folder, "epoch-0002.safetensors"))  # and without the last file
        logger = self.logger(resume=True)
        self.assertEqual((logger.epochs, logger.next_epoch), ([0, 1], 2))
        self.log(logger, 2, 3)
        self.log(logger, 2, loss=9)  # gone back to an earlier checkpoint
        self.assertEqual([line["epoch"] for line in self.lines()], [0, 1, 2, 3])
        self.assertEqual(self.lines()[2]["loss"], 9)

    def test_refuses_a_folder_with_a_run_and_other_labels(self):
        self.log(self.logger(), 0)
        with self.assertRaisesRegex(FileExistsError, "holds a run already. Pass resume=True"):
            self.logger()
        with self.assertRaisesRegex(ValueError, "other labels"):
            self.logger(labels=["a", "b", "d"], resume=True)

    def test_refuses_broken_metrics(self):
        os.makedirs(self.folder)
        with open(os.path.join(self.folder, "metrics.jsonl"), "w", encoding="utf-8") as file:
            file.write('nonsense\n{"epoch": 1}\n')
        with self.assertRaisesRegex(ValueError, "metrics.jsonl: line 1 is not a JSON object with an epoch"):
            self.logger(resume=True)

    def test_writes_nothing_half(self):
        logger = self.logger()
        logger.add("test", TARGET, FEATURES @ HEAD.T, FEATURES)
        with self.assertRaisesRegex(ValueError, "arrays of type complex128"):
            write_safetensors(os.path.join(self.folder, "x.safetensors"), {"x": np.zeros(2, complex)})
        with self.assertRaisesRegex(ValueError, "loss is 'high'; a number was expected"):
            logger.end_epoch(0, head=HEAD, loss="high")
        self.assertEqual([name for name in os.listdir(self.folder) if name.endswith(".tmp")], [])
        self.assertFalse(os.path.exists(os.path.join(self.folder, "metrics.jsonl")))

    def test_null_for_what_is_unknown_or_not_finite(self):
        self.log(self.logger(), 0, loss=float("nan"))
        line = self.lines()[0]
        self.assertEqual((line["loss"], line["valLoss"], line["trainAccuracy"]), (None, None, None))
        self.assertAlmostEqual(line["accuracy"], np.mean((FEATURES @ HEAD.T).argmax(1) == TARGET))
        self.assertGreater(line["epochSeconds"], 0)
        self.assertGreater(line["loggingSeconds"], 0)

    def test_messages(self):
        scores = FEATURES @ HEAD.T
        for arguments, message in (
            (("valid", TARGET, scores), "The split is 'valid'; 'test' or 'train' was expected"),
            (("test", TARGET), "no output was passed and no forward pass"),
            (("test", TARGET[:5], scores), "output has 6 samples, target has 5"),
            (("test", np.eye(3), scores[:3]), "target has the shape 3x3"),
            (("test", TARGET, scores, FEATURES[:, 0]), "features have the shape 6; .n, D. was expected"),
        ):
            with self.assertRaisesRegex(ValueError, message):
                self.logger(resume=True).add(*arguments)
        logger = self.logger(resume=True)
        logger.add("test", TARGET, scores, FEATURES)
        with self.assertRaisesRegex(ValueError, "output has 2 classes, earlier batches of test had 3"):
            logger.add("test", TARGET, scores[:, :2], FEATURES)
        with self.assertRaisesRegex(ValueError, "features of 3 values, earlier ones of 4"):
            logger.add("test", TARGET, scores, FEATURES[:, :3])
        with self.assertRaisesRegex(ValueError, "the head has 2 classes, but there are 3 labels"):
            logger.end_epoch(0, head=HEAD[:2])
        with self.assertRaisesRegex(ValueError, "epoch is -1"):
            logger.end_epoch(-1, head=HEAD)
        logger.add("train", [0, 3], [0, 1])
        with self.assertRaisesRegex(ValueError, "train: the target of sample 1 is 3; classes from 0 to 2"):
            logger.end_epoch(0, head=HEAD)
        logger.begin_epoch()
        for _ in range(2):
            logger.add("test", TARGET, scores, FEATURES, index=range(6))
        with self.assertRaisesRegex(ValueError, "sample 0 was added twice"):
            logger.end_epoch(0, head=HEAD)
        with self.assertRaisesRegex(ValueError, "nothing to write"):
            SemblanceLogger(self.folder, resume=True, quiet=True).end_epoch(0)

    @unittest.skipIf(torch is None, "PyTorch is not installed")
    def test_finds_the_head(self):
        nn = torch.nn
        net = nn.Sequential()
        net.add_module("body", nn.Linear(4, 4))
        net.add_module("head", nn.Conv2d(4, 3, 1))
        net.add_module("auxiliary", nn.Linear(4, 2))
        self.assertEqual(find_head(net)[0], "auxiliary")
        self.assertEqual(find_head(net, labels="abc")[0], "head")
        self.assertEqual(find_head(net, "body")[0], "body")
        with self.assertRaisesRegex(ValueError, r"no linear layer with 7 outputs.*body \(4\), head \(3\), auxiliary \(2\)"):
            find_head(net, labels="abcdefg")
        with self.assertRaisesRegex(ValueError, "no such layer with a weight. Its linear layers: body, head, auxiliary"):
            find_head(net, "fc")
        with self.assertRaisesRegex(ValueError, "no linear layer that could be"):
            find_head(nn.ReLU())

    @unittest.skipIf(torch is None, "PyTorch is not installed")
    def test_a_convolutional_head_and_views_of_larger_tensors(self):
        class Net(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.head = torch.nn.Conv2d(4, 3, 1)

            def forward(self, x):
                return self.head(x).mean((2, 3))

        net, x = Net(), torch.rand(6, 4, 2, 2)
        logger = SemblanceLogger(self.folder, net, quiet=True)
        with torch.no_grad():
            scores = net(x)
        logger.add("test", torch.from_numpy(TARGET))
        x.zero_()  # a loop that reuses its buffer
        kept = logger._splits["test"]
        np.testing.assert_array_equal(kept.predictions[0], scores.argmax(1))
        self.assertGreater(float(kept.features[0].abs().sum()), 0)
        logger.end_epoch(0)
        self.assertTrue(os.path.exists(os.path.join(self.folder, "epoch-0000.safetensors")))


if __name__ == "__main__":
    unittest.main()
