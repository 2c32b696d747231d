"""Logs a training run so that Semblance can show how similarity grows in it.

This file may also be copied alone beside a training script. Needs NumPy; works with PyTorch or without. Python 3.8 or later.

    from semblance_vision import SemblanceLogger

    log = SemblanceLogger("runs/mine", model=net, labels=class_names, resume=True)
    for epoch in range(log.next_epoch, epochs + 1):     # epoch 0 is the untrained network
        if epoch > 0:
            loss = train_one_epoch(net)
        net.eval()
        with torch.no_grad():
            for images, targets in test_loader:
                net(images)
                log.add("test", targets)                # head's input and output are noted by a hook
        log.end_epoch(epoch, loss=loss, lr=learning_rate)

Without PyTorch, hand the arrays over: `log.add("test", targets, scores, features)` and `head=(weight, bias)`.

What it writes into the folder:

    run.json                 name, model, labels, dataset, createdBy
    metrics.jsonl            one line an epoch: accuracy, valLoss, trainAccuracy, loss, lr, epochSeconds, ...
    epoch-0007.safetensors   head.weight, head.bias; for each split target, prediction, class templates of all, of the
                             rightly and of the wrongly classified samples with counts, and of a random split of each
                             class into two parts of those sizes; cosine of each sample to the template of its class
    samples.jsonl            optional: the image behind each sample
"""

import json
import os
import struct
import sys
import tempfile
import time

import numpy as np

__version__ = "1"
SPLITS = ("test", "train")
_TYPES = {"float32": "F32", "float16": "F16", "int32": "I32", "uint16": "U16", "uint8": "U8"}


