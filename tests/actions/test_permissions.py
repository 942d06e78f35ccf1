"""What may be done here: told by calls and by IAM, and unknown where neither says."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.diagnose import diagnose
from dataops_desktop.actions.permissions import permissions
from dataops_desktop.aws.simulate import principal
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.connector import ConnectionCheck
from tests.conftest import Cloud

OK = ConnectionCheck("connected", "fine")


@pytest.fixture
def iam(cloud: Cloud) -> Any:
    yield lambda **settings: cloud.control("POST", "identity", settings)
    cloud.control("POST", "identity", {"denied_actions": [], "simulates": True})


def states(context: ActionContext, **checks: ConnectionCheck) -> dict[str, tuple[str, tuple[str, ...]]]:
    found = asyncio.run(permissions(context, checks))
    return {access.feature.id: (access.state, access.missing) for access in found}


def test_calls_and_iam_together(context: ActionContext, iam: Any) -> None:
    iam(denied_actions=["s3:DeleteObject", "athena:StartQueryExecution"])
    denied = ConnectionCheck("error", "no", action="glue:GetDatabases")
    found = states(context, s3=OK, glue=denied)
    assert found["s3.list"] == ("allowed", ())
    assert found["glue.read"] == ("denied", ("glue:GetDatabases",))
    assert found["athena.look"] == ("unknown", ())  # nobody asked yet
    assert found["s3.write"] == ("denied", ("s3:DeleteObject",))
    assert found["athena.run"] == ("denied", ("athena:StartQueryExecution",))
    assert found["glue.write"] == ("allowed", ())


def test_where_iam_does_not_say_nothing_is_taken_for_denied(context: ActionContext, iam: Any) -> None:
    iam(simulates=False)
    found = states(context, s3=OK)
    assert {state for name, (state, _) in found.items() if name != "s3.list"} == {"unknown"}


def test_the_doctor_lists_what_to_ask_for(context: ActionContext, iam: Any) -> None:
    iam(denied_actions=["s3:PutObject"])
    steps = asyncio.run(diagnose(context, lambda _: None, CancelToken()))
    last = steps[-1]
    assert (last.title, last.state, last.action) == ("Permissions", "warning", "s3:PutObject")
    assert "Upload, copy and delete" in last.found
    assert "Run queries: allowed (IAM's simulation)" in last.facts


@pytest.mark.parametrize(
    ("who", "arns"),
    [
        ("arn:aws:iam::123456789012:user/team/pat", ["arn:aws:iam::123456789012:user/team/pat"]),
        ("arn:aws:sts::123456789012:assumed-role/Analyst/pat", ["arn:aws:iam::123456789012:role/Analyst"]),
        (
            "arn:aws-cn:sts::123456789012:assumed-role/AWSReservedSSO_Analyst_01ab/pat@example.com",
            [
                "arn:aws-cn:iam::123456789012:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Analyst_01ab",
                "arn:aws-cn:iam::123456789012:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Analyst_01ab",
            ],
        ),
        ("arn:aws:iam::123456789012:root", []),
        ("arn:aws:sts::123456789012:federated-user/pat", []),
    ],
)
def test_whose_policies_are_asked_about(who: str, arns: list[str]) -> None:
    assert principal(who, "eu-west-1") == arns
