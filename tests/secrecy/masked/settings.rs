//! airflow.cfg, `.env` and what stands beside them.

use super::Case;

pub(super) const CASES: &[Case] = &[
    Case {
        what: "sections nobody knows",
        files: &[("airflow.cfg", "[§]\na = 1\n[§]\nb = 1\n")],
        runs: &["check"],
    },
    Case {
        what: "lines of a value that look like headers and options",
        files: &[(
            "airflow.cfg",
            "[core]\nfernet_key = a\n  [§]%\n  b\n  § = %x\n[database]\nsql_alchemy_conn = a\n  §: %x\n",
        )],
        runs: &["check"],
    },
    Case {
        what: "names that no name is made like",
        files: &[(
            ".env",
            "AIRFLOW_CONN_A!¶=postgres://u@h:port\nAIRFLOW_CONN_B!§=postgres://u@h:port\n",
        )],
        runs: &["check", "check --env-dialect docker"],
    },
    Case {
        what: "names that go on and on",
        files: &[(
            ".env",
            "AIRFLOW_CONN_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA§=postgres://u@h:port\n",
        )],
        runs: &["check --env-dialect docker"],
    },
    Case {
        what: "names behind a quote that is not closed",
        files: &[(
            ".env",
            "AIRFLOW_VAR_A=\"x\nairflow_conn_§=postgres://u@h:port\nairflow_var_§=x\nAIRFLOW_VAR_B=y\n",
        )],
        runs: &["check --env-dialect bash", "check --env-dialect compose"],
    },
    Case {
        what: "names that nothing is assigned to",
        files: &[(
            ".env",
            "AIRFLOW_CONN_DB§ postgres\nAIRFLOW_CONN_DB§\nAIRFLOW__CORE__FERNET_KEY§: x\n",
        )],
        runs: &[
            "check --env-dialect compose",
            "check --env-dialect python-dotenv",
            "check --env-dialect docker",
        ],
    },
    Case {
        what: "the end of a key in base64",
        files: &[(".env", "AIRFLOW_CONN_DBx§=\nAIRFLOW_CONN_DBx§==\n")],
        runs: &["check --env-dialect compose", "check --env-dialect docker"],
    },
    Case {
        what: "names with a team",
        files: &[
            (".env", "AIRFLOW_CONN__SALES___D!¶=postgres://h/s\n"),
            (
                "airflow.cfg",
                "[core]\nmulti_team = False\n[secrets]\nbackend = SSM\nbackend_kwargs = {\"connections_prefix\": \"/airflow/connections\", \"variables_prefix\": \"/airflow/variables\"}\n",
            ),
        ],
        runs: &["check --airflow 3.2.1 --provider amazon=9.28.0 --env-dialect docker"],
    },
    Case {
        what: "names of empty connections",
        files: &[(".env", "AIRFLOW_CONN_A!¶=\n")],
        runs: &["check --env-dialect docker"],
    },
    Case {
        what: "names that reach nobody",
        files: &[
            (".env", "AIRFLOW_CONN_A¶AIRFLOW_VAR_X=postgres://h\n"),
            (
                "docker-compose.yaml",
                "services:\n  airflow:\n    image: apache/airflow:2.11.2\n    environment:\n      AIRFLOW_VAR_B: x\n    command: scheduler\n",
            ),
        ],
        runs: &["check"],
    },
    Case {
        what: "names without effect",
        files: &[(
            ".env",
            "AIRFLOW_CONN_a!§=postgres://h\nAIRFLOW_CONN__A!§=postgres://h\nAIRFLOW_CORE__§=x\nAIRFLOW_CONN_a§AIRFLOW_VAR_X=postgres://h\n",
        )],
        runs: &["check", "check --env-dialect docker"],
    },
    Case {
        what: "names that two readers read differently",
        files: &[
            (
                "airflow.env",
                "AIRFLOW_VAR_B¶AIRFLOW_VAR_C=x # y\nAIRFLOW_VAR_D¶AIRFLOW_VAR_C=\"x\"\n",
            ),
            (
                "docker-compose.yml",
                "services:\n  scheduler:\n    image: apache/airflow:3.1.0\n    env_file: airflow.env\n",
            ),
            (
                "Makefile",
                "test:\n\t@docker run --rm --env-file airflow.env apache/airflow:3.1.0 dags list\n",
            ),
        ],
        runs: &["check"],
    },
    Case {
        what: "words in messages about airflow.cfg",
        files: &[(
            "airflow.cfg",
            "[§]\n§ = \"x\"\n§ = \"x\"\n  core = 1\n[core]\n§ = x ; y\n§ = %(§)s\n  fernet_key = 1\n[core_§]\nFERNET_KEY = 1\n",
        )],
        runs: &["check"],
    },
    Case {
        what: "a file that is given as the baseline",
        files: &[
            (
                "known.json",
                "{\"version\": 1, \"findings\": [{\"code\": \"AV404\", \"name\": \"§\", \"path\": \".env\", \"count\": 1, \"fingerprint\": \"00000000000000000000000000000000\", \"message\": \"§\"}]}",
            ),
            (".env", "AIRFLOW_CONN_A=postgres://u@h\n"),
        ],
        runs: &["check --baseline {dir}/known.json"],
    },
    Case {
        what: "words of an ignore",
        files: &[(
            ".env",
            "# airvane: ignore[provider-too-old-for-backend§, AV739184, §] §\nAIRFLOW_CONN_A=postgres://u@h:port\n",
        )],
        runs: &["check"],
    },
    Case {
        what: "names of variables in a reference",
        files: &[(
            ".env",
            "§=abc\nAIRFLOW__SECRETS__BACKEND=SSM\nAIRFLOW__SECRETS__BACKEND_KWARGS={\"conections_prefix\": \"x\", \"variables_prefix\": \"${§}\", \"connections_prefix\": \"${x§}\"}\n",
        )],
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
        runs: &["check"],
    },
    Case {
        what: "a comment that a fix moves",
        files: &[("airflow.cfg", "[core]\nparallelism = 3 ; §\n")],
        runs: &["check", "diff"],
    },
    Case {
        what: "names of lines that one of two readers loses",
        files: &[
            (
                "airflow.env",
                "AIRFLOW_VAR_A=1\nAIRFLOW_VAR_E¶AIRFLOW_VAR_C = x\nexport AIRFLOW_VAR_F¶AIRFLOW_VAR_C=x\n",
            ),
            (
                "docker-compose.yml",
                "services:\n  scheduler:\n    image: apache/airflow:3.1.0\n    env_file: airflow.env\n",
            ),
            (
                "airflow-scheduler.service",
                "[Service]\nEnvironmentFile=/etc/airflow/airflow.env\nExecStart=/opt/airflow/bin/airflow scheduler\n",
            ),
        ],
        runs: &["check"],
    },
];