class SemblanceLogger:
    """Writes one run into one folder.

    folder:    where the run is written; made when it does not exist.
    model:     a PyTorch module. Its last linear layer (or 1x1 convolution) is the head, whose input and output are then
               noted at each forward pass. Without it, pass `head` to `end_epoch` and arrays to `add`.
    head:      the head's name within `model` (as in `named_modules()`), where the last linear layer is not the one.
    labels:    class names or WordNet ids, in the order of the classes.
    name, dataset, model_name: for people.
    samples:   {"test": [path, ...]}: the file behind each sample, in the order in which samples are added, or by
               `index`, so that mistakes can be shown.
    resume:    continue the run that the folder holds. Without it, a folder with a run is refused.
    float16:   halve the files: head and templates in half precision instead of single.
    template_cosines: write the cosine of each sample to its class template; needs the features of an epoch in memory.
    feature_memory: bytes of features that are kept per split, on their device. Beyond it the cosines of the split are
               left out, and a line says so; class templates are always of all samples, and the random split is then
               drawn anew within each part of that size.
    quiet:     do not print the cost of logging after each epoch (on stderr).
    """

    def __init__(self, folder, model=None, labels=None, *, head=None, name=None, dataset=None, model_name=None,
                 samples=None, resume=False, float16=False, template_cosines=True, feature_memory=256 * 2**20,
                 quiet=False):
        self.folder = os.fspath(folder)
        self.labels = None if labels is None else [str(label) for label in labels]
        self.float16 = float16
        self.template_cosines = template_cosines
        self.feature_memory = feature_memory
        self.quiet = quiet
        self.cost_seconds = 0.0  # of logging, in the epoch that is under way
        self.last_cost = None  # {"epoch", "loggingSeconds", "epochSeconds", "share"} of the epoch written last
        self._splits = {}
        self._input = self._output = None
        self._hook = None
        self._head = None
        if model is not None:
            self._head_name, self._head = find_head(model, head, self.labels)
            self._hook = self._head.register_forward_hook(self._note)
        elif head is not None:
            raise ValueError(f"head={head!r} names a layer of `model`, but no model was given.")
        self._lines = self._open_folder(resume)
        run = {
            "name": name or os.path.basename(os.path.abspath(self.folder)),
            "model": model_name or (type(model).__name__ if model is not None else None),
            "labels": self.labels,
            "dataset": dataset,
            "createdBy": f"semblance_vision {__version__} ({_framework(model)})",
        }
        if not self._lines or not os.path.exists(self._path("run.json")):
            write_atomically(self._path("run.json"), json.dumps(run, indent=1, ensure_ascii=False).encode() + b"\n")
        if samples is not None:
            rows = [{"split": _split(split), "index": i, "path": os.fspath(path)}
                    for split, paths in samples.items() for i, path in enumerate(paths)]
            text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            write_atomically(self._path("samples.jsonl"), text.encode())
        self._started = time.perf_counter()

    @property
    def next_epoch(self):
        """The first epoch that is not yet logged: 0 for a new run."""
        return 1 + max(self._lines, default=-1)

    @property
    def epochs(self):
        """The epochs that are logged, ascending."""
        return sorted(self._lines)

    def begin_epoch(self):
        """Starts the clock of an epoch and forgets what was added since the last one.

        Only needed where something else happens between two epochs, or where an epoch was given up: the end of one
        epoch begins the next.
        """
        self._splits = {}
        self.cost_seconds = 0.0
        self._started = time.perf_counter()

    def forget(self, split):
        """Forgets what was added of a split in this epoch."""
        self._splits.pop(_split(split), None)

    def add(self, split, target, output=None, features=None, index=None):
        """Adds a batch of n samples of the split "test" or "train".

        target:   [n] class indices from 0.
        output:   [n, C] scores (logits or probabilities), or [n] predicted classes. Default: the head's last output.
        features: [n, D] penultimate features, the head's input. Default: the head's last input. Without features (no
                  model given, none passed) the class templates are left out.
        index:    [n] positions of the samples in the data set, where a loader shuffles; the samples are then written in
                  that order, the same in every epoch.
        Arrays are NumPy's or PyTorch's on any device. Nothing is moved between devices here and nothing waits.
        """
        started = time.perf_counter()
        _split(split)
        if output is None:
            output = self._output
            if output is None:
                raise ValueError("add: no output was passed and no forward pass of the model's head was seen. Pass "
                                 "`output`, or give the logger the `model` whose head it may watch.")
        if features is None:
            features = self._input
        self._input = self._output = None
        target, output = _array(target), _array(output)
        features = None if features is None else _flat_features(_array(features))
        output = _flat_features(output) if output.ndim == 4 else output
        n = len(target)
        if target.ndim != 1:
            raise ValueError(f"add: target has the shape {_shape(target)}; class indices [n] were expected.")
        for what, array in (("output", output), ("features", features)):
            if array is not None and len(array) != n:
                raise ValueError(f"add: {what} has {len(array)} samples, target has {n}. With several devices or shards "
                                 f"the head sees a part of the batch only: pass output and features yourself.")
        if output.ndim not in (1, 2):
            raise ValueError(f"add: output has the shape {_shape(output)}; scores [n, C] or classes [n] were expected.")
        if features is not None and features.ndim != 2:
            raise ValueError(f"add: features have the shape {_shape(features)}; [n, D] was expected.")
        classes = output.shape[1] if output.ndim == 2 else self._class_count()
        if classes is None and features is not None:
            raise ValueError("add: predicted classes do not tell how many classes there are. Pass scores [n, C], or give "
                             "the logger `labels`.")
        if split not in self._splits:
            width = None if features is None else features.shape[1]
            self._splits[split] = _Split(split, classes, width, self.feature_memory, self.template_cosines)
        self._splits[split].add(target, output, features, index, classes)
        self.cost_seconds += time.perf_counter() - started

    def end_epoch(self, epoch, *, head=None, accuracy=None, val_loss=None, train_accuracy=None, loss=None, lr=None,
                  **more):
        """Writes the epoch and its line of metrics, prints what logging cost, and starts the next epoch's clock.

        epoch: a whole number; 0 is the untrained network. An epoch that is logged already is replaced.
        head:  (weight [C, D], bias [C] or None), where the logger has no model.
        accuracy, val_loss on test; train_accuracy, loss on train; lr: the learning rate. Accuracies that are not given
        are those of the predictions added. Further numbers are written under their names.
        Returns the path of the file.
        """
        started = time.perf_counter()
        if isinstance(epoch, bool) or int(epoch) != epoch or epoch < 0:
            raise ValueError(f"end_epoch: epoch is {epoch!r}; a whole number of at least 0 was expected.")
        epoch = int(epoch)
        tensors = self._head_tensors(head)
        classes = len(tensors["head.weight"]) if tensors else None
        if self.labels is not None and classes not in (None, len(self.labels)):
            raise ValueError(f"end_epoch: the head has {classes} classes, but there are {len(self.labels)} labels.")
        measured = {}
        for split in SPLITS:
            if split in self._splits:
                found, measured[split] = self._splits[split].finish(classes)
                tensors.update(found)
                if self._splits[split].dropped and self.template_cosines and not self.quiet:
                    print(f"semblance_vision: epoch {epoch}: the features of {split} are larger than feature_memory "
                          f"({self.feature_memory} bytes): no template cosines.", file=sys.stderr)
        if not tensors:
            raise ValueError("end_epoch: there is nothing to write. Give the logger a model or `head`, or `add` samples.")
        if self.float16:
            tensors = {name: _halve(name, array) for name, array in tensors.items()}
        path = self._path(f"epoch-{epoch:04d}.safetensors")
        write_safetensors(path, tensors, {"epoch": str(epoch)})
        ended = time.perf_counter()
        seconds, cost = ended - self._started, self.cost_seconds + ended - started
        line = {
            "epoch": epoch,
            "accuracy": measured.get("test") if accuracy is None else accuracy,
            "valLoss": val_loss,
            "trainAccuracy": measured.get("train") if train_accuracy is None else train_accuracy,
            "loss": loss,
            "lr": lr,
            **more,
            "epochSeconds": seconds,
            "loggingSeconds": cost,
        }
        self._write_line(epoch, {key: _number(key, value) for key, value in line.items()})
        ended = time.perf_counter() - ended
        seconds, cost = seconds + ended, cost + ended
        share = cost / seconds if seconds > 0 else float("nan")
        self.last_cost = {"epoch": epoch, "loggingSeconds": cost, "epochSeconds": seconds, "share": share}
        if not self.quiet:
            print(f"semblance_vision: epoch {epoch}: logging cost {cost:.4f} s of {seconds:.2f} s ({share:.2%})",
                  file=sys.stderr)
        self.begin_epoch()
        return path

    def close(self):
        """Stops watching the model. What is written stays; nothing is lost without it."""
        if self._hook is not None:
            self._hook.remove()
            self._hook = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _note(self, _module, inputs, output):
        started = time.perf_counter()
        self._input, self._output = (inputs[0].detach() if inputs else None), output.detach()
        self.cost_seconds += time.perf_counter() - started

    def _path(self, name):
        return os.path.join(self.folder, name)

    def _class_count(self):
        if self._head is not None:
            return self._head.weight.shape[0]
        return None if self.labels is None else len(self.labels)

    def _head_tensors(self, head):
        if head is None and self._head is not None:
            head = (self._head.weight, self._head.bias)
        if head is None:
            return {}
        weight, bias = head if isinstance(head, (tuple, list)) else (head, None)
        weight = _numpy(weight).astype(np.float32)
        weight = weight.reshape(len(weight), -1)
        if bias is None:
            return {"head.weight": weight}
        bias = _numpy(bias).astype(np.float32)
        if bias.shape != weight.shape[:1]:
            raise ValueError(f"head: the weight is {_shape(weight)}, classes first; the bias is {_shape(bias)}.")
        return {"head.weight": weight, "head.bias": bias}

    def _open_folder(self, resume):
        """The lines of the epochs that are wholly written, by epoch."""
        os.makedirs(self.folder, exist_ok=True)
        metrics = self._path("metrics.jsonl")
        lines = {}
        if os.path.exists(metrics):
            if not resume:
                raise FileExistsError(f"{self.folder}: holds a run already. Pass resume=True to continue it, or name "
                                      f"another folder.")
            with open(metrics, encoding="utf-8", errors="replace") as file:
                text = file.read()
            for number, line in enumerate(text.splitlines(), 1):
                try:
                    epoch = json.loads(line)["epoch"]
                    if not isinstance(epoch, int):
                        raise TypeError
                except (ValueError, KeyError, TypeError):
                    if number == len(text.splitlines()):
                        break  # The run was interrupted while this line was written.
                    raise ValueError(f"{metrics}: line {number} is not a JSON object with an epoch.") from None
                if os.path.exists(self._path(f"epoch-{epoch:04d}.safetensors")):
                    lines[epoch] = line
            if "".join(line + "\n" for line in lines.values()) != text:
                self._rewrite(lines)
        run = self._path("run.json")
        if lines and os.path.exists(run):
            with open(run, encoding="utf-8") as file:
                known = json.load(file).get("labels")
            if self.labels is not None and known not in (None, self.labels):
                raise ValueError(f"{run}: the run has {len(known)} other labels than those given. Name another folder.")
        return lines

    def _rewrite(self, lines):
        write_atomically(self._path("metrics.jsonl"), "".join(line + "\n" for line in lines.values()).encode())

    def _write_line(self, epoch, values):
        line = json.dumps(values)
        again = epoch in self._lines
        self._lines[epoch] = line
        if again:
            self._rewrite(self._lines)
            return
        with open(self._path("metrics.jsonl"), "a", encoding="utf-8") as file:
            file.write(line + "\n")
            file.flush()


