//! The options of the backend.

use super::Case;

pub(super) const CASES: &[Case] = &[
    Case {
        what: "a value behind a fault",
        files: &[(
            "airflow.cfg",
            "[secrets]\nbackend = SSM\nbackend_kwargs = {\"connections_prefix\": \"airflow\" \"§\"}\n",
        )],
        runs: &[
            "check",
            "config --deployments one --runtime task",
            "config --deployments one --format json --runtime task",
        ],
    },
    Case {
        what: "the text in which a fault lies",
        files: &[(
            "airflow.cfg",
            "[secrets]\nbackend = SSM\nbackend_kwargs = {\"connections_prefix\": \"§\\q\"}\n",
        )],
        runs: &[
            "check",
            "config --deployments one --runtime task",
            "config --deployments one --format json --runtime task",
        ],
    },
    Case {
        what: "keys that read like passwords",
        files: &[(
            "airflow.cfg",
            "[secrets]\nbackend = SSM\nbackend_kwargs = {\"Qz7jKw9§\": 1, \"conections_prefix\": \"x\"}\n",
        )],
        runs: &[
            "check",
            "config --deployments one --runtime task",
            "config --deployments one --format json --runtime task",
        ],
    },
    Case {
        what: "keys with other signs",
        files: &[(
            "airflow.cfg",
            "[secrets]\nbackend = SSM\nbackend_kwargs = {\"Q!§\": 1, \"conections_prefix\": \"x\"}\n",
        )],
        runs: &[
            "check",
            "config --deployments one --runtime task",
            "config --deployments one --format json --runtime task",
        ],
    },
    Case {
        what: "keys inside, and values of kinds that are not public",
        files: &[(
            "airflow.cfg",
            "[secrets]\nbackend = SSM\nbackend_kwargs = {\"assume_role_kwargs\": {\"§\": 1}, \"region_name\": \"§\", \"aws_secret_access_key\": \"§\"}\n",
        )],
        runs: &[
            "check",
            "config --deployments one --runtime task",
            "config --deployments one --format json --runtime task",
        ],
    },
    Case {
        what: "texts in a list",
        files: &[(
            "airflow.cfg",
            "[secrets]\nbackend = SSM\nbackend_kwargs = {\"connections_prefix\": [\"§\"]}\n",
        )],
        runs: &[
            "check",
            "config --deployments one --runtime task",
            "config --deployments one --format json --runtime task",
        ],
    },
    Case {
        what: "numbers in the place of names",
        files: &[(
            "airflow.cfg",
            "[secrets]\nbackend = SSM\nbackend_kwargs = {\"connections_prefix\": 7391846205}\n",
        )],
        runs: &[
            "check",
            "config --deployments one --runtime task",
            "config --deployments one --format json --runtime task",
        ],
    },
    Case {
        what: "numbers in the place of names, with a fraction",
        files: &[(
            "airflow.cfg",
            "[secrets]\nbackend = SSM\nbackend_kwargs = {\"connections_prefix\": 7391846205.5, \"x\": 7391846205}\n",
        )],
        runs: &[
            "check",
            "config --deployments one --runtime task",
            "config --deployments one --format json --runtime task",
        ],
    },
    Case {
        what: "credentials in a URL",
        files: &[(
            "airflow.cfg",
            "[secrets]\nbackend = SSM\nbackend_kwargs = {\"endpoint_url\": \"https://§@h/\", \"conections_prefix\": \"u:§@h\"}\n",
        )],
        runs: &[
            "check",
            "config --deployments one --runtime task",
            "config --deployments one --format json --runtime task",
        ],
    },
    Case {
        what: "values of secret kinds",
        files: &[(
            "airflow.cfg",
            "[secrets]\nbackend = SSM\nbackend_kwargs = {\"token\": \"§\", \"connections_prefix\": 1}\n",
        )],
        runs: &[
            "check",
            "config --deployments one --runtime task",
            "config --deployments one --format json --runtime task",
        ],
    },
    Case {
        what: "a class path that is none",
        files: &[(
            "airflow.cfg",
            "[secrets]\nbackend = §\nbackend_kwargs = {}\n",
        )],
        runs: &[
            "check",
            "config --deployments one --runtime task",
            "resolve connection:a --in {dir}",
            "config --deployments one --format json --runtime task",
        ],
    },
    Case {
        what: "words beside a class path",
        files: &[(
            "airflow.cfg",
            "[secrets]\nbackend = SSM §\nbackend_kwargs = {}\n",
        )],
        runs: &["check"],
    },
    Case {
        what: "a class path with a blank sign",
        files: &[(".env", "AIRFLOW__SECRETS__BACKEND=a.§!\n")],
        runs: &[
            "check",
            "config --deployments one --runtime task",
            "resolve connection:a --in {dir}",
            "config --deployments one --format json --runtime task",
        ],
    },
    Case {
        what: "an argument of its own variable",
        files: &[
            ("airflow.cfg", "[secrets]\nbackend = SSM\n"),
            (".env", "AIRFLOW__SECRETS__BACKEND_KWARG__TOKEN=§\n"),
        ],
        runs: &["check --airflow 3.3.2"],
    },
    Case {
        what: "an argument that one of two classes hides",
        files: &[
            (
                "airflow.cfg",
                "[secrets]\nbackend_kwargs = {\"profile_name\": \"§\", \"conections_prefix\": \"x\"}\n",
            ),
            (".env", "AIRFLOW__SECRETS__BACKEND=SSM\n"),
            (
                ".env.prod",
                "AIRFLOW__SECRETS__BACKEND=airflow.providers.hashicorp.secrets.vault.VaultBackend\n",
            ),
        ],
        runs: &["check"],
    },
    Case {
        what: "the key of an argument of its own variable",
        files: &[
            ("airflow.cfg", "[secrets]\nbackend = SSM\n"),
            (".env", "AIRFLOW__SECRETS__BACKEND_KWARG__Q!¶=1\n"),
        ],
        runs: &["check --airflow 3.3.2 --env-dialect docker"],
    },
];
