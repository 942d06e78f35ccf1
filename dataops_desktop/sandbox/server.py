"""The sandbox's HTTP server: moto with our Athena and Glue, behind the fault layer, on loopback only."""

from __future__ import annotations

import logging
import secrets
import threading
from typing import Any


class Sandbox:
    """A running server. `endpoint` is the URL for every AWS service; `token` guards the control endpoint."""

    def __init__(self, port: int = 0, *, seed: bool = True) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        from moto.moto_server.werkzeug_app import (
            DomainDispatcherApplication,
            MotoRequestHandler,
            create_backend_app,
        )
        from werkzeug.serving import make_server

        from dataops_desktop.sandbox.athena import backend as athena
        from dataops_desktop.sandbox.faults import FaultLayer, send_error
        from dataops_desktop.sandbox.glue import backend as glue
        from dataops_desktop.sandbox.identity.layer import IdentityLayer
        from dataops_desktop.sandbox.lakeformation import backend as lake_formation
        from dataops_desktop.sandbox.s3 import metrics
        from dataops_desktop.sandbox.s3.checksums import ChecksumLayer
        from dataops_desktop.sandbox.seed.writer import ACCOUNT

        metrics.install()
        glue.install()
        lake_formation.install()
        athena.install()
        self.token = secrets.token_urlsafe(24)
        services = ChecksumLayer(DomainDispatcherApplication(create_backend_app), ACCOUNT, send_error)
        identity = IdentityLayer(services)
        application = FaultLayer(identity, self.token, {"identity": identity.control})
        if seed:
            self.flights = seed_everything()

        class Handler(MotoRequestHandler):
            # Keep-alive and no Nagle: without both a small answer waits 40 ms for the peer's delayed ACK.
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def make_environ(self) -> Any:
                """With the one header of AWS's that has an underscore, which werkzeug leaves out."""
                environ = super().make_environ()
                environ["HTTP_X_AMZ_SSO_BEARER_TOKEN"] = self.headers.get("x-amz-sso_bearer_token", "")
                return environ

            def log_request(self, *_: Any) -> None:
                """Quiet: the control endpoint counts requests."""

        self._server = make_server("127.0.0.1", port, application, threaded=True, request_handler=Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, name="sandbox-http", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop accepting; in-memory state is gone with the process."""
        self._server.shutdown()
        self._server.server_close()


def seed_everything() -> bool:
    """The whole world, with the workgroup it is queried through; True where the flights are there too."""
    from moto.athena.models import athena_backends

    from dataops_desktop.sandbox.seed.flights import seed_flights
    from dataops_desktop.sandbox.seed.jobs import seed_jobs, seed_tags
    from dataops_desktop.sandbox.seed.research import seed_research
    from dataops_desktop.sandbox.seed.statements import seed_statements
    from dataops_desktop.sandbox.seed.world import seed_world
    from dataops_desktop.sandbox.seed.writer import ACCOUNT, REGION, WorldWriter

    writer = WorldWriter()
    seed_world(writer)
    seed_jobs(writer)
    seed_tags()
    seed_research()
    flights = seed_flights(writer)
    athena = athena_backends[ACCOUNT][REGION]
    athena.work_groups["primary"].configuration["ResultConfiguration"] = {
        "OutputLocation": "s3://dataops-query-results/"
    }
    athena.create_work_group(
        "reporting",
        {
            "ResultConfiguration": {"OutputLocation": "s3://dataops-query-results/reporting/"},
            "EnforceWorkGroupConfiguration": True,
            "BytesScannedCutoffPerQuery": 10_000_000_000,
        },
        "Dashboards and scheduled reports",
        [],
    )
    athena.create_work_group(
        "dedicated",
        {"ResultConfiguration": {"OutputLocation": "s3://dataops-query-results/dedicated/"}},
        "Runs on reserved capacity",
        [],
    )
    athena.create_capacity_reservation("night-loads", 24, [])
    athena.assignments["night-loads"] = ["dedicated"]
    seed_statements(athena)
    if flights:
        writer.glue.create_crawler(
            name="nyc-flights-crawler", role="arn:aws:iam::123456789012:role/crawler", database_name="crawled_db",
            description="Discovers the flights again", targets={"S3Targets": [{"Path": "s3://nyc-flights/"}]}, schedule="",
            classifiers=[], table_prefix="", schema_change_policy={}, recrawl_policy={}, lineage_configuration={},
            configuration="", crawler_security_configuration="", tags={},
        )  # fmt: skip
    return flights
