"""The package semblance_vision: reading studies, calling the command line, layers, callbacks, export.

Run by vitest with SEMBLANCE (the command line) and STUDY (a study of the samples) in the environment.
"""

import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import types
import unittest
from contextlib import redirect_stderr, redirect_stdout

import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "../../integrations/python"))
import semblance_vision as sv
from semblance_vision import analyse, notebook, tables

try:
    import torch
except ImportError:
    torch = None
try:
    import pandas
except ImportError:
    pandas = None

SAMPLES = os.path.join(here, "../../samples")
STUDY = os.environ.get("STUDY", "")


class Reading(unittest.TestCase):
    def setUp(self):
        self.study = sv.read_study(STUDY)

    def test_models_and_matrices(self):
        study = self.study
        self.assertEqual([(model.instrument, model.id) for model in study.models],
                         [("classes", "cnn"), ("classes", "vit"), ("training", "tiny-imagenet-vit-bad")])
        matrix = study.matrices["classes/models/cnn/ncsm"]
        self.assertEqual((matrix.shape, matrix.dtype), ((100, 100), np.float32))
        np.testing.assert_allclose(np.diag(matrix), 1, atol=1e-6)
        np.testing.assert_array_equal(study.matrices["CNN/ncsm"], matrix)
        # What study.json says of the alignment follows from the arrays.
        wordnet, upper = study.matrices["classes/references/wordnet-path"], np.triu_indices(100, 1)
        a, b = ((x[upper] - x[upper].min()) / (x[upper].max() - x[upper].min()) for x in (matrix, wordnet))
        cosine = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
        self.assertAlmostEqual(float(cosine), study.models[0].record["alignment"]["wordnet-path"]["cosine"], 4)
        self.assertEqual(study.matrices["training/runs/tiny-imagenet-vit-bad/ncsm/0003"].shape, (100, 100))

    def test_names_that_are_not_there(self):
        with self.assertRaisesRegex(KeyError, "no matrices named 'CNN/ncms'.*classes/models/cnn/ncsm"):
            self.study.matrices["CNN/ncms"]
        with self.assertRaisesRegex(KeyError, "2 matrices end in 'ncsm'"):
            self.study.matrices["ncsm"]
        self.assertNotIn("nothing", self.study.matrices)
        self.assertIn("CNN/ncsm", self.study.matrices)

    def test_curves(self):
        curves = self.study.curves["tiny-imagenet-vit-bad"]
        np.testing.assert_array_equal(curves.epochs, np.arange(13))
        self.assertTrue(np.isnan(curves.values["loss"][0]))
        self.assertEqual(curves.values["accuracy"].shape, (13,))
        table = curves.table()
        row = table.iloc[2].to_dict() if pandas else table[2]
        self.assertEqual((row["epoch"], row["accuracy"]), (2, curves.values["accuracy"][2]))

    @unittest.skipIf(pandas is not None, "pandas is installed")
    def test_tables_without_pandas(self):
        rows = self.study.tables["CNN/ranking"]
        self.assertEqual((len(rows), rows[0]["referenceRank.wordnet-path"]), (100, 1))

    @unittest.skipIf(pandas is None, "pandas is not installed")
    def test_tables_with_pandas(self):
        table = self.study.tables["CNN/ranking"]
        self.assertEqual(len(table), 100)
        self.assertEqual(table["referenceRank.wordnet-path"][0], 1)
        self.assertTrue(table["similarity"].is_monotonic_decreasing)

    def test_nested_columns(self):
        self.assertEqual(tables.flatten({"a": {"b": 1, "c": {"d": [2]}}, "e": {}, "f": None}),
                         {"a.b": 1, "a.c.d": [2], "e": {}, "f": None})

    def test_broken_studies(self):
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaisesRegex(FileNotFoundError, "holds no study.json"):
                sv.read_study(folder)
            copy = os.path.join(folder, "copy")
            shutil.copytree(STUDY, copy)
            with open(os.path.join(copy, "classes/models/cnn/ncsm.npy"), "r+b") as file:
                file.seek(-1, os.SEEK_END)
                file.write(b"\x01")
            with self.assertRaisesRegex(ValueError, "its hash differs"):
                sv.read_study(copy).matrices["CNN/ncsm"]
            place = os.path.join(copy, "study.json")
            with open(place, encoding="utf-8") as file:
                manifest = json.load(file)
            for change, message in (({"schemaVersion": 2}, "schemaVersion is 2; this package reads up to 1"),
                                    ({"schemaVersion": "1"}, "schemaVersion is '1'"),
                                    ({"files": []}, "files is list; dict was expected")):
                with open(place, "w", encoding="utf-8") as file:
                    json.dump({**manifest, **change}, file)
                with self.assertRaisesRegex(ValueError, message):
                    sv.read_study(copy)
            outside = {**manifest, "files": {**manifest["files"], "../secret": "0" * 64, "link.npy": "0" * 64}}
            with open(place, "w", encoding="utf-8") as file:
                json.dump(outside, file)
            os.symlink("/etc/hostname", os.path.join(copy, "link.npy"))
            for path, message in (("../secret", "not listed"), ("other", "not listed"), ("link.npy", "leads out")):
                with self.assertRaisesRegex(ValueError, message):
                    sv.read_study(copy).read_bytes(path)

    def test_in_a_notebook(self):
        text = self.study._repr_html_()
        self.assertRegex(text, "CNN</td>.*100 classes; wordnet-path: Spearman 0.272")
        self.assertNotIn(os.path.dirname(STUDY), text)
        self.study.name = "<b>"
        self.assertIn("&lt;b&gt;", self.study._repr_html_())
        page = notebook.frame("<html><head><title>a</title></head>\"&</html>", "a\"b", 300)
        self.assertIn("&lt;head&gt;&lt;base href=&quot;about:srcdoc&quot;&gt;&lt;title", page)
        self.assertIn('title="a&quot;b"', page)


