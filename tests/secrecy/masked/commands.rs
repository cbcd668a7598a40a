//! What `list`, `config`, `resolve` and `init` print, and the page.

use super::Case;

pub(super) const CASES: &[Case] = &[
    Case {
        what: "parts of what has findings",
        files: &[(
            ".env",
            "AIRFLOW_CONN_A='{\"conn_type\": \"Postgres\", \"login\": \"§\", \"password\": \"p\", \"host\": \"h\"}'\n",
        )],
        runs: &["list", "list --format jsonl"],
    },
    Case {
        what: "fields of other types",
        files: &[(
            "c.json",
            "{\"a\": {\"conn_type\": \"postgres\", \"host\": ‡}, \"b\": {\"conn_type\": \"postgres\", \"schema\": ‡}, \"c\": {\"conn_type\": \"postgres\", \"description\": ‡}, \"d\": {\"conn_type\": \"postgres\", \"port\": ‡}, \"e\": {\"conn_type\": \"postgres\", \"port\": \"§\"}, \"f\": {\"conn_type\": \"postgres\", \"login\": ‡, \"password\": ‡}}",
        )],
        runs: &[
            "list --kind connections={dir}/c.json",
            "list --format jsonl --kind connections={dir}/c.json",
        ],
    },
    Case {
        what: "types nobody knows",
        files: &[(
            ".env",
            "AIRFLOW_CONN_A='§://h'\nAIRFLOW_CONN_B='{\"conn_type\": \"§\", \"host\": \"h\"}'\n",
        )],
        runs: &["list", "list --format jsonl"],
    },
    Case {
        what: "hosts and schemas that are none",
        files: &[(
            ".env",
            "AIRFLOW_CONN_A='postgres://u:p@a_§!/db'\nAIRFLOW_CONN_B='postgres://u:p@h/a-§'\nAIRFLOW_CONN_C='{\"conn_type\": \"postgres\", \"host\": \"a!§\", \"schema\": \"a-§\"}'\n",
        )],
        runs: &["list", "list --format jsonl"],
    },
    Case {
        what: "logins without a password",
        files: &[
            (
                ".env",
                "AIRFLOW_CONN_A='{\"conn_type\": \"postgres\", \"host\": \"h\", \"login\": \"§\"}'\n",
            ),
            (
                "dump.json",
                "{\"/airflow/connections/a\": \"postgres://§@h/db\"}",
            ),
        ],
        runs: &["list", "list --format jsonl"],
    },
    Case {
        what: "passwords, descriptions and extra",
        files: &[(
            ".env",
            "AIRFLOW_CONN_A='postgres://u:§@h/db'\nAIRFLOW_CONN_B='{\"conn_type\": \"postgres\", \"description\": \"§\", \"password\": \"§\"}'\nAIRFLOW_CONN_C='{\"conn_type\": \"postgres\", \"extra\": {\"§\": \"§\"}}'\nAIRFLOW_CONN_D='postgres://h/db?§=§'\n",
        )],
        runs: &["list", "list --format jsonl"],
    },
    Case {
        what: "what stands before a late @",
        files: &[(
            ".env",
            "AIRFLOW_CONN_A='postgres://user:1234/§#x@h/db'\nAIRFLOW_CONN_B='postgres://user:1234/§?x=y@h'\n",
        )],
        runs: &["list", "list --format jsonl"],
    },
    Case {
        what: "names of entries and variables in a listing",
        files: &[
            (
                "airflow.cfg",
                "[secrets]\nbackend = SSM\nbackend_kwargs = {\"connections_prefix\": \"/airflow/connections\", \"variables_prefix\": \"/airflow/variables\"}\n",
            ),
            (
                "dump.json",
                "{\"/airflow/connections/a!§\": \"postgres://u:p@h\", \"/airflow/variables/b!§\": \"§\"}",
            ),
            ("x.env", "AIRFLOW_VAR_A!¶=x\n§=x\n"),
        ],
        runs: &[
            "list --env-dialect docker",
            "list --format jsonl --env-dialect docker",
        ],
    },
    Case {
        what: "ids of local files in a listing",
        files: &[("v.json", "{\"a!§\": \"§\"}")],
        runs: &[
            "list --kind variables={dir}/v.json",
            "list --format jsonl --kind variables={dir}/v.json",
        ],
    },
    Case {
        what: "options and sections nobody knows",
        files: &[(
            "airflow.cfg",
            "[core]\n¤ = §\nfernet_key = §\ndags_folder = {{ § }}\n[¤]\nfernet_key = x\nexecutor = y\nsql_alchemy_conn_¤ = x\nexecutors¤ = x\n",
        )],
        runs: &[
            "config --deployments one --runtime task",
            "config --deployments one --format json --runtime task",
        ],
    },
    Case {
        what: "names that no name is made like, in config",
        files: &[(
            ".env",
            "AIRFLOW__CORE__FERNET_KEY=${§:-§}\nAIRFLOW__CORE__A!¶=x\nAIRFLOW__A!¶__EXECUTOR=x\n",
        )],
        runs: &[
            "config --deployments one --runtime task --env-dialect docker",
            "config --deployments one --format json --runtime task --env-dialect docker",
            "config --deployments one --runtime task",
            "config --deployments one --format json --runtime task",
        ],
    },
    Case {
        what: "arguments of a backend",
        files: &[(
            "airflow.cfg",
            "[secrets]\nbackend = SSM\nbackend_kwargs = {\"connections_prefix\": \"u:§@h\", \"profile_name\": [\"§\"], \"region_name\": \"§\", \"aws_session_token\": \"§\", \"role_arn\": \"§\", \"Qz7jKw9§\": 1}\n",
        )],
        runs: &[
            "config --deployments one --runtime task",
            "config --deployments one --format json --runtime task",
            "resolve connection:a --in {dir}",
            "resolve connection:a --in {dir} --format json",
        ],
    },
    Case {
        what: "values that are found",
        files: &[(".env", "AIRFLOW_VAR_A=§\nAIRFLOW_CONN_A=postgres://u:§@h\n")],
        runs: &[
            "resolve variable:a connection:a --in {dir}",
            "resolve variable:a connection:a --in {dir} --format json",
        ],
    },
    Case {
        what: "names under another path",
        files: &[
            (
                "airflow.cfg",
                "[secrets]\nbackend = SSM\nbackend_kwargs = {\"connections_prefix\": \"/airflow/connections\", \"variables_prefix\": \"/airflow/variables\"}\n",
            ),
            (
                "dump.json",
                "{\"Parameters\": [{\"Name\": \"u:§@h/abcdef\", \"Type\": \"SecureString\", \"Value\": \"postgres://h\"}, {\"Name\": \"/airflow/connections/b\", \"Type\": \"SecureString\", \"Value\": \"postgres://h\"}]}",
            ),
        ],
        runs: &["resolve connection:abcdef --in {dir} --kind ssm={dir}/dump.json"],
    },
    Case {
        what: "arguments of another backend",
        files: &[(
            "airflow.cfg",
            "[secrets]\nbackend = MANAGER\nbackend_kwargs = {\"connections_prefix\": \"u:§@h\", \"aws_session_token\": \"§\", \"extra_conn_words\": {\"login\": [\"§\"]}, \"Qz7jKw9§\": 1, \"config\": [‡]}\n",
        )],
        runs: &[
            "config --deployments one --runtime task",
            "config --deployments one --format json --runtime task",
            "resolve connection:a --in {dir}",
            "resolve connection:a --in {dir} --format json",
        ],
    },
    Case {
        what: "a class path that reads like a key",
        files: &[(
            "airflow.cfg",
            "[secrets]\nbackend = my.a0123456789b0123456789¤.Backend\nbackend_kwargs = {\"Qz7jKw9§\": 1}\n",
        )],
        runs: &[
            "config --deployments one --runtime task",
            "config --deployments one --format json --runtime task",
            "init --stdout",
        ],
    },
    Case {
        what: "keys of a class of the user's own",
        files: &[(
            "airflow.cfg",
            "[secrets]\nbackend = my.own.Backend\nbackend_kwargs = {\"Qz7jKw9§\": 1}\n",
        )],
        runs: &[
            "config --deployments one --runtime task",
            "config --deployments one --format json --runtime task",
            "init --stdout",
        ],
    },
    Case {
        what: "torn names on the map of a page",
        files: &[(".env", "AIRFLOW_VAR_A¶AIRFLOW_VAR_=1\nAIRFLOW_VAR_A!¶=1\n")],
        runs: &["check --env-dialect docker"],
    },
    Case {
        what: "ids of a broken file on the map of a page",
        files: &[
            (
                "airflow.cfg",
                "[secrets]\nbackend = SSM\nbackend_kwargs = {\"connections_prefix\": \"/airflow/connections\", \"variables_prefix\": \"/airflow/variables\"}\n",
            ),
            (
                "dump.json",
                "{\"Parameters\": [{\"Name\": \"/airflow/connections/§\", \"Type\": \"SecureString\", \"Value\": \"postgres://h\"}, {\"Name\": \"/airflow/connections/b\"",
            ),
        ],
        runs: &["check"],
    },
    Case {
        what: "parts of what is read in a way of its own",
        files: &[
            (
                "airflow.cfg",
                "[secrets]\nbackend = MANAGER\nbackend_kwargs = {\"are_secret_values_urlencoded\": true}\n",
            ),
            (
                "dump.json",
                "{\"SecretList\": [], \"SecretValues\": [{\"Name\": \"airflow/connections/a\", \"SecretString\": \"{\\\"user\\\": \\\"§\\\", \\\"password\\\": \\\"p\\\", \\\"conn_type\\\": \\\"postgres\\\", \\\"host\\\": \\\"h\\\"}\"}]}",
            ),
        ],
        runs: &[
            "list --airflow 2.5.0 --provider amazon=7.0.0",
            "list --format jsonl --airflow 2.5.0 --provider amazon=7.0.0",
        ],
    },
    Case {
        what: "names that a backend is asked for",
        files: &[(
            "airflow.cfg",
            "[secrets]\nbackend = SSM\nbackend_kwargs = {\"connections_prefix\": \"u:§@h\"}\n",
        )],
        runs: &[
            "resolve connection:abc-def --in {dir}",
            "resolve connection:abc-def --in {dir} --format json",
        ],
    },
    Case {
        what: "ids that DAGs ask for and that no store can hold, looked up",
        files: &[
            ("airflow.cfg", "[core]\nexecutor = LocalExecutor\n"),
            (
                "dags/d.py",
                "from airflow.hooks.base import BaseHook\nfrom airflow.models import Variable\nBaseHook.get_connection(\"postgres://u:§@h/db\")\nf(postgres_conn_id=\"x://u:§@h/db\")\nVariable.get(\"my pw §\")\nVariable.get(\"\"\"a\n§\"\"\")\nB(c=\"{{ conn['y://§'].host }}\")\nVariable.get(\"abc\")\n",
            ),
        ],
        runs: &[
            "resolve --used --in {dir}",
            "resolve --used --in {dir} --format json",
        ],
    },
    Case {
        what: "an argument that becomes a part of another, and items of a list",
        files: &[(
            "airflow.cfg",
            "[secrets]\nbackend = airflow.providers.hashicorp.secrets.vault.VaultBackend\nbackend_kwargs = {\"url\": \"http://vault:8200\", \"variables_path\": [\"a\", \"x://u:§@h\"], \"global_secrets_path\": \"postgres://u:§@h\"}\n",
        )],
        runs: &[
            "config --runtime task",
            "config --format json --runtime task",
        ],
    },
    Case {
        what: "names of a list on the map of a page",
        files: &[
            (
                "airflow.cfg",
                "[secrets]\nbackend = SSM\nbackend_kwargs = {\"connections_prefix\": \"/airflow/connections\", \"variables_prefix\": \"/airflow/variables\"}\n",
            ),
            (
                "dump.json",
                "{\"/airflow/connections/§\": \"postgres://h\", \"/airflow/connections/b\": \"postgres://h:54x\"}",
            ),
        ],
        runs: &["check"],
    },
    Case {
        what: "keys that a reference makes",
        files: &[
            (
                "docker-compose.yaml",
                "services:\n  airflow:\n    image: apache/airflow:2.11.2\n    environment:\n      AIRFLOW__SECRETS__BACKEND: SSM\n      AIRFLOW__SECRETS__BACKEND_KWARGS: '{\"Q${X}\": \"1\"}'\n",
            ),
            (".env", "X=§\n"),
        ],
        runs: &[
            "config --deployments one --runtime task",
            "config --deployments one --format json --runtime task",
        ],
    },
];
