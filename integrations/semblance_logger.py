"""Logs a training run so that Semblance can show how the network's idea of similarity grows.

One file, to be copied beside your training script; it needs NumPy, and PyTorch only where you use it. Each epoch becomes
one small file with the classifier's weights, the predictions and the mean features of each class:

    logger = RunLogger("runs/cnn", model="cnn", labels=class_names)
    for epoch in range(1, epochs + 1):
        train_one_epoch(model)
        with logger.record("test", model.fc) as test:   # sees what goes into and comes out of the head
            for images, targets in test_loader:
                model(images)
                test.targets(targets)
        logger.log(epoch, head=model.fc, loss=loss, lr=lr)

Then `semblance training runs/cnn`, during the training too (`--watch`). docs/logging.md tells the rest.
"""

import json
import os
import struct
import time

import numpy

__all__ = ["RunLogger", "SemblanceLightningCallback", "SemblanceKerasCallback", "write_safetensors"]

SPLITS = ("test", "train")
METRIC_NAMES = {
    "val_loss": "valLoss",
    "train_accuracy": "trainAccuracy",
    "epoch_seconds": "epochSeconds",
    "learning_rate": "lr",
}
DTYPES = {"float32": "F32", "float16": "F16", "int32": "I32", "uint16": "U16", "uint8": "U8"}


def to_numpy(value):
    """A PyTorch or TensorFlow tensor, a list or an array as a NumPy array."""
    if hasattr(value, "detach"):
        value = value.detach()
        if hasattr(value, "float") and str(value.dtype) in ("torch.bfloat16", "torch.float16"):
            value = value.float()
        value = value.cpu()
    if hasattr(value, "numpy") and not isinstance(value, numpy.ndarray):
        value = value.numpy()
    return numpy.asarray(value)


def write_atomically(path, content):
    """Readers see the old bytes or the new ones, never a part."""
    temporary = f"{path}.{os.getpid()}.tmp"
    with open(temporary, "wb") as file:
        file.write(content)
    os.replace(temporary, path)


def write_safetensors(path, tensors, metadata=None):
    """Writes named arrays as a safetensors file."""
    header, blobs, offset = {"__metadata__": metadata or {}}, [], 0
    for name, array in tensors.items():
        blob = numpy.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
        shape, dtype = list(array.shape), DTYPES[array.dtype.name]
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    write_atomically(path, struct.pack("<Q", len(text)) + text + b"".join(blobs))


class SplitRecorder:
    """Collects features, predictions and targets of one split, batch by batch."""

    def __init__(self):
        self.features, self.predictions, self.truths = [], [], []
        self.seconds = 0.0

    def outputs(self, logits, features=None):
        """One batch: scores N×C (the largest counts) or class indices N, and the penultimate features N×D."""
        start = time.perf_counter()
        logits = to_numpy(logits)
        self.predictions.append(logits.argmax(axis=1) if logits.ndim > 1 else logits)
        if features is not None:
            features = to_numpy(features)
            self.features.append(features.reshape(len(features), -1).astype(numpy.float32, copy=False))
        self.seconds += time.perf_counter() - start

    def targets(self, targets):
        """The true classes of the same batch."""
        start = time.perf_counter()
        self.truths.append(to_numpy(targets).reshape(-1))
        self.seconds += time.perf_counter() - start

    def arrays(self):
        target = numpy.concatenate(self.truths) if self.truths else numpy.zeros(0, int)
        prediction = numpy.concatenate(self.predictions) if self.predictions else numpy.zeros(0, int)
        features = numpy.concatenate(self.features) if self.features else None
        if len(target) != len(prediction) or (features is not None and len(features) != len(target)):
            counts = f"{len(target)} targets and {len(prediction)} predictions"
            raise ValueError(f"semblance_logger: {counts} were recorded; one of each is needed for every sample")
        return target, prediction, features


class HookedRecorder(SplitRecorder):
    """A recorder that watches a PyTorch module: what goes into it are features, what comes out are logits."""

    def __init__(self, logger, split, head):
        super().__init__()
        self.logger, self.split, self.head, self.handle = logger, split, head, None

    def __enter__(self):
        if self.head is not None:
            self.handle = self.head.register_forward_hook(
                lambda module, inputs, output: self.outputs(output.flatten(1), inputs[0].flatten(1))
            )
        return self

    def __exit__(self, kind, error, trace):
        if self.handle is not None:
            self.handle.remove()
        if kind is None:
            self.logger.splits[self.split] = self


def class_means(features, target, classes):
    """C×D means by class (zeros for a class without samples) and the number of samples of each."""
    counts = numpy.bincount(target, minlength=classes)
    # One product with the class indicators; a loop over samples would take longer than the epoch.
    order = numpy.argsort(target, kind="stable")
    present = numpy.flatnonzero(counts)
    sums = numpy.zeros((classes, features.shape[1]), numpy.float64)
    if len(present):
        starts = numpy.concatenate([[0], numpy.cumsum(counts[present])[:-1]])
        sums[present] = numpy.add.reduceat(features[order], starts, axis=0, dtype=numpy.float64)
    return (sums / numpy.maximum(counts, 1)[:, None]).astype(numpy.float32), counts.astype(numpy.int32)


