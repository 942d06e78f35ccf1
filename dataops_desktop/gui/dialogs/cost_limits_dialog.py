"""The person's limits for what a query may cost."""

from __future__ import annotations

import math
from dataclasses import asdict

from PySide6.QtWidgets import QDialog, QLineEdit, QWidget

from dataops_desktop.costs.guard import GuardLimits
from dataops_desktop.gui._forms.cost_limits_dialog import Ui_CostLimitsDialog
from dataops_desktop.gui.window_context import WindowContext

GIGABYTE = 1_000_000_000


class CostLimitsDialog(QDialog):
    """Open with `open()`; saves by itself."""

    def __init__(self, context: WindowContext, limits: GuardLimits, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        form = self._form = Ui_CostLimitsDialog()
        form.setupUi(self)
        form.problem.setStyleSheet(f"color: {context.theme.colors.error}")
        form.problem.hide()
        size = limits.unpartitioned_bytes
        for field, value in (
            (form.ask, limits.ask_above_usd),
            (form.refuse, limits.refuse_above_usd),
            (form.budget, limits.daily_budget_usd),
            (form.unpartitioned, None if size is None else size / GIGABYTE),
        ):
            field.setText("" if value is None else f"{value:g}")
        form.buttons.accepted.connect(self._save)
        form.buttons.rejected.connect(self.reject)

    def _save(self) -> None:
        form = self._form
        try:
            size = _number(form.unpartitioned, "Gigabytes")
            limits = GuardLimits(
                _number(form.ask, "Ask above"),
                _number(form.refuse, "Refuse above"),
                _number(form.budget, "Budget a day"),
                None if size is None else int(size * GIGABYTE),
            )
        except ValueError as error:
            form.problem.setText(str(error))
            form.problem.show()
            return
        self._context.run(self._context.use_cases.set_setting("guard", asdict(limits)))
        self.accept()


def _number(field: QLineEdit, name: str) -> float | None:
    text = field.text().strip().lstrip("$").replace(",", ".")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value < 0:
        field.setFocus()
        raise ValueError(
            f"{name}: “{field.text()}” is not an amount. Write a number such as 1.50, or nothing."
        )
    return value
