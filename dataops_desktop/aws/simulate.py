"""What IAM says the caller may do, without doing it.

Facts: SimulatePrincipalPolicy takes the ARN of a user, group or role and no session of a role; a session's ARN does not name the role's path,
except that Identity Center's roles are below aws-reserved/sso.amazonaws.com (docs.aws.amazon.com/IAM/latest/APIReference). It does not see Lake
Formation, bucket policies of other accounts or policies of VPC endpoints: what it denies may work, and the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from dataops_desktop.aws.errors import aws_call
from dataops_desktop.errors import DataOpsError

_SESSION = re.compile(
    r"arn:(?P<partition>[\w-]+):sts::(?P<account>\d{12}):assumed-role/(?P<role>[\w+=,.@-]+)/"
)
_AT_ONCE = 100


def principal(who: str, region: str = "") -> list[str]:
    """ARNs to try for a caller, the likeliest first; empty for callers that have no policies of their own."""
    match = _SESSION.match(who)
    if match is None:
        return [who] if ":user/" in who else []
    base, role = f"arn:{match['partition']}:iam::{match['account']}:role/", match["role"]
    if role.startswith("AWSReservedSSO_"):
        places = [
            "aws-reserved/sso.amazonaws.com/",
            f"aws-reserved/sso.amazonaws.com/{region}/" if region else "",
        ]
        return [f"{base}{place}{role}" for place in places if place]
    return [f"{base}{role}"]


def simulate(client: Any, who: str, region: str, actions: Sequence[str]) -> dict[str, bool]:
    """Action → allowed; empty where IAM does not let itself be asked."""
    for arn in principal(who, region):
        found: dict[str, bool] = {}
        try:
            for start in range(0, len(actions), _AT_ONCE):
                with aws_call("iam", "SimulatePrincipalPolicy"):
                    answer = client.simulate_principal_policy(
                        PolicySourceArn=arn, ActionNames=list(actions[start : start + _AT_ONCE])
                    )
                for item in answer.get("EvaluationResults", []):
                    found[str(item["EvalActionName"])] = item["EvalDecision"] == "allowed"
        except DataOpsError:
            continue  # most people may not ask, and the role may lie elsewhere: then it is not known
        return found
    return {}
