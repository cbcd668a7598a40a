"""States of Terraform as `terraform show -json` writes them, of any size."""

import json

import export

SHARES = ("one in 20", "all")


def other(index):
    """Something of another kind, as large as most resources are."""
    return "aws_iam_role", {
        "arn": f"arn:aws:iam::123456789012:role/service-{index}",
        "assume_role_policy": json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ecs-tasks.amazonaws.com"}}]}
        ),
        "create_date": "2024-01-01T08:30:00Z",
        "description": f"What service {index} may do, in words.",
        "force_detach_policies": False,
        "id": f"service-{index}",
        "inline_policy": [],
        "managed_policy_arns": [f"arn:aws:iam::123456789012:policy/p-{index % 50}", "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"],
        "max_session_duration": 3600,
        "name": f"service-{index}",
        "name_prefix": "",
        "path": "/",
        "permissions_boundary": "",
        "tags": {"team": f"team-{index % 23}", "environment": "production"},
        "tags_all": {"team": f"team-{index % 23}", "environment": "production", "owner": "platform"},
        "unique_id": f"AROA{index:016d}",
    }


def parameter(index):
    """A connection in SSM."""
    name = f"/airflow/connections/team-{index % 23}/service_{index:07d}"
    return "aws_ssm_parameter", {
        "allowed_pattern": "",
        "arn": f"arn:aws:ssm:eu-west-1:123456789012:parameter{name}",
        "data_type": "text",
        "description": "",
        "id": name,
        "insecure_value": None,
        "key_id": "alias/aws/ssm",
        "name": name,
        "overwrite": None,
        "tags": {},
        "tags_all": {"owner": "platform"},
        "tier": "Standard",
        "type": "SecureString",
        "value": export.value(index),
        "version": 1 + index % 7,
    }


def write(path, count, share="one in 20", indent=None):
    """A state of `count` resources; `terraform show -json` writes one line, `jq` gives it an indent."""
    with open(path, "w", encoding="utf-8", buffering=1 << 20) as out:
        out.write('{"format_version":"1.0","terraform_version":"1.9.8","values":{"root_module":{"resources":[')
        for index in range(count):
            is_parameter = share == "all" or index % 20 == 0
            kind, values = parameter(index) if is_parameter else other(index)
            resource = {
                "address": f'module.m.{kind}.this["{index}"]',
                "mode": "managed",
                "type": kind,
                "name": "this",
                "index": str(index),
                "provider_name": "registry.terraform.io/hashicorp/aws",
                "schema_version": 0,
                "values": values,
                "sensitive_values": {"tags": {}, "tags_all": {}},
            }
            if index:
                out.write(",")
            if indent:
                out.write("\n")
            out.write(json.dumps(resource, indent=indent, separators=None if indent else (",", ":")))
        out.write("]}}}\n")
