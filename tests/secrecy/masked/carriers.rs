//! Files that hold settings among other things, and DAGs.

use super::Case;

pub(super) const CASES: &[Case] = &[
    Case {
        what: "ids in DAGs and what stands around them",
        files: &[
            ("airvane.toml", "[lookup]\nmetastore = \"unused\"\n"),
            (
                "dags/d.py",
                "from airflow.hooks.base import BaseHook\nfrom airflow.models import Variable\ny = BaseHook(\"§\").get_connection(\"abc_dex\")\nx = Variable.get(\"abc_§!\")\nz = {\"§\": 1, \"postgres_conn_id\": (\"abc_dey\")}\n",
            ),
            (".env", "AIRFLOW_VAR_ABC_DEG=1\n"),
        ],
        runs: &["check", "init --stdout"],
    },
    Case {
        what: "comments and literals beside the parts of an id in a DAG",
        files: &[
            ("airvane.toml", "[lookup]\nmetastore = \"unused\"\n"),
            (
                "dags/d.py",
                "from airflow.hooks.base import BaseHook\nfrom airflow.models import Variable\nx = BaseHook.get_connection(\"ware\"  # §\n    \"house\")\nf(conn_id=(\"c\"  # §\n    \"d\"))\nQ = (\"e\"  # §\n    \"f\")\nVariable.get(Q)\nB(c=\"{{ conn.z1\"  # §\n    \".host }}\")\nB(c=\"{{ conn.z\"  # §\n    \"2.host }}\")\nB(c=f\"{a}\" \"§ {{ conn.z3\")\nB(c=\"\\x41 § {{ conn.z4\")\n",
            ),
            (".env", "AIRFLOW_VAR_ABC_DEG=1\n"),
        ],
        runs: &["check"],
    },
    Case {
        what: "names and values in compose",
        files: &[(
            "docker-compose.yaml",
            "services:\n  airflow:\n    image: apache/airflow:2.11.2\n    environment:\n      AIRFLOW_CONN_A!§: postgres://u@h:port\n      AIRFLOW_CONN_B: §\n  worker:\n    image: apache/airflow:2.11.2\n    environment:\n      AIRFLOW_CONN_B: §!\n",
        )],
        runs: &["check"],
    },
    Case {
        what: "ids that a command adds",
        files: &[(
            "run.sh",
            "airflow connections add 'a!§' --conn-uri 'postgres://u@h:port'\nairflow connections add b --conn-uri '§://u@h:port'\n",
        )],
        runs: &["check", "list"],
    },
    Case {
        what: "names and bare words in a Dockerfile",
        files: &[(
            "Dockerfile",
            "FROM apache/airflow:2.11.2\nENV AIRFLOW_VAR_§\nENV AIRFLOW_CONN_X!§={\"a\": \"b c\"}\nENV AIRFLOW_CONN_A=postgres://u@h:port\n",
        )],
        runs: &["check"],
    },
    Case {
        what: "names of services",
        files: &[(
            "docker-compose.yaml",
            "services:\n  §:\n    image: apache/airflow:2.11.2\n    environment:\n      AIRFLOW__CORE__FERNET_KEY: a\n      AIRFLOW_CONN_A!¶: postgres://h\n  x§:\n    image: apache/airflow:2.11.2\n    environment:\n      AIRFLOW__CORE__FERNET_KEY: b\n      AIRFLOW_CONN_A!¶: postgres://i\n",
        )],
        runs: &["check"],
    },
    Case {
        what: "keys, comments and names in a manifest",
        files: &[(
            "pod.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: airflow}\nspec:\n  containers:\n  - name: airflow\n    image: apache/airflow:2.11.2\n    env:\n    - {name: AIRFLOW_CONN_A, §: \"§\", value: \"postgres://u@h:port\"} # §\n    - {name: AIRFLOW_CONN_B, value: !§ \"postgres://u@h:port\"}\n    - name: AIRFLOW_VAR_C\n      value: {a: §}\n    - name: AIRFLOW_CONN_D!§\n      value: {a: §}\n",
        )],
        runs: &["check"],
    },
    Case {
        what: "keys, comments and names in the values of a chart",
        files: &[(
            "values.yaml",
            "executor: CeleryExecutor\nairflowVersion: 2.11.2\nenv:\n  - {§: x, name: AIRFLOW_CONN_A, value: \"postgres://u@h:port\"} # §\n  - name: AIRFLOW_CONN_A!§\n    value: [1]\n  - name: AIRFLOW_CONN_B\n    value: &§ \"postgres://u@h:port\"\nconfig:\n  core:\n    §: [1]\n  §:\n    fernet_key: [1]\n",
        )],
        runs: &["check"],
    },
    Case {
        what: "comments and values in Terraform",
        files: &[(
            "main.tf",
            "resource \"aws_ssm_parameter\" \"a\" {\n  name  = \"/airflow/connections/a\"\n  type  = \"String\"\n  value /* § */ = \"postgres://u:§@h:port\"\n  description = \"§\"\n  §§ = \"§\"\n}\nresource \"aws_mwaa_environment\" \"m\" {\n  airflow_version = \"2.10.1\"\n  airflow_configuration_options = {\n    \"core.fernet_key\" = \"§\", \"secrets.backend\" /* § */ = \"§\"\n    \"secrets.backend_kwargs\" = \"§\"\n  }\n}\n",
        )],
        runs: &["check"],
    },
    Case {
        what: "keys and anchors in CloudFormation",
        files: &[(
            "stack.yaml",
            "AWSTemplateFormatVersion: 2010-09-09\nResources:\n  A:\n    Type: AWS::SecretsManager::Secret\n    Properties: {Name: airflow/connections/a, §: \"§\", SecretString: \"postgres://u:x@h:54x/d\"}\n  B:\n    Type: AWS::SecretsManager::Secret\n    Properties: {Name: airflow/connections/b, Description: §, SecretString: \"postgres://u:x@h:54x/d\"}\n  C:\n    Type: AWS::SecretsManager::Secret\n    Properties:\n      Name: airflow/connections/c\n      SecretString: &§ \"postgres://u:x@h:54x/d\"\n",
        )],
        runs: &["check"],
    },
    Case {
        what: "keys of a task definition",
        files: &[(
            "task.json",
            "{\"family\": \"airflow\", \"containerDefinitions\": [{\"name\": \"airflow\", \"image\": \"apache/airflow:2.11.2\", \"environment\": [{\"name\": \"AIRFLOW_CONN_A\", \"§\": \"§\", \"value\": \"postgres://u@h:port\"}]}]}",
        )],
        runs: &["check"],
    },
    Case {
        what: "keys of the JSON of Astro",
        files: &[(
            "deployment.json",
            "{\"deployment\": {\"environment_variables\": [{\"key\": \"AIRFLOW_CONN_A\", \"§\": 1, \"value\": \"postgres://u@h:port\"}], \"configuration\": {\"name\": \"x\", \"runtime_version\": \"12.1.0\"}}}",
        )],
        runs: &["check"],
    },
    Case {
        what: "keys of the YAML of Astro",
        files: &[(
            "airflow_settings.yaml",
            "airflow:\n  connections:\n    - {§: 1, conn_id: a, conn_uri: \"postgres://u@h:port\"}\n",
        )],
        runs: &["check"],
    },
    Case {
        what: "names that the shell sets in the background",
        files: &[(
            "run.sh",
            "export AIRFLOW_CONN_A¶AIRFLOW_VAR_X=postgres://h?a=b&c=d\nairflow scheduler\n",
        )],
        runs: &["check"],
    },
    Case {
        what: "variables that deployments do not share",
        files: &[
            (
                "dev/.env",
                "AIRFLOW_CONN_A=postgres://h\nAIRFLOW_CONN_Y¶AIRFLOW_VAR_Z=postgres://h\n",
            ),
            ("prod/.env", "AIRFLOW_CONN_A=postgres://h\n"),
        ],
        runs: &["check"],
    },
    Case {
        what: "keys that deployments do not share",
        files: &[
            (
                "dev/airflow.cfg",
                "[secrets]\nbackend = SSM\nbackend_kwargs = {\"Qz7jKw9§\": 1, \"region_name\": \"eu-west-1\"}\n",
            ),
            (
                "prod/airflow.cfg",
                "[secrets]\nbackend = SSM\nbackend_kwargs = {\"region_name\": \"eu-west-1\"}\n",
            ),
        ],
        runs: &["check"],
    },
    Case {
        what: "ids that deployments do not share",
        files: &[
            (
                "dev/run.sh",
                "airflow connections add 'a!§' --conn-uri 'postgres://h'\nairflow connections add b --conn-uri 'postgres://h'\nexport AIRFLOW_VAR_X=1\n",
            ),
            (
                "prod/run.sh",
                "airflow connections add b --conn-uri 'postgres://h'\nexport AIRFLOW_VAR_X=1\n",
            ),
        ],
        runs: &["check"],
    },
    Case {
        what: "ids that nothing defines",
        files: &[
            (
                "airflow.cfg",
                "[secrets]\nbackend = SSM\nbackend_kwargs = {\"connections_prefix\": \"/airflow/connections\", \"variables_prefix\": \"/airflow/variables\"}\n",
            ),
            ("airvane.toml", "required = [\"connection:a!§\"]\n"),
            (
                "dump.json",
                "{\"Parameters\": [{\"Name\": \"/airflow/connections/b\", \"Type\": \"SecureString\", \"Value\": \"postgres://u:p@h\"}]}",
            ),
        ],
        runs: &["check"],
    },
    Case {
        what: "prefixes in a help",
        files: &[
            (
                "airflow.cfg",
                "[secrets]\nbackend = SSM\nbackend_kwargs = {\"connections_prefix\": \"u:§@h\"}\n",
            ),
            ("airvane.toml", "required = [\"connection:abc\"]\n"),
            (
                "dump.json",
                "{\"Parameters\": [{\"Name\": \"/airflow/b\", \"Type\": \"SecureString\", \"Value\": \"postgres://u:p@h\"}]}",
            ),
        ],
        runs: &["check"],
    },
];
