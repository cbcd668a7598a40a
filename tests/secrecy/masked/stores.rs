//! Exports of stores, local files, and the connections in them.

use super::Case;

pub(super) const CASES: &[Case] = &[
    Case {
        what: "ids in lines, and lines that go on from another",
        files: &[
            (
                "airflow.cfg",
                "[secrets]\nbackend = airflow.secrets.local_filesystem.LocalFilesystemBackend\nbackend_kwargs = {\"connections_file_path\": \"c.env\"}\n",
            ),
            (
                "c.env",
                "a!§=postgres://u@h:port\nb=postgres://u@h:port\nx§=z\n",
            ),
        ],
        runs: &[
            "check --kind connections={dir}/c.env",
            "list --kind connections={dir}/c.env",
            "list --format jsonl --kind connections={dir}/c.env",
        ],
    },
    Case {
        what: "ids in JSON",
        files: &[
            (
                "airflow.cfg",
                "[secrets]\nbackend = airflow.secrets.local_filesystem.LocalFilesystemBackend\nbackend_kwargs = {\"connections_file_path\": \"c.json\"}\n",
            ),
            ("c.json", "{\"a!§\": \"postgres://u@h:port\"}"),
        ],
        runs: &["check --kind connections={dir}/c.json"],
    },
    Case {
        what: "ids in YAML",
        files: &[
            (
                "airflow.cfg",
                "[secrets]\nbackend = airflow.secrets.local_filesystem.LocalFilesystemBackend\nbackend_kwargs = {\"connections_file_path\": \"c.yaml\"}\n",
            ),
            ("c.yaml", "a!§: postgres://u@h:port\n"),
        ],
        runs: &["check --kind connections={dir}/c.yaml"],
    },
    Case {
        what: "names, keys, words and texts of an export",
        files: &[
            (
                "airflow.cfg",
                "[secrets]\nbackend = SSM\nbackend_kwargs = {\"connections_prefix\": \"/airflow/connections\", \"variables_prefix\": \"/airflow/variables\"}\n",
            ),
            (
                "dump.json",
                "{\"Parameters\": [{\"Name\": \"/airflow/connections/a!§\", \"Type\": \"§\", \"Value\": \"postgres://u:§@h:port\", \"§\": \"§\", \"Version\": 7391846205}]}",
            ),
        ],
        runs: &["check"],
    },
    Case {
        what: "numbers of an export",
        files: &[
            (
                "airflow.cfg",
                "[secrets]\nbackend = SSM\nbackend_kwargs = {\"connections_prefix\": \"/airflow/connections\", \"variables_prefix\": \"/airflow/variables\"}\n",
            ),
            (
                "dump.json",
                "{\"Parameters\": [{\"Name\": \"/airflow/connections/a\", \"Type\": \"String\", \"Value\": \"postgres://u@h:port\", \"Version\": ‡}]}",
            ),
        ],
        runs: &["check"],
    },
    Case {
        what: "anchors and comments of an export in YAML",
        files: &[
            (
                "airflow.cfg",
                "[secrets]\nbackend = SSM\nbackend_kwargs = {\"connections_prefix\": \"/airflow/connections\", \"variables_prefix\": \"/airflow/variables\"}\n",
            ),
            (
                "d.yaml",
                "Parameters:\n- Name: /airflow/connections/a\n  Type: String\n  Value: &§ \"postgres://u@h:port\"\n- {Name: /airflow/connections/b, Value: !!str \"postgres://u@h:port\"} # §\n",
            ),
        ],
        runs: &["check"],
    },
    Case {
        what: "schemes, keys and values of connections",
        files: &[(
            ".env",
            "AIRFLOW_CONN_A=§://u@h:port\nAIRFLOW_CONN_B={\"conn_type\": \"x\", \"§\": \"§\", \"extra\": \"§\"}\nAIRFLOW_CONN_C=postgres://h?x=§&§=1&§=2\nAIRFLOW_CONN_D={\"conn_type\": \"x\", \"conn_type\": \"y\", \"§\": 1, \"§\": 2}\n",
        )],
        runs: &["check"],
    },
    Case {
        what: "names of secrets of Vault",
        files: &[
            (
                "airflow.cfg",
                "[secrets]\nbackend = airflow.providers.hashicorp.secrets.vault.VaultBackend\nbackend_kwargs = {\"url\": \"https://vault.example.com\", \"token_path\": \"/vault/token\", \"config_path\": \"config\"}\n",
            ),
            (
                "secrets.json",
                "{\"secret/connections/a\": {\"request_id\": \"x\", \"lease_id\": \"\", \"lease_duration\": 0, \"renewable\": false, \"data\": {\"data\": {\"conn_uri\": \"postgres://h\"}, \"metadata\": {\"version\": 1}}}, \"secret/variables/a!§\": {\"request_id\": \"x\", \"lease_id\": \"\", \"lease_duration\": 0, \"renewable\": false, \"data\": {\"data\": {\"x\": \"y\"}, \"metadata\": {\"version\": 1}}}}",
            ),
        ],
        runs: &["check --kind vault={dir}/secrets.json"],
    },
    Case {
        what: "names in messages about a store",
        files: &[
            (
                "airflow.cfg",
                "[secrets]\nbackend = SSM\nbackend_kwargs = {\"connections_prefix\": \"/airflow/connections\", \"variables_prefix\": \"/airflow/variables\"}\n",
            ),
            (
                "dump.json",
                "{\"Parameters\": [{\"Name\": \"/airflow/connections/a!§\", \"Type\": \"String\", \"Value\": \"postgres://u:p@h\"}, {\"Name\": \"/airflow/connections/A!§\", \"Type\": \"String\", \"Value\": \"postgres://u:q@h\"}, {\"Name\": \"/airflow/variables/db!§\", \"Type\": \"SecureString\", \"Value\": \"postgres://u:p@h/db\"}, {\"Name\": \"/airflow/variables/smtp!§\", \"Type\": \"SecureString\", \"Value\": \"{\\\"conn_type\\\": \\\"smtp\\\", \\\"host\\\": \\\"h\\\", \\\"login\\\": \\\"l\\\", \\\"password\\\": \\\"p\\\"}\"}]}",
            ),
        ],
        runs: &["check"],
    },
    Case {
        what: "where an entry should stand",
        files: &[
            (
                "airflow.cfg",
                "[secrets]\nbackend = MANAGER\nbackend_kwargs = {\"connections_prefix\": \"a!§\", \"variables_prefix\": \"airflow/variables\"}\n",
            ),
            (
                "dump.json",
                "{\"SecretValues\": [{\"Name\": \"airflow/variables/smtp\", \"SecretString\": \"{\\\"conn_type\\\": \\\"smtp\\\", \\\"host\\\": \\\"h\\\", \\\"login\\\": \\\"l\\\", \\\"password\\\": \\\"p\\\"}\"}, {\"Name\": \"airflow/connections/b\", \"SecretString\": \"postgres://h\"}]}",
            ),
        ],
        runs: &["check"],
    },
    Case {
        what: "names that end like an ARN",
        files: &[
            (
                "airflow.cfg",
                "[secrets]\nbackend = MANAGER\nbackend_kwargs = {\"connections_prefix\": \"airflow/connections\"}\n",
            ),
            (
                "dump.json",
                "{\"SecretValues\": [{\"Name\": \"airflow/connections/a!§-Ab3dEf\", \"SecretString\": \"postgres://u:p@h\"}, {\"Name\": \"/airflow/connections/b!§\", \"SecretString\": \"postgres://u:p@h\"}]}",
            ),
        ],
        runs: &["check"],
    },
    Case {
        what: "variables that a store hides",
        files: &[
            ("airflow.cfg", "[secrets]\nbackend = MANAGER\n"),
            (".env", "AIRFLOW_CONN_A!¶=postgres://app@old/app\n"),
            (
                "dump.json",
                "{\"SecretList\": [], \"SecretValues\": [{\"Name\": \"airflow/connections/a!¤\", \"SecretString\": \"postgres://app@db/app\"}]}",
            ),
        ],
        runs: &["check --env-dialect docker"],
    },
    Case {
        what: "groups of base64 of which a part is shown",
        files: &[
            (
                "secret.yaml",
                "apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\n  labels: {airflow.apache.org/connection-id: a}\ndata:\n  value: «postgres://§@h:54x»\n  b: «postgres://u:§@h:54x»\n",
            ),
            (
                "pod.yaml",
                "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata:\n  airflow.cfg: «[secrets]\nbackend = SSM\nbackend_kwargs = {\"conections_prefix\": \"x\", \"token\": \"§\"}\n[core]\nfernet_key = %§\n§ = %x\n»\n  AIRFLOW_CONN_A: «§://u@h:54x»\n",
            ),
        ],
        runs: &["check"],
    },
    Case {
        what: "keys that stand twice",
        files: &[
            ("airflow.cfg", "[secrets]\nbackend = MANAGER\n"),
            (
                "dump.json",
                "{\"SecretList\": [], \"SecretValues\": [{\"Name\": \"airflow/connections/a\", \"SecretString\": \"{\\\"host\\\": \\\"h\\\", \\\"§\\\": \\\"1\\\", \\\"§\\\": \\\"2\\\"}\"}]}",
            ),
        ],
        runs: &["check"],
    },
    Case {
        what: "names that nothing covers",
        files: &[
            (
                "airflow.cfg",
                "[secrets]\nbackend = MANAGER\nbackend_kwargs = {\"connections_prefix\": \"airflow/connections\"}\n",
            ),
            (
                "dump.json",
                "{\"SecretValues\": [{\"Name\": \"/airflow/connections/b:§\", \"SecretString\": \"postgres://u:p@h\"},{\"Name\": \"airflow/connections/c\", \"SecretString\": \"postgres://u:p@h\"}]}",
            ),
        ],
        runs: &["check"],
    },
];
