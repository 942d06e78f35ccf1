"""moto's Glue backend with crawlers that run."""

from __future__ import annotations

import threading
from typing import Any

from moto.core.utils import utcnow
from moto.glue.models import GlueBackend, glue_backends

from dataops_desktop.sandbox.glue.crawl import crawl


class LivingGlueBackend(GlueBackend):
    """A started crawler reads its targets on a thread of its own and ends READY with a LastCrawl."""

    @property
    def _url_module(self) -> Any:
        from dataops_desktop.sandbox.glue import urls

        return urls

    def start_crawler(self, name: str) -> None:
        """Start; a second start while running is CrawlerRunningException, as moto raises it."""
        crawler = self.get_crawler(name)
        crawler.start_crawler()
        run = crawler.crawls[-1]

        def work() -> None:
            try:
                crawl(self, crawler)
                run.status = "COMPLETED"
            except Exception as error:  # noqa: BLE001 - a crawl ends FAILED with its reason, it never takes the thread down
                run.status = "FAILED"
                run.error_message = f"{type(error).__name__}: {error}"
            run.end_time = utcnow()

        threading.Thread(target=work, name=f"crawler-{name}", daemon=True).start()


def install() -> None:
    """Put this backend in moto's place; call once, before the first request."""
    glue_backends.backend = LivingGlueBackend
    glue_backends.clear()
