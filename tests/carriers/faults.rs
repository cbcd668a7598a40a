//! What is written into every carrier: faults, with the faulty characters between the two marks, and
//! settings that are right.

/// One fault.
pub(crate) struct Fault {
    /// The rule that must speak, and no other.
    pub(crate) code: &'static str,
    /// Variables in order.
    pub(crate) variables: &'static [(&'static str, &'static str)],
}

/// Faults of a connection's value: a carrier of secrets holds the first variable's value.
pub(crate) const CONNECTIONS: [&str; 3] = ["AV404", "AV421", "AV401"];

/// Faults of the name of an environment variable.
pub(crate) const NAMES: [&str; 1] = ["AV012"];

const BACKEND: &str = "AIRFLOW__SECRETS__BACKEND";
const KWARGS: &str = "AIRFLOW__SECRETS__BACKEND_KWARGS";
const SSM: &str =
    "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend";

pub(crate) const FAULTS: &[Fault] = &[
    Fault {
        code: "AV101",
        variables: &[(
            BACKEND,
            "airflow.providers.amazon.aws.secrets.\u{e000}system_manager\u{e001}.SystemsManagerParameterStoreBackend",
        )],
    },
    Fault {
        code: "AV201",
        variables: &[
            (BACKEND, SSM),
            (
                KWARGS,
                "{\"connections_prefix\": \"/airflow/connections\"\u{e000},\u{e001}}",
            ),
        ],
    },
    Fault {
        code: "AV203",
        variables: &[
            (BACKEND, SSM),
            (
                KWARGS,
                "{\"\u{e000}connection_prefix\u{e001}\": \"/airflow/connections\", \"region_name\": \"eu-west-1\"}",
            ),
        ],
    },
    Fault {
        code: "AV209",
        variables: &[
            (BACKEND, SSM),
            (
                KWARGS,
                "{\"role_arn\": \"arn:aws:iam::\u{e000}12345\u{e001}:role/airflow\", \"region_name\": \"eu-west-1\"}",
            ),
        ],
    },
    Fault {
        code: "AV210",
        variables: &[
            (BACKEND, SSM),
            (KWARGS, "{\"region_name\": \"eu-west-1\u{e000}a\u{e001}\"}"),
        ],
    },
    Fault {
        code: "AV304",
        variables: &[
            (BACKEND, SSM),
            (
                KWARGS,
                "{\"connections_prefix\": \"/airflow\u{e000}//\u{e001}connections\", \"region_name\": \"eu-west-1\"}",
            ),
        ],
    },
    Fault {
        code: "AV404",
        variables: &[(
            "AIRFLOW_CONN_ORDERS",
            "postgres://etl:p%40ss@db.example.com:\u{e000}54x32\u{e001}/orders",
        )],
    },
    Fault {
        code: "AV421",
        variables: &[(
            "AIRFLOW_CONN_ORDERS",
            "{\"conn_type\": \"postgres\", \u{e000}\"hots\"\u{e001}: \"db.example.com\"}",
        )],
    },
    Fault {
        code: "AV401",
        variables: &[(
            "AIRFLOW_CONN_ORDERS",
            "\u{e000}db.example.com/orders\u{e001}",
        )],
    },
    Fault {
        code: "AV012",
        variables: &[(
            "\u{e000}AIRFLOW_CONN_orders\u{e001}",
            "postgres://etl:p%40ss@db.example.com:5432/orders",
        )],
    },
];

/// Nothing is said of any of these.
pub(crate) const RIGHT: &[&[(&str, &str)]] = &[
    &[(BACKEND, SSM)],
    &[
        (BACKEND, SSM),
        (
            KWARGS,
            "{\"connections_prefix\": \"/airflow/connections\", \"region_name\": \"eu-west-1\"}",
        ),
    ],
    &[
        (BACKEND, SSM),
        (
            KWARGS,
            "{\"connections_lookup_pattern\": \"^smtp_.*$\", \"region_name\": \"eu-west-1\"}",
        ),
    ],
    &[
        (BACKEND, SSM),
        (
            KWARGS,
            "{\"role_arn\": \"arn:aws:iam::123456789012:role/airflow\", \"region_name\": \"eu-west-1\"}",
        ),
    ],
    &[
        (BACKEND, SSM),
        (
            KWARGS,
            "{\"variables_prefix\": null, \"region_name\": \"eu-west-1\"}",
        ),
    ],
    &[("AIRFLOW__CORE__EXECUTOR", "LocalExecutor")],
    &[(
        "AIRFLOW__LOGGING__LOG_FORMAT",
        "[%%(asctime)s] - %%(message)s",
    )],
    &[(
        "AIRFLOW_CONN_ORDERS",
        "postgres://etl:p%40ss@db.example.com:5432/orders?sslmode=require",
    )],
    &[(
        "AIRFLOW_CONN_ORDERS",
        "{\"conn_type\": \"postgres\", \"host\": \"db.example.com\", \"password\": \"a'b#c$\"}",
    )],
    &[(
        "AIRFLOW_CONN_ORDERS",
        "{\"conn_type\": \"http\", \"host\": \"https://api.example.com\", \"extra\": {\"timeout\": 5}}",
    )],
];