class Calling(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.out = os.path.join(place.name, "study")

    def test_classes_of_an_array_and_a_state_dict(self):
        weight = np.random.default_rng(0).normal(size=(5, 7))
        labels = ["cat", "dog", "lorry", "bus", "tree"]
        said = io.StringIO()
        with redirect_stdout(said):
            study = sv.classes(weight, labels, name="mine", out=self.out)
        self.assertIn("5 classes × 7 features", said.getvalue())
        unit = weight / np.linalg.norm(weight, axis=1, keepdims=True)
        np.testing.assert_allclose(study.matrices["mine/ncsm"], unit @ unit.T, atol=1e-6)
        rows = study.tables["classes/classes"]
        names = list(rows["name"]) if pandas else [row["name"] for row in rows]
        self.assertEqual(names, labels)
        path = os.path.join(os.path.dirname(self.out), "mine.v2.npy")
        np.save(path, weight)
        self.assertEqual(sv.classes(path, labels, out=self.out, quiet=True).models[0].name, "mine.v2")
        state = {"fc.weight": weight, "fc.bias": np.zeros(5), "steps": np.array(3)}
        both = sv.classes({"a": state, "b": {**state, "fc.weight": -weight[::-1]}}, labels, out=self.out, quiet=True)
        np.testing.assert_allclose(both.matrices["a/ncsm"], unit @ unit.T, atol=1e-6)
        self.assertEqual([model.name for model in both.models], ["a", "b"])

    def test_names_that_come_to_one_file_name(self):
        weight = np.random.default_rng(1).normal(size=(5, 7))
        labels = ["cat", "dog", "lorry", "bus", "tree"]
        names = ["a/b", "a b", "A-B"]
        states = {name: {"fc.weight": weight * [[1.0 + k]] ** np.arange(5)[:, None] + k} for k, name in enumerate(names)}
        study = sv.classes(states, labels, out=self.out, quiet=True)
        self.assertEqual([model.name for model in study.models], names)
        for model, name in zip(study.models, names):
            unit = states[name]["fc.weight"]
            unit = unit / np.linalg.norm(unit, axis=1, keepdims=True)
            np.testing.assert_allclose(study.matrices[f"{model.id}/ncsm"], unit @ unit.T, atol=1e-6, err_msg=name)

    def test_default_folder_follows_what_files_hold(self):
        place = os.path.dirname(self.out)
        path = os.path.join(place, "head.npy")
        runs = os.path.join(place, "runs")
        os.makedirs(runs)
        digests = []
        for content in (b"one", b"two"):
            for file in (path, os.path.join(runs, f"{content.decode()}.npy")):
                with open(file, "wb") as opened:
                    opened.write(content)
            digests += [analyse._digest(path), analyse._digest(runs)]
        self.assertEqual(len(set(digests)), 4)

    def test_wrong_input(self):
        with self.assertRaisesRegex(ValueError, r"shape \(2, 2, 2\); \[classes, features\]"):
            sv.classes(np.zeros((2, 2, 2)))
        with self.assertRaisesRegex(ValueError, "no floating-point tensors"):
            sv.classes({"steps": np.array(3)})
        with self.assertRaisesRegex(TypeError, "ONNX files go with a folder"):
            sv.compare({"a": "a.onnx"}, [])
        with self.assertRaisesRegex(ValueError, "no model"):
            sv.compare({}, [])
        with self.assertRaises(sv.CommandError) as caught:
            sv.classes(os.path.join(self.out, "nothing.pth"), out=self.out, quiet=True)
        self.assertEqual(caught.exception.code, 3)
        self.assertIn("no such file", str(caught.exception))

    def test_command_that_is_not_there(self):
        kept = dict(os.environ)
        copy = os.path.join(os.path.dirname(self.out), "alone")
        shutil.copytree(os.path.dirname(sv.__file__), os.path.join(copy, "semblance_vision"))
        environment = {**kept, "PATH": "", "PYTHONPATH": copy}
        environment.pop("SEMBLANCE", None)
        code = "import semblance_vision as sv\ntry: sv.find_command()\nexcept sv.CommandError as error: print(error)"
        said = subprocess.run([sys.executable, "-c", code], cwd=copy, env=environment, capture_output=True, text=True)
        self.assertRegex(said.stdout, "Node 20.19.*not on the PATH[^$]*npm install --global semblance-vision")

    def test_onnx_files_on_a_folder(self):
        networks = os.path.join(SAMPLES, "pink-square/networks")
        study = sv.compare({"a": os.path.join(networks, "with-square.onnx")}, os.path.join(SAMPLES, "pink-square/images"),
                           out=self.out, options=["--sample", "6", "--depth", "1"], quiet=True)
        self.assertEqual([model.instrument for model in study.models], ["representations"])
        self.assertEqual(len(study.tables["representations/images"]), 6)


class Layers(unittest.TestCase):
    """Stand-ins with the names and kinds of modules of well-known networks; a number is a module's own weights."""

    def network(self, parts, **more):
        class Weights(float):
            def numel(self):
                return int(self)

        modules = {"": "Net"}
        for name in parts:
            steps = name.split(".")
            for depth in range(1, len(steps)):
                modules.setdefault(".".join(steps[:depth]), "Sequential")
        modules.update({name: kind for name, (kind, _) in parts.items()})

        def module(name):
            sizes = [size for other, (_, size) in parts.items() if other == name or not name or other.startswith(name + ".")]
            made = type(modules[name], (), {})()
            made.parameters = lambda: [Weights(size) for size in sizes if size]
            return made

        return types.SimpleNamespace(named_modules=lambda: [(name, module(name)) for name in modules], **more)

    def test_stages_of_a_resnet(self):
        parts = {"conv1": ("Conv2d", 9), "fc": ("Linear", 50)}
        for stage, size in ((1, 10), (2, 40), (3, 160), (4, 640)):
            for block in (0, 1):
                parts[f"layer{stage}.{block}.conv1"] = ("Conv2d", size)
                parts[f"layer{stage}.{block}.relu"] = ("ReLU", 0)
        self.assertEqual(sv.suggest_layers(self.network(parts)), ["layer1", "layer2", "layer3", "layer4"])

    def test_blocks_of_a_transformer(self):
        parts = {f"vit.encoder.layer.{i}.attention": ("Attention", 100) for i in range(12)}
        parts["head"] = ("Linear", 10)
        network = self.network(parts)
        self.assertEqual(sv.suggest_layers(network), [f"vit.encoder.layer.{i}" for i in (2, 5, 8, 11)])
        self.assertEqual(sv.suggest_layers(network, 1), ["vit.encoder.layer.11"])

    def test_classifier_of_vgg_is_no_trunk(self):
        parts = {f"classifier.{i}": ("Linear", 1000) for i in (0, 3, 6)}
        parts.update({f"features.{i}": ("Conv2d", 10) for i in (0, 2, 5)})
        parts["features.1"] = ("ReLU", 0)
        self.assertEqual(sv.suggest_layers(self.network(parts)), ["features.0", "features.2", "features.5"])

    def test_a_backbone_within_a_sequence(self):
        parts = {"0": ("Normalize", 1), "2": ("Linear", 5)}
        parts.update({f"1.blocks.{i}.norm": ("LayerNorm", 50) for i in range(2)})
        self.assertEqual(sv.suggest_layers(self.network(parts)), ["1.blocks.0", "1.blocks.1"])

    def test_what_timm_says(self):
        parts = {f"stages_{i}.conv": ("Conv2d", 5) for i in range(3)}
        info = types.SimpleNamespace(module_name=lambda: ["stages_1", "stages_2"])
        self.assertEqual(sv.suggest_layers(self.network(parts, feature_info=info)), ["stages_1", "stages_2"])

    def test_none(self):
        with self.assertRaisesRegex(ValueError, "no row of stages.*hidden, out"):
            sv.suggest_layers(self.network({"hidden": ("Linear", 5), "out": ("Linear", 5)}))
        with self.assertRaisesRegex(ValueError, "count is 0"):
            sv.suggest_layers(self.network({}), 0)


@unittest.skipIf(torch is None, "PyTorch is not installed")
class Torch(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.out = os.path.join(place.name, "study")
        torch.manual_seed(0)

    def net(self, width):
        class Net(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.stem = torch.nn.Conv2d(3, width, 3, padding=1)
                for i in (1, 2):
                    block = torch.nn.Sequential(torch.nn.Conv2d(width, width, 3, padding=1), torch.nn.BatchNorm2d(width))
                    setattr(self, f"layer{i}", block)
                self.fc = torch.nn.Linear(width, 10)

            def forward(self, x):
                return self.fc(self.layer2(self.layer1(self.stem(x))).mean((2, 3)))

        return Net()

    def test_compare(self):
        a, b = self.net(4), self.net(6)
        images, labels = torch.rand(12, 3, 8, 8), torch.arange(12) % 3
        loader = [(images[i : i + 5], labels[i : i + 5]) for i in (0, 5, 10)]
        with redirect_stderr(io.StringIO()):
            study = sv.compare({"a": a, "b": b}, loader, out=self.out, quiet=True)
        self.assertTrue(a.training)
        self.assertEqual([[layer["name"] for layer in model.record["layers"]] for model in study.models],
                         [["layer1", "layer2"]] * 2)
        a.eval()
        with torch.no_grad():
            found = a.layer1(a.stem(images)).numpy()
        centred = (found - found.mean(0)).reshape(12, -1)
        kept = study.matrices[study.models[0].record["layers"][0]["matrices"]["linear"]["spatial"][: -len(".npy")]]
        np.testing.assert_allclose(kept, centred @ centred.T, rtol=1e-3, atol=1e-3)
        with self.assertRaisesRegex(ValueError, "a loader for each network"):
            sv.compare({"a": a}, {"a": loader}, quiet=True)
        with self.assertRaisesRegex(ValueError, "gave no batch"):
            sv.compare({"a": a}, [], quiet=True)
        with self.assertRaisesRegex(TypeError, "a list of names"):
            sv.compare({"a": a}, loader, "layer1", quiet=True)

    def test_paths_become_hashes(self):
        from semblance_vision.analyse import _ids

        os.makedirs(self.out)
        path = os.path.join(self.out, "a.png")
        with open(path, "wb") as file:
            file.write(b"abc")
        hashed = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        self.assertEqual(_ids(torch.rand(2, 3, 4, 4), [path, "7"], True), ([hashed, "7"], [path, "7"]))

    def test_export(self):
        net = self.net(4)
        path = os.path.join(os.path.dirname(self.out), "net.onnx")
        self.assertEqual(sv.export_onnx(net, path, 8), path)
        self.assertTrue(net.training)
        study = sv.compare({"net": path}, os.path.join(SAMPLES, "pink-square/images"), out=self.out, quiet=True,
                           options=["--sample", "4", "--depth", "1", "--size", "8"])
        self.assertEqual(study.models[0].record["logits"], "logits")

        class Named(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.inner = net

            def forward(self, x):
                return {"features": x, "logits": self.inner(x)}

        class Output(dict):
            logits = property(lambda self: self["logits"])

        named = Named()
        named.forward = lambda x: Output(logits=net(x), features=x)
        sv.export_onnx(named, path, (8, 8))
        study = sv.classes(path, "cifar-10", out=self.out, quiet=True)
        weight = net.fc.weight.detach().numpy()
        unit = weight / np.linalg.norm(weight, axis=1, keepdims=True)
        np.testing.assert_allclose(study.matrices["ncsm"], unit @ unit.T, atol=1e-5)

    def test_hugging_face_trainer(self):
        class Callback:
            pass

        sys.modules["transformers"] = types.ModuleType("transformers")
        sys.modules["transformers"].TrainerCallback = Callback
        from semblance_vision.huggingface import SemblanceCallback

        class Net(torch.nn.Module):
            """A model of Transformers. PyTorch before 2.0 has no hooks that see keywords, so they are called here."""

            config = types.SimpleNamespace(id2label={1: "b", 0: "a", 2: "c"})

            def __init__(self):
                super().__init__()
                self.classifier, self.before = torch.nn.Linear(4, 3), {}

            def register_forward_pre_hook(self, hook, with_kwargs=False):
                assert with_kwargs
                self.before[1] = hook
                return types.SimpleNamespace(remove=self.before.clear)

            def __call__(self, **named):
                for hook in self.before.values():
                    hook(self, (), named)
                return super().__call__(**named)

            def forward(self, pixel_values, labels=None):
                return {"logits": self.classifier(pixel_values)}

        net = Net()
        state = types.SimpleNamespace(epoch=0, is_world_process_zero=True, log_history=[])
        schedule = types.SimpleNamespace(get_last_lr=lambda: [0.125])
        x, y = torch.rand(9, 4), torch.arange(9) % 3

        def evaluate(labels=y):
            net.eval()
            with torch.no_grad():
                for part in (slice(0, 6), slice(6, 9)):
                    net(pixel_values=x[part], **({} if labels is None else {"labels": labels[part]}))
            callback.on_evaluate(None, state, None, metrics={"eval_loss": 1.5}, lr_scheduler=schedule)

        callback = SemblanceCallback(self.out, train=True, quiet=True)
        callback.on_init_end(None, state, None, model=net)
        evaluate()
        callback.on_train_begin(None, state, None, model=net)
        for epoch in (1, 2):
            net.train()
            net(pixel_values=x[:6], labels=y[:6])
            state.epoch = epoch - 0.5
            evaluate()  # eval_strategy="steps": not logged
            state.epoch = epoch
            state.log_history.append({"loss": 0.5 * epoch})
            evaluate()
        with self.assertRaisesRegex(RuntimeError, "without 'labels' among its inputs"):
            evaluate(labels=None)
        callback.on_train_end(None, state, None)
        self.assertEqual((len(net.before), len(net._forward_hooks), len(net.classifier._forward_hooks)), (0, 0, 0))
        with open(os.path.join(self.out, "metrics.jsonl"), encoding="utf-8") as file:
            lines = [json.loads(line) for line in file]
        self.assertEqual([(line["epoch"], line["valLoss"], line["loss"], line["lr"]) for line in lines],
                         [(0, 1.5, None, 0.125), (1, 1.5, 0.5, 0.125), (2, 1.5, 1.0, 0.125)])
        right = (net.classifier(x).argmax(1) == y).float().mean().item()
        self.assertAlmostEqual(lines[2]["accuracy"], right, 6)
        with open(os.path.join(self.out, "run.json"), encoding="utf-8") as file:
            self.assertEqual(json.load(file)["labels"], ["a", "b", "c"])


if __name__ == "__main__":
    unittest.main()
