//! Scripts.

use crate::{Holds, Way};

pub(crate) const SINGLE: Way = Way {
    name: "export '…'",
    path: "run.sh",
    holds: Holds::Environment,
    write: |variables| exports(variables, single),
};

pub(crate) const DOUBLE: Way = Way {
    name: "export \"…\"",
    path: "run.sh",
    holds: Holds::Environment,
    write: |variables| exports(variables, double),
};

pub(crate) const ANSI: Way = Way {
    name: "export $'…'",
    path: "run.sh",
    holds: Holds::Environment,
    write: |variables| {
        exports(variables, |value| {
            format!("$'{}'", escaped(value, &['\\', '\'']))
        })
    },
};

pub(crate) const COMMAND: Way = Way {
    name: "before a command",
    path: "run.sh",
    holds: Holds::Environment,
    write: |variables| {
        let set = variables
            .iter()
            .map(|(name, value)| format!("{name}={} \\\n  ", single(value)));
        format!("#!/bin/sh\n{}airflow scheduler\n", set.collect::<String>())
    },
};

pub(crate) const DEPLOYMENT: Way = Way {
    name: "astro deployment variable create",
    path: "deploy.sh",
    holds: Holds::Environment,
    write: |variables| {
        let each = variables.iter().map(|(name, value)| {
            let value = single(value);
            format!(
                "astro deployment variable create --deployment-id abc {name}={value} --secret\n"
            )
        });
        each.collect()
    },
};

pub(crate) const PARAMETERS: Way = Way {
    name: "aws ssm put-parameter",
    path: "fill.sh",
    holds: Holds::Secrets,
    write: |secrets| {
        let each = secrets.iter().map(|(id, value)| {
            let value = double(value);
            format!("aws ssm put-parameter --type SecureString \\\n  --name /airflow/connections/{id} --value {value}\n")
        });
        each.collect()
    },
};

pub(crate) const SECRETS: Way = Way {
    name: "aws secretsmanager",
    path: "fill.sh",
    holds: Holds::Secrets,
    write: |secrets| {
        let each = secrets.iter().enumerate().map(|(number, (id, value))| {
            let value = single(value);
            let command = if number == 0 {
                "create-secret --name"
            } else {
                "put-secret-value --secret-id"
            };
            format!(
                "aws secretsmanager {command} airflow/connections/{id} --secret-string={value}\n"
            )
        });
        each.collect()
    },
};

pub(crate) const CONNECTIONS: Way = Way {
    name: "airflow connections add",
    path: "init.sh",
    holds: Holds::Secrets,
    write: |secrets| {
        let each = secrets.iter().map(|(id, value)| {
            let option = if value.starts_with('{') {
                "json"
            } else {
                "uri"
            };
            format!(
                "airflow connections add {id} --conn-{option} {}\n",
                single(value)
            )
        });
        each.collect()
    },
};

fn exports(variables: &[(&str, &str)], quoted: fn(&str) -> String) -> String {
    let each = variables
        .iter()
        .map(|(name, value)| format!("export {name}={}\n", quoted(value)));
    format!(
        "#!/usr/bin/env bash\nset -euo pipefail\n{}exec airflow \"$@\"\n",
        each.collect::<String>()
    )
}

fn single(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

fn double(value: &str) -> String {
    format!("\"{}\"", escaped(value, &['\\', '"', '$', '`']))
}

fn escaped(value: &str, special: &[char]) -> String {
    let escape = |c: char| {
        if special.contains(&c) {
            format!("\\{c}")
        } else {
            c.to_string()
        }
    };
    value.chars().map(escape).collect()
}