class _Split:
    """What was added of one split in one epoch. Features stay on their device until their memory is used up."""

    def __init__(self, name, classes, width, memory, cosines):
        self.name, self.classes, self.width, self.cosines = name, classes, width, cosines
        self.memory = self.free = memory
        self.dropped = False
        self.targets, self.predictions, self.indices, self.features = [], [], [], []
        self.summed = 0  # batches that are in the sums already
        # Rightly classified samples of class t in row t, wrong ones in row C + t, as many random ones as right ones in
        # row 2C + t; in 64 bits.
        self.sums = None if width is None else np.zeros((3 * classes, width))
        self.random = np.random.default_rng(0)

    def add(self, target, output, features, index, classes):
        width = None if features is None else features.shape[1]
        if classes != self.classes:
            raise ValueError(f"add: output has {classes} classes, earlier batches of {self.name} had {self.classes}.")
        if width != self.width:
            raise ValueError(f"add: a batch of {self.name} has features of {width} values, earlier ones of {self.width}.")
        if self.targets and (index is None) != (not self.indices):
            raise ValueError(f"add: some batches of {self.name} have an index, others have none.")
        self.targets.append(_copy(target))
        self.predictions.append(output.argmax(1) if output.ndim == 2 else _copy(output))
        if index is not None:
            self.indices.append(_numpy(_array(index)).astype(np.int64))
        if features is not None:
            # Copied, since loops reuse their buffers and a view would keep the whole tensor behind it alive.
            self.features.append(_copy(features, single=True))
            self.free -= 4 * features.shape[0] * features.shape[1]
            if self.free < 0:
                self._sum()
                self.features, self.dropped, self.free = [], True, self.memory

    def _sum(self):
        """Adds the features that are not yet in the sums to them."""
        target, prediction = _join(self.targets[self.summed:]), _join(self.predictions[self.summed:])
        self.summed = len(self.targets)
        self._check(target, "target")
        row = target + self.classes * (target != prediction)
        drawn = self._draw(target, target == prediction)
        if not _is_torch(self.features[0]):
            for at, block in self._blocks():
                part = slice(at, at + len(block))
                for r, sample in zip(row[part], block):
                    self.sums[r] += sample
                for r, sample in zip(2 * self.classes + target[part][drawn[part]], block[drawn[part]]):
                    self.sums[r] += sample
            return
        torch = _torch()
        device = self.features[0].device
        if device.type == "mps":  # has no 64-bit floats
            device = torch.device("cpu")
        sums = torch.zeros(self.sums.shape, dtype=torch.float64, device=device)
        row = torch.from_numpy(row).to(device)
        for at, block in self._blocks():
            part, block = slice(at, at + len(block)), block.to(device).double()
            sums.index_add_(0, row[part], block)
            chosen = np.flatnonzero(drawn[part])
            if len(chosen):
                rows = torch.from_numpy(2 * self.classes + target[part][chosen]).to(device)
                sums.index_add_(0, rows, block[torch.from_numpy(chosen).to(device)])
        self.sums += _numpy(sums)

    def _draw(self, target, right):
        """Which samples are in the random part of each class: as many as were classified rightly."""
        shuffled = np.lexsort((self.random.random(len(target)), target))
        drawn = np.empty(len(target), bool)
        drawn[shuffled] = right[np.lexsort((~right, target))]
        return drawn

    def _blocks(self):
        """(position of the first sample, features) of blocks that fit a processor's cache."""
        at = 0
        for features in self.features:
            for start in range(0, len(features), 256):
                block = features[start : start + 256]
                yield at, block
                at += len(block)

    def _check(self, classes, what):
        bad = np.flatnonzero((classes < 0) | (classes >= self.classes))
        if len(bad):
            raise ValueError(f"{self.name}: the {what} of sample {bad[0]} is {classes[bad[0]]}; classes from 0 to "
                             f"{self.classes - 1} were expected.")

    def finish(self, head_classes):
        """The tensors of the split by name, and its accuracy."""
        target, prediction = _join(self.targets), _join(self.predictions)
        if self.classes is None:
            self.classes = head_classes or int(max(target.max(initial=-1), prediction.max(initial=-1)) + 1)
        classes = self.classes
        if head_classes not in (None, classes):
            raise ValueError(f"end_epoch: the head has {head_classes} classes, the output of {self.name} {classes}.")
        if classes > 65536:
            raise ValueError(f"end_epoch: there are {classes} classes; the format holds up to 65536.")
        self._check(target, "target")
        self._check(prediction, "prediction")
        order = self._order(len(target))
        small = np.uint8 if classes <= 256 else np.uint16
        split = f"split.{self.name}."
        tensors = {split + "target": target[order].astype(small), split + "prediction": prediction[order].astype(small)}
        accuracy = float(np.mean(target == prediction)) if len(target) else None
        if self.sums is None:
            return tensors, accuracy
        if self.summed < len(self.targets):
            self._sum()
        sums = self.sums
        right, wrong, drawn = np.split(sums, 3)
        n_right = np.bincount(target[target == prediction], minlength=classes)
        n_wrong = np.bincount(target[target != prediction], minlength=classes)
        template = _means(right + wrong, n_right + n_wrong)
        for kind, rows, count in (("", template, n_right + n_wrong), ("Correct", _means(right, n_right), n_right),
                                  ("Wrong", _means(wrong, n_wrong), n_wrong)):
            tensors[f"{split}template{kind}"] = rows.astype(np.float32)
            tensors[f"{split}count{kind}"] = count.astype(np.int32)
        for kind, rows, count in (("Correct", drawn, n_right), ("Wrong", right + wrong - drawn, n_wrong)):
            tensors[f"{split}templateRandom{kind}"] = _means(rows, count).astype(np.float32)
        if self.cosines and not self.dropped:
            tensors[split + "templateCosine"] = self._cosines(target, template)[order].astype(np.float16)
        return tensors, accuracy

    def _order(self, n):
        if not self.indices:
            return slice(None)
        index = np.concatenate(self.indices)
        if len(index) != n:
            raise ValueError(f"end_epoch: {self.name}: {len(index)} positions (`index`) for {n} samples.")
        order = np.argsort(index, kind="stable")
        again = np.flatnonzero(np.diff(index[order]) == 0)
        if len(again):
            raise ValueError(f"end_epoch: {self.name}: sample {index[order][again[0]]} was added twice in this epoch.")
        return order

    def _cosines(self, target, template):
        """Cosine of each sample to the template of its class; NaN where either is zero."""
        template = template.astype(np.float32)
        with np.errstate(invalid="ignore", divide="ignore"):
            template /= np.sqrt(np.einsum("cd,cd->c", template, template))[:, None]
            if not _is_torch(self.features[0]):
                return np.clip(np.concatenate([self._cosine(block, template[target[at : at + len(block)]])
                                               for at, block in self._blocks()]), -1, 1)
        template = self.features[0].new_tensor(template)
        target = _torch().from_numpy(target).to(template.device)
        found = []
        for at, block in self._blocks():
            own = template[target[at : at + len(block)]]
            found.append((block * own).sum(1) / (block * block).sum(1).sqrt())
        return np.clip(_numpy(_torch().cat(found)), -1, 1)

    @staticmethod
    def _cosine(block, own):
        return np.einsum("nd,nd->n", block, own) / np.sqrt(np.einsum("nd,nd->n", block, block))


