"""moto's Glue backend with crawlers that run."""

from __future__ import annotations

import threading
from typing import Any

from moto.core.utils import utcnow
from moto.glue.exceptions import ConcurrentRunsExceededException
from moto.glue.models import GlueBackend, glue_backends

from dataops_desktop.sandbox.glue.crawl import crawl
from dataops_desktop.sandbox.glue.job_runs import LivingJobRun


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
                run.summary = crawl(self, crawler)
                run.status = "STOPPED" if run.status == "STOPPING" else "COMPLETED"
            except Exception as error:  # noqa: BLE001 - a crawl ends FAILED with its reason, it never takes the thread down
                run.status = "FAILED"
                run.error_message = f"{type(error).__name__}: {error}"
            run.end_time = utcnow()

        threading.Thread(target=work, name=f"crawler-{name}", daemon=True).start()

    def start_job_run(self, name: str, *given: Any) -> str:
        """A run on a thread of its own; more than the job allows at once is refused."""
        job = self.get_job(name)
        order = (
            "arguments",
            "allocated_capacity",
            "max_capacity",
            "timeout",
            "worker_type",
            "security_configuration",
            "number_of_workers",
        )
        arguments = dict(zip(order, given, strict=False))
        most = int((job.execution_property or {}).get("MaxConcurrentRuns") or 1)
        if sum(1 for run in job.job_runs if isinstance(run, LivingJobRun) and run.ended is None) >= most:
            raise ConcurrentRunsExceededException(f"Concurrent runs exceeded for {name}")
        run = LivingJobRun(job, **arguments)
        job.job_runs.append(run)
        run.begin(self.account_id, self.region_name)
        return run.job_run_id


def install() -> None:
    """Put this backend in moto's place; call once, before the first request."""
    glue_backends.backend = LivingGlueBackend
    glue_backends.clear()
