"""The contract every connector passes: subclass, name its id, and say how to break it."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from dataops_desktop.app.registry import EntryPointRegistry
from dataops_desktop.errors import CredentialsError, DataOpsError, InputError, PermissionDeniedError
from dataops_desktop.interfaces.connector import Capability, ConnectionCheck, ConnectionOptions, Manifest
from tests.conftest import Cloud


class ConnectorContract:
    """`id` is the manifest's; `first_call` makes one plain read; `service` is AWS's name for fault rules."""

    id = ""
    service = ""

    def first_call(self, connector: Any) -> Any:
        raise NotImplementedError

    @pytest.fixture
    def connector(self, cloud: Cloud):
        registry = EntryPointRegistry(cloud.options)
        yield registry.get(self.id)
        registry.close()

    def test_manifest_is_complete(self, cloud: Cloud) -> None:
        manifest = next(m for m in EntryPointRegistry(cloud.options).manifests() if m.id == self.id)
        assert isinstance(manifest, Manifest)
        assert manifest.title
        assert ":" in manifest.factory

    def test_identity(self, connector: Any, cloud: Cloud) -> None:
        assert connector.id == self.id
        assert connector.source == "aws:123456789012:us-east-1"

    def test_capabilities_say_why_not(self, connector: Any) -> None:
        capabilities = connector.capabilities()
        assert capabilities
        for capability in capabilities:
            assert isinstance(capability, Capability)
            assert dataclasses.is_dataclass(capability)
            assert capability.available or capability.reason

    def test_check_says_connected(self, connector: Any) -> None:
        check = connector.check()
        assert isinstance(check, ConnectionCheck)
        assert check.state == "connected"
        assert check.summary

    @pytest.mark.parametrize(
        ("kind", "state"),
        [
            ("expired_token", "needs_sign_in"),
            ("invalid_credentials", "needs_sign_in"),
            ("access_denied", "error"),
            ("html_200", "error"),
        ],
    )
    def test_check_reports_what_is_wrong_and_what_to_do(
        self, connector: Any, cloud: Cloud, kind: str, state: str
    ) -> None:
        cloud.fault(kind, service=self.service)
        check = connector.check()
        assert check.state == state
        assert check.summary
        assert check.remedy

    def test_denied_and_expired_are_typed_with_their_remedy(self, connector: Any, cloud: Cloud) -> None:
        cloud.fault("access_denied", service=self.service)
        with pytest.raises(PermissionDeniedError) as denied:
            self.first_call(connector)
        assert denied.value.action.startswith(f"{self.service}:")
        assert denied.value.remedy
        assert denied.value.details["operation"]
        cloud.clear()
        cloud.fault("expired_token", service=self.service)
        with pytest.raises(CredentialsError, match="expired"):
            self.first_call(connector)

    @pytest.mark.parametrize("kind", ["cut_body", "empty_body", "html_200"])
    def test_a_spoiled_answer_is_never_taken_for_an_empty_one(
        self, connector: Any, cloud: Cloud, kind: str
    ) -> None:
        cloud.fault(kind, service=self.service)
        with pytest.raises(DataOpsError):
            self.first_call(connector)

    def test_throttling_is_waited_out(self, connector: Any, cloud: Cloud) -> None:
        cloud.fault("throttle", service=self.service, times=2)
        self.first_call(connector)

    def test_a_broken_connection_is_tried_again(self, connector: Any, cloud: Cloud) -> None:
        cloud.fault("reset", service=self.service, times=1)
        self.first_call(connector)

    def test_no_network_is_an_error_with_a_remedy(self, cloud: Cloud) -> None:
        options = dataclasses.replace(cloud.options, endpoint_url="http://127.0.0.1:1")
        registry = EntryPointRegistry(options)
        check = registry.get(self.id).check()
        registry.close()
        assert check.state == "error"
        assert "network" in check.remedy

    def test_plain_http_to_another_machine_is_refused(self, cloud: Cloud) -> None:
        registry = EntryPointRegistry(
            ConnectionOptions(
                endpoint_url="http://example.com",
                region="us-east-1",
                access_key_id="a",
                secret_access_key="b",
            )
        )
        with pytest.raises(InputError, match="not encrypted"):
            self.first_call(registry.get(self.id))
        registry.close()

    def test_close_twice(self, connector: Any) -> None:
        connector.close()
        connector.close()
