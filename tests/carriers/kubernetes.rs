//! Manifests and values of Helm charts.

use serde_json::json;

use crate::{Holds, MARKS, Way};

type Variables<'a> = &'a [(&'a str, &'a str)];

const fn way(name: &'static str, write: fn(Variables<'_>) -> String) -> Way {
    Way {
        name,
        path: "manifest.yaml",
        holds: Holds::Environment,
        write,
    }
}

pub(crate) const WAYS: &[Way] = &[
    way("k8s double-quoted", |variables| {
        pod(&env(variables, double))
    }),
    way("k8s single-quoted", |variables| {
        pod(&env(variables, single))
    }),
    way("k8s block", |variables| {
        pod(&env(variables, |value| format!("|-\n    {value}")))
    }),
    way("k8s folded", |variables| {
        pod(&env(variables, |value| format!(">-\n    {value}")))
    }),
    Way {
        name: "k8s json",
        path: "manifest.json",
        holds: Holds::Environment,
        write: |variables| {
            let env: Vec<_> = variables
                .iter()
                .map(|(name, value)| json!({"name": name, "value": value}))
                .collect();
            let spec = json!({"containers": [{"name": "base", "env": env}]});
            json!({"apiVersion": "v1", "kind": "Pod", "spec": spec}).to_string()
        },
    },
    way("k8s secret in base64", |variables| {
        let data = map(variables, base64);
        let object =
            format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: keys\ndata:\n{data}---\n");
        object + &pod("- envFrom:\n    - secretRef:\n        name: keys\n")
    }),
    way("k8s secret", |variables| {
        format!(
            "apiVersion: v1\nkind: Secret\nstringData:\n{}",
            map(variables, single)
        )
    }),
    Way {
        holds: Holds::Options,
        ..way("k8s airflow.cfg", |variables| {
            let file = cfg(variables).replace('\n', "\n    ");
            format!("apiVersion: v1\nkind: ConfigMap\ndata:\n  airflow.cfg: |\n    {file}\n")
        })
    },
    way("k8s pod template in a map", |variables| {
        let template = format!(
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - env:\n{}",
            env(variables, double)
        );
        let template = template
            .replace("\n- name", "\n      - name")
            .replace("\n  value", "\n        value")
            .replace('\n', "\n    ");
        format!("apiVersion: v1\nkind: ConfigMap\ndata:\n  pod_template.yaml: |\n    {template}\n")
    }),
    Way {
        path: "kustomization.yaml",
        ..way("kustomize", |variables| {
            let literals = variables
                .iter()
                .map(|(name, value)| format!("      - {}\n", single(&format!("{name}={value}"))));
            let literals: String = literals.collect();
            format!("configMapGenerator:\n  - name: env\n    literals:\n{literals}")
        })
    },
    way("k8s flux values", |variables| {
        let list = env(variables, double).replace('\n', "\n      ");
        format!(
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec:\n  chart:\n    spec:\n      chart: airflow\n  \
             values:\n    env:\n      {}\n",
            list.trim_end()
        )
    }),
    way("k8s argo values", |variables| {
        argo("env:", &env(variables, double))
    }),
    way("k8s argo extraEnv in values", |variables| {
        argo("extraEnv: |", &env(variables, single))
    }),
    helm("helm env", |variables| {
        format!("airflowVersion: 3.0.0\nenv:\n{}", env(variables, double))
    }),
    helm("helm extraEnv", |variables| {
        let list = env(variables, single).replace('\n', "\n  ");
        format!(
            "airflowVersion: 3.0.0\nextraEnv: |\n  {}\n",
            list.trim_end()
        )
    }),
    helm("helm community", |variables| {
        format!(
            "airflow:\n  config:\n{}",
            map(variables, double)
                .replace("  AIRFLOW", "    AIRFLOW")
                .replace("  OTHER", "    OTHER")
                .replace("  \u{e000}", "    \u{e000}")
        )
    }),
    Way {
        holds: Holds::Options,
        ..helm("helm config", |variables| {
            let mut text = String::from("airflowVersion: 3.0.0\nconfig:\n");
            for (section, option, value) in options(variables) {
                text.extend([format!("  {section}:\n    {option}: {}\n", single(value))]);
            }
            text.replace("\n  secrets:\n    backend_kwargs", "\n    backend_kwargs")
        })
    },
];

/// An application of Argo CD with this list below a key of its values.
fn argo(key: &str, list: &str) -> String {
    let list = list.replace('\n', "\n          ");
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    chart: airflow\n    helm:\n      \
         values: |\n        {key}\n          {}\n",
        list.trim_end()
    )
}

const fn helm(name: &'static str, write: fn(Variables<'_>) -> String) -> Way {
    Way {
        path: "values.yaml",
        ..way(name, write)
    }
}

fn pod(list: &str) -> String {
    let list = if list.starts_with("- envFrom") {
        list.to_owned()
    } else {
        format!("- env:\n{list}")
    };
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: airflow\nspec:\n  containers:\n  {}\n",
        indented(&list)
    )
}

fn indented(list: &str) -> String {
    list.trim_end().replace('\n', "\n    ")
}

fn env(variables: Variables<'_>, quote: fn(&str) -> String) -> String {
    let items = variables
        .iter()
        .map(|(name, value)| format!("- name: {name}\n  value: {}\n", quote(value)));
    items.collect()
}

fn map(variables: Variables<'_>, quote: fn(&str) -> String) -> String {
    let members = variables
        .iter()
        .map(|(name, value)| format!("  {name}: {}\n", quote(value)));
    members.collect()
}

fn options(variables: Variables<'_>) -> Vec<(String, String, &str)> {
    let options = variables.iter().filter_map(|(name, value)| {
        let (section, option) = name.strip_prefix("AIRFLOW__")?.split_once("__")?;
        Some((section.to_lowercase(), option.to_lowercase(), *value))
    });
    options.collect()
}

fn cfg(variables: Variables<'_>) -> String {
    let mut last = String::new();
    let mut text = String::new();
    for (section, option, value) in options(variables) {
        if section != last {
            text.extend([format!("[{section}]\n")]);
            last = section;
        }
        text.extend([format!("{option} = {value}\n")]);
    }
    text
}

fn double(value: &str) -> String {
    json!(value).to_string()
}

fn single(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

/// The marks go around the groups in which what they stand around is.
fn base64(value: &str) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let at = |mark: char| value.find(mark);
    let plain = value.replace(MARKS, "");
    let mut encoded = String::new();
    for group in plain.as_bytes().chunks(3) {
        let mut bytes = [0; 4];
        bytes[1..=group.len()].copy_from_slice(group);
        let bits = u32::from_be_bytes(bytes);
        for place in 0..4 {
            let six = (bits >> (18 - 6 * place)) & 63;
            let letter = ALPHABET[usize::try_from(six).unwrap()];
            encoded.push(if place <= group.len() {
                char::from(letter)
            } else {
                '='
            });
        }
    }
    if let (Some(open), Some(close)) = (at(MARKS[0]), at(MARKS[1])) {
        let close = close - MARKS[0].len_utf8();
        encoded.insert(close.div_ceil(3) * 4, MARKS[1]);
        encoded.insert(open / 3 * 4, MARKS[0]);
    }
    encoded
}
