"""moto's Lake Formation backend behind our routes."""

from __future__ import annotations

from typing import Any

from moto.lakeformation.models import LakeFormationBackend, lakeformation_backends


class SearchingLakeFormationBackend(LakeFormationBackend):
    """Nothing but other routes."""

    @property
    def _url_module(self) -> Any:
        from dataops_desktop.sandbox.lakeformation import urls

        return urls


def install() -> None:
    """Put this backend in moto's place; call once, before the first request."""
    lakeformation_backends.backend = SearchingLakeFormationBackend
    lakeformation_backends.clear()
