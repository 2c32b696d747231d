"""A Keras callback that logs a training run for Semblance.

    from semblance_vision.keras import SemblanceCallback

    log = SemblanceCallback("runs/mine", test=(x_test, y_test), train=(x_train[:5000], y_train[:5000]), labels=class_names)
    model.fit(x_train, y_train, epochs=30, validation_data=(x_test, y_test), callbacks=[log])

Keras gives callbacks no predictions, so after each epoch the network is run once over `test` and `train` up to its last
Dense layer; that time is printed apart from the cost of logging. Epochs count from 1; 0 is the untrained network, logged
before the first epoch. Works with Keras 3 (any backend) and with tf.keras.
"""

import sys
import time

import numpy as np

from .logger import SemblanceLogger


def _keras():
    """The Keras that is in use."""
    if "keras" in sys.modules:
        return sys.modules["keras"]
    try:
        import keras
    except ImportError:
        try:
            from tensorflow import keras
        except ImportError:
            raise ImportError("semblance_vision.keras needs the package keras or tensorflow.") from None
    return keras


class SemblanceCallback(_keras().callbacks.Callback):
    """folder and the options of SemblanceLogger (labels, name, resume, float16 ...).

    test, train: (inputs, class indices) to run after each epoch; one-hot targets are understood.
    head:        name of the classifier; default: the last layer with a kernel [D, C].
    features:    function (model, inputs) -> [n, D], where the head's input is no tensor of the model (subclassed models).
    batch_size:  for running the network over test and train.
    """

    def __init__(self, folder, test=None, train=None, labels=None, *, head=None, features=None, batch_size=128, quiet=False,
                 **options):
        super().__init__()
        self.folder, self.labels, self.head, self.features = folder, labels, head, features
        self.batch_size, self.quiet = batch_size, quiet
        self.options = {"quiet": quiet, **options}
        self.splits = {name: (x, _classes(y)) for name, pair in (("test", test), ("train", train)) if pair for x, y in [pair]}
        self.logger = self._extractor = None

    def on_train_begin(self, logs=None):
        if self.logger is None:
            self.logger = SemblanceLogger(self.folder, labels=self.labels, model_name=self.model.name, **self.options)
        if self.logger.next_epoch == 0:
            self._log(0, {})

    def on_epoch_begin(self, epoch, logs=None):
        self.logger.begin_epoch()

    def on_epoch_end(self, epoch, logs=None):
        self._log(epoch + 1, logs or {})

    def _log(self, epoch, logs):
        layer = self._head_layer()
        weights = [np.asarray(w, np.float32) for w in layer.get_weights()]
        kernel = weights[0].reshape(weights[0].shape[-2:])
        bias = weights[1] if len(weights) > 1 else None
        started = time.perf_counter()
        features = {name: self._features(layer, x) for name, (x, _) in self.splits.items()}
        seconds = time.perf_counter() - started
        for name, (_, target) in self.splits.items():
            scores = features[name] @ kernel + (0 if bias is None else bias)
            self.logger.add(name, target, scores, features[name])
        if self.splits and not self.quiet:
            print(f"semblance_vision: epoch {epoch}: running the network for its features took {seconds:.2f} s",
                  file=sys.stderr)
        rate = getattr(getattr(self.model, "optimizer", None), "learning_rate", None)
        self.logger.end_epoch(epoch, head=(kernel.T, bias), loss=logs.get("loss"), val_loss=logs.get("val_loss"),
                              lr=None if rate is None else _rate(rate), evaluationSeconds=seconds)

    def _head_layer(self):
        found = {layer.name: layer for layer in self.model.layers if _is_linear(layer)}
        if self.head is not None:
            if self.head not in found:
                raise ValueError(f"head={self.head!r}: the model has no such layer with a kernel [D, C]. It has: "
                                 f"{', '.join(found) or 'none'}.")
            return found[self.head]
        fitting = [layer for layer in found.values() if self.labels is None
                   or layer.get_weights()[0].shape[-1] == len(self.labels)]
        if not fitting:
            raise ValueError(f"The model has no layer with a kernel [D, {'C' if self.labels is None else len(self.labels)}]"
                             f" that could be its classifier. Pass head=NAME; it has: {', '.join(found) or 'none'}.")
        return fitting[-1]

    def _features(self, layer, x):
        if self.features is not None:
            return np.asarray(self.features(self.model, x), np.float32)
        if self._extractor is None:
            self._extractor = _keras().Model(self.model.inputs, layer.input)
        found = np.asarray(self._extractor.predict(x, batch_size=self.batch_size, verbose=0), np.float32)
        return found.mean((1, 2)) if found.ndim == 4 else found


def _is_linear(layer):
    """Dense, or a convolution with a 1x1 kernel."""
    weights = layer.get_weights()
    if not weights or len(weights) > 2:
        return False
    shape = weights[0].shape
    return len(shape) == 2 or (len(shape) == 4 and shape[:2] == (1, 1))


def _classes(y):
    y = np.asarray(y)
    if y.ndim == 2:
        return y[:, 0] if y.shape[1] == 1 else y.argmax(1)
    return y


def _rate(rate):
    """The learning rate as a number, null where it is a schedule without a current value."""
    try:
        return float(np.asarray(rate.numpy() if hasattr(rate, "numpy") else rate))
    except (TypeError, ValueError):
        return None
