//! Services of compose files.

use crate::{Holds, Way};

const HEAD: &str = "services:\n  db:\n    image: postgres\n    environment:\n      A: b\n  scheduler:\n    image: apache/airflow:3.3.2\n    environment:\n";

/// compose replaces what follows a `$`.
fn escaped(value: &str) -> String {
    value.replace('$', "$$")
}

fn lines(variables: &[(&str, &str)], line: fn(&str, &str) -> String) -> String {
    let lines = variables
        .iter()
        .map(|(name, value)| line(name, &escaped(value)));
    HEAD.to_owned() + &lines.collect::<String>()
}

fn single(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

fn double(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

pub(crate) const SINGLE: Way = Way {
    name: "compose in single quotes",
    path: "docker-compose.yaml",
    holds: Holds::Environment,
    write: |variables| {
        lines(variables, |name, value| {
            format!("      {name}: {}\n", single(value))
        })
    },
};

pub(crate) const DOUBLE: Way = Way {
    name: "compose in double quotes",
    path: "docker-compose.yaml",
    holds: Holds::Environment,
    write: |variables| {
        lines(variables, |name, value| {
            format!("      {name}: {}\n", double(value))
        })
    },
};

pub(crate) const LIST: Way = Way {
    name: "compose as a list",
    path: "compose.yml",
    holds: Holds::Environment,
    write: |variables| {
        lines(variables, |name, value| {
            format!("      - {}\n", single(&format!("{name}={value}")))
        })
    },
};

pub(crate) const QUOTED_VALUE_LIST: Way = Way {
    name: "compose as a list in double quotes",
    path: "compose.yml",
    holds: Holds::Environment,
    write: |variables| {
        lines(variables, |name, value| {
            format!("      - {}\n", double(&format!("{name}={value}")))
        })
    },
};

pub(crate) const LITERAL: Way = Way {
    name: "compose as blocks",
    path: "docker-compose.dev.yaml",
    holds: Holds::Environment,
    write: |variables| {
        lines(variables, |name, value| {
            format!("      {name}: |-\n        {value}\n")
        })
    },
};

pub(crate) const FOLDED: Way = Way {
    name: "compose as folded blocks",
    path: "docker-compose.yaml",
    holds: Holds::Environment,
    write: |variables| {
        lines(variables, |name, value| {
            format!(
                "      {name}: >-\n          {}\n",
                value.replace(' ', "\n          ")
            )
        })
    },
};

pub(crate) const MERGED: Way = Way {
    name: "compose through an anchor",
    path: "docker-compose.yaml",
    holds: Holds::Environment,
    write: |variables| {
        let lines = variables
            .iter()
            .map(|(name, value)| format!("    {name}: {}\n", single(&escaped(value))));
        format!(
            "x-airflow-common: &airflow-common\n  image: apache/airflow:3.3.2\n  environment: &env\n{}services:\n  \
             scheduler:\n    <<: *airflow-common\n  worker:\n    <<: *airflow-common\n    environment:\n      <<: *env\n      \
             DUMB_INIT_SETSID: \"0\"\n",
            lines.collect::<String>()
        )
    },
};

pub(crate) const DEFAULT: Way = Way {
    name: "compose by default",
    path: "docker-compose.yaml",
    holds: Holds::Environment,
    write: |variables| {
        lines(variables, |name, value| {
            let name_only: String = name.chars().filter(char::is_ascii_uppercase).collect();
            // A brace of its own would end the default.
            let default = format!("${{{name_only}_X:-{value}}}");
            format!("      {name}: {}\n", single(&default))
        })
    },
};