def split_tensors(split, target, prediction, features, classes):
    """The tensors of one split, by name."""
    index = numpy.uint8 if classes <= 256 else numpy.uint16
    if len(target) and (min(target.min(), prediction.min()) < 0 or max(target.max(), prediction.max()) >= classes):
        raise ValueError(f"semblance_logger: the {split} split has classes outside 0 … {classes - 1}")
    prefix = f"split.{split}."
    tensors = {prefix + "target": target.astype(index), prefix + "prediction": prediction.astype(index)}
    if features is None:
        return tensors
    target = target.astype(numpy.int64)
    wrong = target != prediction
    template, count = class_means(features, target, classes)
    parts = {"": (template, count), "Correct": None, "Wrong": None}
    parts["Correct"] = class_means(features[~wrong], target[~wrong], classes)
    parts["Wrong"] = class_means(features[wrong], target[wrong], classes)
    for kind, (means, counts) in parts.items():
        tensors[f"{prefix}template{kind}"] = means
        tensors[f"{prefix}count{kind}"] = counts
    norms = numpy.sqrt(numpy.einsum("nd,nd->n", features, features)) * numpy.linalg.norm(template, axis=1)[target]
    products = numpy.einsum("nd,nd->n", features, template[target])
    with numpy.errstate(invalid="ignore", divide="ignore"):
        tensors[f"{prefix}templateCosine"] = numpy.clip(products / norms, -1, 1).astype(numpy.float16)
    return tensors


def head_arrays(head):
    """Weight C×D and bias C of a linear or 1×1-convolution module, a pair of arrays, or an array."""
    bias = None
    if hasattr(head, "weight"):
        head, bias = head.weight, getattr(head, "bias", None)
    elif isinstance(head, (tuple, list)) and len(head) == 2 and numpy.ndim(to_numpy(head[0])) >= 2:
        head, bias = head
    weight = to_numpy(head).astype(numpy.float32)
    weight = weight.reshape(len(weight), -1)
    return weight, None if bias is None else to_numpy(bias).astype(numpy.float32).reshape(-1)


class RunLogger:
    """Writes a run folder. `labels` are names or WordNet ids in class order; `samples` maps a split to file names."""

    def __init__(self, folder, name=None, model=None, labels=None, dataset=None, samples=None, half=False):
        self.folder, self.half, self.splits = folder, half, {}
        self.seconds = 0.0
        os.makedirs(folder, exist_ok=True)
        info = {"name": name or os.path.basename(os.path.normpath(folder)), "model": model, "dataset": dataset}
        info |= {"labels": None if labels is None else [str(label) for label in labels], "createdBy": "semblance_logger"}
        self._write_text("run.json", json.dumps({key: value for key, value in info.items() if value is not None}, indent=1))
        if samples:
            rows = [
                {"split": split, "index": index, "path": str(path)}
                for split, paths in samples.items()
                for index, path in enumerate(paths)
            ]
            self._write_text("samples.jsonl", "".join(json.dumps(row) + "\n" for row in rows))

    def record(self, split, head=None):
        """A recorder for one pass over `split`; with a PyTorch `head` it watches that module by itself."""
        if split not in SPLITS:
            raise ValueError(f"semblance_logger: the split {split!r} is neither test nor train")
        return HookedRecorder(self, split, head)

    def log(self, epoch, head, test=None, train=None, **metrics):
        """Writes one epoch: the head, what was recorded since the last call (or the splits given), and any numbers.

        `test` and `train` may be tuples (target, prediction) or (target, prediction, features) of whole splits.
        """
        start = time.perf_counter()
        weight, bias = head_arrays(head)
        classes = len(weight)
        tensors = {"head.weight": weight.astype(numpy.float16) if self.half else weight}
        if bias is not None:
            tensors["head.bias"] = bias
        recording = 0.0
        for split, given in (("test", test), ("train", train)):
            recorder = self.splits.pop(split, None)
            if given is not None:
                target, prediction, *rest = [None if part is None else to_numpy(part) for part in given]
                if prediction.ndim > 1:
                    prediction = prediction.argmax(axis=1)
                features = rest[0].reshape(len(target), -1).astype(numpy.float32) if rest and rest[0] is not None else None
            elif recorder is not None:
                target, prediction, features = recorder.arrays()
                recording += recorder.seconds
            else:
                continue
            tensors.update(split_tensors(split, target, prediction, features, classes))
            accuracy = float(numpy.mean(target == prediction)) if len(target) else None
            metrics.setdefault("accuracy" if split == "test" else "trainAccuracy", accuracy)
        path = os.path.join(self.folder, f"epoch-{epoch:04d}.safetensors")
        write_safetensors(path, tensors, {"epoch": str(epoch)})
        self._append_metrics(epoch, metrics)
        self.seconds = recording + time.perf_counter() - start
        return self.seconds

    def _append_metrics(self, epoch, metrics):
        row = {"epoch": epoch}
        for name, value in metrics.items():
            row[METRIC_NAMES.get(name, name)] = None if value is None or value != value else float(value)
        path = os.path.join(self.folder, "metrics.jsonl")
        lines = []
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                lines = [line for line in file if line.endswith("\n") and json.loads(line)["epoch"] != epoch]
        # Rewritten whole, so that a run that was resumed replaces the epochs it does again.
        self._write_text("metrics.jsonl", "".join(lines) + json.dumps(row) + "\n")

    def _write_text(self, name, text):
        write_atomically(os.path.join(self.folder, name), text.encode())