def find_head(model, name=None, labels=None):
    """(name, layer) of a PyTorch model's classifier: the last linear layer or 1x1 convolution.

    With `labels`, the last one with as many outputs as labels. A layer that `name` names is taken as it is.
    """
    modules = dict(model.named_modules())
    if name is not None:
        if name not in modules or not hasattr(modules[name], "weight"):
            raise ValueError(f"head={name!r}: the model has no such layer with a weight. Its linear layers: "
                             f"{', '.join(n for n, m in modules.items() if _is_linear(m)) or 'none'}.")
        return name, modules[name]
    found = [(n, m) for n, m in modules.items() if _is_linear(m)]
    if labels is not None:
        fitting = [(n, m) for n, m in found if m.weight.shape[0] == len(labels)]
        if found and not fitting:
            raise ValueError(f"The model has no linear layer with {len(labels)} outputs, one a label. Its linear layers: "
                             + ", ".join(f"{n} ({m.weight.shape[0]})" for n, m in found) + ". Pass head=NAME.")
        found = fitting
    if not found:
        raise ValueError("The model has no linear layer that could be its classifier. Pass head=NAME.")
    return found[-1]


def write_safetensors(path, tensors, metadata=None):
    """Writes {name: NumPy array} as a safetensors file, whole or not at all."""
    header, offset, blobs = {"__metadata__": metadata or {}}, 0, []
    for name, array in tensors.items():
        array = np.ascontiguousarray(array)
        if array.dtype.name not in _TYPES:
            raise ValueError(f"{name}: arrays of type {array.dtype.name} are not written; expected {', '.join(_TYPES)}.")
        blob = array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
        header[name] = {"dtype": _TYPES[array.dtype.name], "shape": list(array.shape),
                        "data_offsets": [offset, offset + len(blob)]}
        offset += len(blob)
        blobs.append(blob)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    write_atomically(path, b"".join([struct.pack("<Q", len(text)), text, *blobs]))


