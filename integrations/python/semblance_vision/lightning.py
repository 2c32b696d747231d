"""A Lightning callback that logs a training run for Semblance.

    from semblance_vision.lightning import SemblanceCallback

    trainer = lightning.Trainer(max_epochs=30, callbacks=[SemblanceCallback("runs/mine", labels=class_names)])
    trainer.validate(module, test_loader)       # optional: logs epoch 0, the untrained network
    trainer.fit(module, train_loader, test_loader)

The validation batches become the split "test"; with `train=True` the training batches, as they are seen while the network
still moves, become "train". Epochs count from 1, so that 0 stays the untrained network. Works with the packages
`lightning` and `pytorch_lightning`.
"""

import sys

from .logger import SemblanceLogger


def _callback_class():
    """The Callback of the package that is in use; two copies of Lightning do not take each other's callbacks."""
    for module in ("lightning.pytorch", "pytorch_lightning"):
        if module in sys.modules:
            return sys.modules[module].Callback
    for module in ("lightning.pytorch", "pytorch_lightning"):
        try:
            return __import__(module, fromlist=["Callback"]).Callback
        except ImportError:
            continue
    raise ImportError("semblance_vision.lightning needs the package lightning or pytorch_lightning.")


def _target(batch):
    if isinstance(batch, dict):
        for key in ("label", "labels", "target", "targets", "y"):
            if key in batch:
                return batch[key]
    elif isinstance(batch, (tuple, list)) and len(batch) >= 2:
        return batch[1]
    raise ValueError("SemblanceCallback: the batch is neither (images, targets) nor a dict with a key label or target. "
                     "Pass target=lambda batch: ...")


class SemblanceCallback(_callback_class()):
    """folder and the options of SemblanceLogger (labels, head, name, resume, float16 ...).

    target:  function from a batch to its class indices; default: the second of a pair, or "label"/"target" of a dict.
    train:   log the training batches too.
    metrics: {our name: name in trainer.callback_metrics}, such as {"val_loss": "val/loss", "loss": "train/loss"}.
    """

    def __init__(self, folder, labels=None, *, target=None, train=False, metrics=None, **options):
        super().__init__()
        self.folder, self.labels, self.options = folder, labels, options
        self.target, self.train = target or _target, train
        self.metrics = {"val_loss": "val_loss", "loss": "train_loss"} if metrics is None else metrics
        self.logger = None

    def setup(self, trainer, pl_module, stage=None):
        # One process writes: with several devices what is logged is the share of the first.
        if self.logger is None and trainer.is_global_zero:
            self.logger = SemblanceLogger(self.folder, pl_module, self.labels, **self.options)

    def on_train_epoch_start(self, trainer, pl_module):
        if self.logger is not None:
            self.logger.begin_epoch()

    def on_train_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
        if self.logger is not None and self.train:
            self.logger.add("train", self.target(batch))

    def on_validation_epoch_start(self, trainer, pl_module):
        # With several validation passes in one epoch the last one counts.
        if self.logger is not None:
            self.logger.forget("test")

    def on_validation_batch_end(self, trainer, pl_module, outputs, batch, batch_idx, dataloader_idx=0):
        if self.logger is not None and not trainer.sanity_checking and dataloader_idx == 0:
            self.logger.add("test", self.target(batch))

    def on_validation_end(self, trainer, pl_module):
        # `trainer.validate` before `fit`: the untrained network.
        if self.logger is not None and trainer.state.fn == "validate" and self.logger.next_epoch == 0:
            self.logger.end_epoch(0, **self._values(trainer))

    def on_train_epoch_end(self, trainer, pl_module):
        if self.logger is not None:
            rates = [group["lr"] for optimizer in trainer.optimizers for group in optimizer.param_groups]
            self.logger.end_epoch(trainer.current_epoch + 1, lr=rates[0] if rates else None, **self._values(trainer))

    def teardown(self, trainer, pl_module, stage=None):
        if self.logger is not None and stage == "fit":
            self.logger.close()
            self.logger = None

    def _values(self, trainer):
        found = trainer.callback_metrics
        return {ours: found[theirs] for ours, theirs in self.metrics.items() if theirs in found}