class LightningHooks:
    """For PyTorch Lightning: records the validation pass and logs one epoch after it.

    `head` is the name of the classifier module, such as "fc" or "model.head"; targets are the second part of a batch
    unless `targets(batch)` says otherwise.
    """

    def __init__(self, logger, head, targets=lambda batch: batch[1]):
        super().__init__()
        self.logger, self.head, self.targets, self.recorder = logger, head, targets, None

    def _module(self, module):
        for part in self.head.split("."):
            module = getattr(module, part)
        return module

    def on_validation_epoch_start(self, trainer, pl_module):
        self.recorder = self.logger.record("test", self._module(pl_module)).__enter__()

    def on_validation_batch_end(self, trainer, pl_module, outputs, batch, batch_idx, dataloader_idx=0):
        self.recorder.targets(self.targets(batch))

    def on_validation_epoch_end(self, trainer, pl_module):
        self.recorder.__exit__(None, None, None)
        # Lightning tries two validation batches before training; they are no epoch.
        if getattr(trainer, "sanity_checking", False):
            self.logger.splits.clear()
            return
        metrics = {name: float(value) for name, value in getattr(trainer, "callback_metrics", {}).items()}
        optimizers = getattr(trainer, "optimizers", None)
        if optimizers:
            metrics.setdefault("lr", optimizers[0].param_groups[0]["lr"])
        self.logger.log(trainer.current_epoch + 1, self._module(pl_module), **metrics)


class KerasHooks:
    """For Keras: after each epoch predicts `test` (and `train`, if given) and logs the epoch; epoch 0 is the untrained
    network.

    `test` and `train` are (inputs, targets); `extract(model, inputs)` returns (features, scores) and by default cuts the
    model open before its last dense layer.
    """

    def __init__(self, logger, test, train=None, head=None, extract=None):
        super().__init__()
        self.logger, self.test, self.train, self.head = logger, test, train, head
        self.extract = extract or self._extract

    def _head(self, model):
        if self.head is not None:
            return model.get_layer(self.head)
        return [layer for layer in model.layers if len(layer.get_weights()) > 0][-1]

    def _extract(self, model, inputs):
        import keras

        cut = keras.Model(model.inputs, [self._head(model).input, model.outputs[0]])
        return cut.predict(inputs, verbose=0)

    def on_train_begin(self, logs=None):
        self._log(0, {})

    def on_epoch_end(self, epoch, logs=None):
        # An accuracy of Keras's own is of the training data while the weights moved; ours is of the split as it stands.
        metrics = {name: value for name, value in (logs or {}).items() if "accuracy" not in name and name != "acc"}
        self._log(epoch + 1, metrics)

    def _log(self, epoch, metrics):
        kernel, *bias = self._head(self.model).get_weights()
        kernel = numpy.asarray(kernel)
        # Keras keeps D×C; a 1×1 convolution 1×1×D×C.
        head = kernel.reshape(-1, kernel.shape[-1]).T
        splits = {}
        for split, data in (("test", self.test), ("train", self.train)):
            if data is not None:
                features, scores = self.extract(self.model, data[0])
                splits[split] = (numpy.asarray(data[1]).reshape(-1), numpy.asarray(scores), numpy.asarray(features))
        self.logger.log(epoch, (head, bias[0]) if bias else head, **splits, **metrics)


FRAMEWORKS = {
    "SemblanceLightningCallback": (LightningHooks, ("lightning.pytorch", "pytorch_lightning"), "Callback"),
    "SemblanceKerasCallback": (KerasHooks, ("keras.callbacks", "tensorflow.keras.callbacks"), "Callback"),
}


def __getattr__(name):
    """The callbacks are made when they are asked for, so that nobody imports a framework that they do not use."""
    if name not in FRAMEWORKS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    hooks, modules, attribute = FRAMEWORKS[name]
    base = object
    for module in modules:
        try:
            base = getattr(__import__(module, fromlist=[attribute]), attribute)
            break
        except ImportError:
            continue
    globals()[name] = type(name, (hooks, base), {"__doc__": hooks.__doc__})
    return globals()[name]
