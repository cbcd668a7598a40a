//! Units of systemd.

use crate::{Holds, Way};

pub(crate) const DOUBLE: Way = Way {
    name: "systemd, double quotes",
    path: "airflow.service",
    holds: Holds::Environment,
    write: |variables| {
        let each = variables
            .iter()
            .map(|(name, value)| format!("Environment=\"{name}={}\"\n", escaped(value, '"')));
        unit(&each.collect::<String>())
    },
};

pub(crate) const SINGLE: Way = Way {
    name: "systemd, single quotes",
    path: "override.conf",
    holds: Holds::Environment,
    write: |variables| {
        let each = variables
            .iter()
            .map(|(name, value)| format!("Environment={name}='{}'\n", escaped(value, '\'')));
        unit(&each.collect::<String>())
    },
};

pub(crate) const JOINED: Way = Way {
    name: "systemd, several in one",
    path: "airflow.service",
    holds: Holds::Environment,
    write: |variables| {
        let each = variables
            .iter()
            .map(|(name, value)| format!(" '{name}={}' \\\n", escaped(value, '\'')));
        unit(&format!(
            "Environment=A=1 \\\n{}  B=2\n",
            each.collect::<String>()
        ))
    },
};

fn unit(environment: &str) -> String {
    format!(
        "[Unit]\nDescription=Airflow\n\n[Service]\n# told\n{environment}ExecStart=/opt/airflow/bin/airflow scheduler\n"
    )
}

fn escaped(value: &str, quote: char) -> String {
    value
        .replace('\\', "\\\\")
        .replace(quote, &format!("\\{quote}"))
        .replace('%', "%%")
}