def write_atomically(path, data):
    """Writes a file so that a reader sees the old bytes or the new ones, also after a crash."""
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(os.path.abspath(path)), prefix=".semblance-", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _split(split):
    if split not in SPLITS:
        raise ValueError(f"The split is {split!r}; 'test' or 'train' was expected.")
    return split


def _torch():
    return sys.modules.get("torch")


def _is_torch(x):
    torch = _torch()
    return torch is not None and isinstance(x, torch.Tensor)


def _is_linear(module):
    torch = _torch()
    if torch is None:
        return False
    if isinstance(module, torch.nn.Conv2d):
        return tuple(module.kernel_size) == (1, 1) and module.groups == 1
    return isinstance(module, torch.nn.Linear)


def _framework(model):
    return f"PyTorch {_torch().__version__}" if model is not None and _torch() else f"NumPy {np.__version__}"


def _array(x):
    return x.detach() if _is_torch(x) else np.asarray(x)


def _numpy(x):
    if not _is_torch(x):
        return np.asarray(x)
    x = x.detach()
    return (x.float() if x.is_floating_point() and x.element_size() < 4 else x).cpu().numpy()


def _copy(x, single=False):
    if _is_torch(x):
        return x.to(_torch().float32, copy=True) if single else x.clone()
    return np.array(x, np.float32 if single else None)


def _join(parts):
    joined = _torch().cat(parts) if all(map(_is_torch, parts)) else np.concatenate([_numpy(part) for part in parts])
    return _numpy(joined).astype(np.int64)


def _flat_features(x):
    """Feature maps [n, D, H, W] before or after a 1x1 convolution stand for their mean over the positions."""
    return x.mean((2, 3)) if x.ndim == 4 else x


def _means(sums, counts):
    return sums / np.maximum(counts, 1)[:, None]


def _halve(name, array):
    if array.dtype != np.float32:
        return array
    with np.errstate(over="ignore"):
        half = array.astype(np.float16)
    # What half precision cannot hold stays in single.
    return array if np.any(np.isinf(half) & np.isfinite(array)) else half


def _shape(array):
    return "x".join(str(d) for d in array.shape) or "scalar"


def _number(key, value):
    """A plain number for JSON; what is unknown or not finite is null."""
    if value is None:
        return None
    try:
        value = value.item() if hasattr(value, "item") else value
        if isinstance(value, int):
            return value
        value = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"end_epoch: {key} is {value!r}; a number was expected.") from None
    return value if np.isfinite(value) else None
