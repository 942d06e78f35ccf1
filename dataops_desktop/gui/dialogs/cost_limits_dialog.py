"""The person's limits for what a query may cost."""

from __future__ import annotations

import math
from dataclasses import asdict

from PySide6.QtWidgets import QDialog, QLineEdit, QWidget

from dataops_desktop.costs.athena import DEFAULT_USD_PER_TB
from dataops_desktop.costs.guard import CostAlerts, GuardLimits
from dataops_desktop.gui._forms.cost_limits_dialog import Ui_CostLimitsDialog
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.window_context import WindowContext

GIGABYTE = 1_000_000_000


class CostLimitsDialog(QDialog):
    """Open with `open()`; saves by itself."""

    def __init__(
        self,
        context: WindowContext,
        limits: GuardLimits,
        alerts: CostAlerts,
        price: tuple[str, float] | None,
        parent: QWidget,
    ) -> None:
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
            (form.day, alerts.day_usd),
            (form.month, alerts.month_usd),
            (form.price, price[1] if price else None),
            (form.unpartitioned, None if size is None else size / GIGABYTE),
        ):
            field.setText("" if value is None else f"{value:g}")
        self._price = price
        form.price.setEnabled(price is not None)
        if price is not None:
            form.price_label.setText(tr("&Price of a TB in {price}", price=price[0]))
            form.price.setToolTip(
                tr(
                    "An estimate; the list price is ${default_usd_per_tb:g}. Empty takes that again.",
                    default_usd_per_tb=DEFAULT_USD_PER_TB,
                )
            )
        form.buttons.accepted.connect(self._save)
        form.buttons.rejected.connect(self.reject)

    def _save(self) -> None:
        form = self._form
        try:
            size = _number(form.unpartitioned, tr("Gigabytes"))
            limits = GuardLimits(
                _number(form.ask, tr("Ask above")),
                _number(form.refuse, tr("Refuse above")),
                _number(form.budget, tr("Budget a day")),
                None if size is None else int(size * GIGABYTE),
            )
            alerts = CostAlerts(
                _number(form.day, tr("Alert above, a day")), _number(form.month, tr("Alert above, a month"))
            )
            price = _number(form.price, tr("Price of a TB"))
        except ValueError as error:
            form.problem.setText(str(error))
            form.problem.show()
            return
        self._context.run(self._store(limits, alerts, price))
        self.accept()

    async def _store(self, limits: GuardLimits, alerts: CostAlerts, price: float | None) -> None:
        use_cases = self._context.use_cases
        await use_cases.set_setting("guard", asdict(limits))
        await use_cases.set_setting("cost.alerts", asdict(alerts))
        if self._price is not None and price != self._price[1]:
            await use_cases.set_athena_price(self._price[0], price)
            self._context.catalog_changed.emit()  # estimates are made anew
        self._context.queries_changed.emit()


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
