"""A callback of the Hugging Face Trainer that logs a training run for Semblance.

    from semblance_vision.huggingface import SemblanceCallback

    log = SemblanceCallback("runs/mine", labels=class_names)
    trainer = Trainer(model, TrainingArguments(..., eval_strategy="epoch"), callbacks=[log], ...)
    trainer.evaluate()      # optional: logs epoch 0, the untrained network
    trainer.train()

The evaluation of each epoch becomes the split "test"; with `train=True` the training batches, as they are seen while the
network still moves, become "train". No further pass is run: class indices are taken from the `labels` that the Trainer
gives the model, scores and features from its classifier.
"""

from __future__ import annotations

from typing import Any, Sequence

from .logger import SemblanceLogger


def _callback_class() -> type:
    try:
        from transformers import TrainerCallback
    except ImportError:
        raise ImportError("semblance_vision.huggingface needs the package transformers.") from None
    return TrainerCallback


class SemblanceCallback(_callback_class()):  # type: ignore[misc]
    """folder and the options of SemblanceLogger (head, name, resume, float16 ...).

    labels: class names in the order of the classes; default: id2label of the model's configuration.
    train:  log the training batches too.
    key:    under which name the model is given the class indices.

    Evaluations between two epochs (eval_strategy="steps") are passed over: an epoch is logged when it is whole.
    """

    def __init__(
        self,
        folder: str,
        labels: Sequence[str] | None = None,
        *,
        train: bool = False,
        key: str = "labels",
        **options: Any,
    ) -> None:
        self.folder, self.labels, self.train, self.key, self.options = folder, labels, train, key, options
        self.logger: SemblanceLogger | None = None
        self._hooks: list[Any] = []
        self._target: Any = None
        self._added = 0

    def on_init_end(self, args: Any, state: Any, control: Any, model: Any = None, **more: Any) -> None:
        self._watch(state, model)

    def on_train_begin(self, args: Any, state: Any, control: Any, model: Any = None, **more: Any) -> None:
        self._watch(state, model)
        if self.logger is not None:
            self.logger.begin_epoch()

    def on_evaluate(self, args: Any, state: Any, control: Any, metrics: Any = None, optimizer: Any = None,
                    lr_scheduler: Any = None, **more: Any) -> None:
        if self.logger is None:
            return
        epoch = float(state.epoch or 0)
        if abs(epoch - round(epoch)) > 1e-3:
            self.logger.forget("test")
            self._added = 0
            return
        if self._added == 0:
            raise RuntimeError(
                f"SemblanceCallback: the model was evaluated without {self.key!r} among its inputs, so the right classes "
                f"are not known. Name the input that holds them with key=...; with label_smoothing_factor or a "
                f"compute_loss_func the Trainer keeps them from the model."
            )
        metrics = metrics or {}
        rates = lr_scheduler.get_last_lr() if lr_scheduler is not None else []
        losses = [entry["loss"] for entry in state.log_history if "loss" in entry]
        self.logger.end_epoch(
            round(epoch),
            val_loss=metrics.get("eval_loss"),
            loss=losses[-1] if losses and epoch > 0 else None,
            lr=float(rates[0]) if len(rates) else None,
        )
        self._added = 0

    def on_train_end(self, args: Any, state: Any, control: Any, **more: Any) -> None:
        for hook in self._hooks:
            hook.remove()
        self._hooks = []
        if self.logger is not None:
            self.logger.close()
            self.logger = None

    def _watch(self, state: Any, model: Any) -> None:
        # One process writes: with several devices what is logged is the share of the first.
        if self.logger is not None or model is None or not getattr(state, "is_world_process_zero", True):
            return
        names = self.labels
        known = getattr(getattr(model, "config", None), "id2label", None)
        if names is None and known:
            names = [known[index] for index in sorted(known, key=int)]
        self.logger = SemblanceLogger(self.folder, model, names, **self.options)
        self._hooks = [
            model.register_forward_pre_hook(self._note, with_kwargs=True),
            model.register_forward_hook(self._add),
        ]

    def _note(self, module: Any, inputs: Any, named: Any) -> None:
        self._target = named.get(self.key)

    def _add(self, module: Any, inputs: Any, output: Any) -> None:
        target, self._target = self._target, None
        if target is None or self.logger is None or (module.training and not self.train):
            return
        self.logger.add("train" if module.training else "test", target)
        self._added += 0 if module.training else 1
