//! AV310: mount, path and engine of Vault that do not fit together.

use std::ops::Range;

use crate::airflow::backend::construct::Attribute;
use crate::airflow::backend::data::Habit;
use crate::airflow::backend::{Backend, Constructed, Construction, Held, Kwarg, KwargValue, held};
use crate::airflow::connection::{Failure, Reason};
use crate::airflow::lookup::Coverage;
use crate::aws::names::is_store_name;
use crate::inputs::EntryKind;
use crate::report::{Finding, Findings, Severity};
use crate::rule;
use crate::rules::kwargs::call::per_release;
use crate::rules::{Check, DeploymentContext, EntryContext};
use crate::source::{LazyText, Place, Text};
use crate::syntax::json::{self, Kind, Value};

rule! {
    /// # vault-layout
    ///
    /// ## What it does
    ///
    /// Looks at `mount_point` and the three paths of the Vault backend together:
    ///
    /// - a level `data` in the mount or at the start of a path, with version 2 of the KV engine (a
    ///   warning);
    /// - the words `None` and `null` as a text (a warning);
    /// - `mount_point: null` before release 3.3.0 of the hashicorp provider (an error), and since then
    ///   as an info: ids without a `/` are never asked for;
    /// - a path that begins with the mount once more (an info).
    ///
    /// In exports of Vault it looks at the secrets that these settings ask for: a variable or an option whose secret has
    /// no key `value`, or `null` under it (an error), and before release 2.1.0 of the hashicorp provider a connection
    /// without `conn_uri`. Since then the fields of a connection may stand there as well, which `unknown-connection-key`
    /// and `missing-conn-type` look at.
    ///
    /// ## Why is this bad?
    ///
    /// The backend asks Vault for `<mount_point>/data/<path>/<id>` with version 2 of the engine and for
    /// `<mount_point>/<path>/<id>` with version 1. `data` is put in by the client: written in the settings,
    /// it is there twice. What is not there counts as missing, and the lookup goes on without a word. The same with a
    /// secret that is there and holds its text under another key (`vault kv put secret/variables/stage stage=prod`):
    /// `VaultBackend` reads `value`.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.hashicorp.secrets.vault.VaultBackend
    /// backend_kwargs = {"url": "https://vault.example.com", "mount_point": "airflow", "connections_path": "data/connections"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:3:102: warning[AV310] vault-layout: `connections_path` holds the level `data`, which the client of version 2 of the KV engine puts in by itself: nothing is found
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.hashicorp.secrets.vault.VaultBackend
    /// backend_kwargs = {"url": "https://vault.example.com", "mount_point": "airflow", "connections_path": "connections"}
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases of the hashicorp provider. The mount is taken from the id since 3.3.0.
    ///
    /// ## References
    ///
    /// - `_VaultClient._parse_secret_path` and `get_secret` in the hashicorp provider
    /// - `VaultBackend.get_variable`, `get_config` and `get_conn_value`
    /// - <https://airflow.apache.org/docs/apache-airflow-providers-hashicorp/stable/secrets-backends/hashicorp-vault.html>
    "AV310", "vault-layout", Warning, since "0.1.0",
    checks &[Check::Deployment(check), Check::Entry(secret)],
}

const PATHS: [&str; 3] = ["connections_path", "variables_path", "config_path"];
const MOUNT: &str = "mount_point";

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for backend in cx.secrets.backends() {
        let Construction::Built(built) = backend.construct(cx.target) else {
            continue;
        };
        if built.class.short_name != VAULT {
            continue;
        }
        let vault = Vault {
            cx,
            backend,
            built: &built,
        };
        vault.mount(findings);
        for path in PATHS {
            vault.path(path, findings);
        }
    }
}

/// A secret that the backend asks for and makes nothing of.
fn secret(cx: &EntryContext<'_>, findings: &mut Findings) {
    let known = cx.backend.and_then(Backend::known_class);
    let is_asked = matches!(cx.coverage, Some(Coverage::Covered { .. }));
    if !is_asked || known.is_none_or(|known| known.class.short_name != VAULT) {
        return;
    }
    // Vault keeps objects and no texts.
    let value = cx.value.filter(|_| cx.decoded_object).map(LazyText::text);
    let (Some(kind), Some(value), Some(place)) = (cx.kind, value, cx.value_place) else {
        return;
    };
    let key = match kind {
        EntryKind::Connection => {
            let mut readings = cx.readings.iter().map(|(_, reading)| &reading.outcome);
            let is_not_there = |outcome: &Result<_, Failure>| {
                let failure = outcome.as_ref().err();
                failure.is_some_and(|failure| failure.reason == Reason::NotThere)
            };
            if cx.readings.is_empty() || !readings.all(is_not_there) {
                return;
            }
            "conn_uri"
        }
        EntryKind::Variable | EntryKind::Config => match held(VAULT, value) {
            Held::NotThere(_) => "value",
            _ => return,
        },
    };
    let Ok(tree) = json::parse(value) else {
        return;
    };
    let mut members = tree.root().members();
    let only = members.next().filter(|_| members.next().is_none());
    let (span, what) = match (tree.root().get(key), only) {
        (Some(null), _) => (null.span(), format!("nothing under the key `{key}`")),
        (None, Some(other)) => (other.key.span(), format!("no key `{key}`")),
        (None, None) => (place.span, format!("no key `{key}`")),
    };
    let name = if is_store_name(&cx.name) {
        format!("the secret `{}`", cx.name)
    } else {
        "this secret".to_owned()
    };
    let word = match kind {
        EntryKind::Config => "option",
        kind => kind.word(),
    };
    let message = format!("{name} has {what}: Airflow takes the {word} for not there");
    let place = Place::new(place.file, span);
    findings
        .report(&RULE, place, cx.subject(), message)
        .severity(Severity::Error)
        .help(format!("store it under `{key}`: `vault kv put … {key}=…`"));
}

/// What the class is called in the table of backends.
const VAULT: &str = "hashicorp_vault";

struct Vault<'c> {
    cx: &'c DeploymentContext<'c>,
    backend: &'c Backend<'c>,
    built: &'c Constructed<'c>,
}

impl Vault<'_> {
    fn written(&self, name: &str) -> Option<&Kwarg<'_>> {
        let mut options = self.built.options.iter();
        options.find(|one| one.name == name)?.written.as_ref()
    }

    fn report<'f>(
        &self,
        name: &str,
        place: Place,
        message: String,
        findings: &'f mut Findings,
    ) -> &'f mut Finding {
        let role = self.backend.role;
        let subject = format!("{}.{}.{name}", role.section(), role.kwargs_option());
        findings.report(&RULE, place, subject, message)
    }

    /// Version 2 of the KV engine, which puts `data` between mount and path: the default.
    fn is_version_2(&self) -> bool {
        match self.built.option("kv_engine_version") {
            Some(Attribute::Json(json)) => json == "2" || json == "2.0",
            Some(Attribute::Null) | None => true,
            Some(_) => false,
        }
    }

    fn mount(&self, findings: &mut Findings) {
        let Some(kwarg) = self.written(MOUNT) else {
            return;
        };
        if kwarg.value.is_known() && !kwarg.value.is_truthy() {
            self.no_mount(kwarg, findings);
            return;
        }
        for text in texts(kwarg) {
            let value = text.expose();
            if is_none(kwarg, value) {
                self.none(MOUNT, kwarg, &text, findings);
            } else if let Some(before) = value.trim_end_matches('/').strip_suffix("/data")
                && self.is_version_2()
            {
                let range = before.len() + 1..before.len() + 5;
                self.data(MOUNT, kwarg, &text, range, findings);
            }
        }
    }

    fn no_mount(&self, kwarg: &Kwarg<'_>, findings: &mut Findings) {
        let class = self.built.class;
        if class.does(Habit::MountFromId, class.release(self.cx.target)) {
            let message = format!(
                "`{MOUNT}` is {}: the first part of each id is the mount, and an id without `/` is never asked for",
                described(kwarg)
            );
            self.report(MOUNT, kwarg.value_place, message, findings)
                .severity(Severity::Info)
                .help("write the name of the mount, unless every id begins with one");
            return;
        }
        // `f"/v1/{mount_point}/…"`
        let message = format!(
            "`{MOUNT}` is {}: this release of the hashicorp provider makes no mount of it, and nothing is found",
            described(kwarg)
        );
        let severity = per_release(Severity::Error, self.cx.target);
        self.report(MOUNT, kwarg.value_place, message, findings)
            .severity(severity)
            .help("write the name of the mount, or install the hashicorp provider 3.3.0 or a later one");
    }

    fn path(&self, name: &'static str, findings: &mut Findings) {
        let Some(kwarg) = self.written(name) else {
            return;
        };
        let mount = match self.built.option(MOUNT) {
            Some(Attribute::Text(mount)) => Some(mount.trim_matches('/')),
            _ => None,
        };
        for text in texts(kwarg) {
            let value = text.expose();
            if is_none(kwarg, value) {
                self.none(name, kwarg, &text, findings);
                continue;
            }
            let start = value.len() - value.trim_start_matches('/').len();
            let repeated = mount
                .filter(|mount| !mount.is_empty())
                .and_then(|mount| value[start..].strip_prefix(mount)?.strip_prefix('/'));
            let rest = repeated.unwrap_or(&value[start..]);
            let at = value.len() - rest.len();
            if self.is_version_2() && (rest == "data" || rest.starts_with("data/")) {
                self.data(name, kwarg, &text, at..at + 4, findings);
            } else if repeated.is_some() {
                let message = format!(
                    "`{name}` begins with the mount, which the backend puts in front of it once more"
                );
                let place = place(kwarg, &text, start..at - 1);
                self.report(name, place, message, findings)
                    .severity(Severity::Info)
                    .help("leave the mount out, unless the secrets do lie below such a folder");
            }
        }
    }

    fn data(
        &self,
        name: &str,
        kwarg: &Kwarg<'_>,
        text: &Text,
        range: Range<usize>,
        findings: &mut Findings,
    ) {
        let message = format!(
            "`{name}` holds the level `data`, which the client of version 2 of the KV engine puts in by itself: nothing is found"
        );
        let place = place(kwarg, text, range);
        self.report(name, place, message, findings)
            .help("leave `data` out, as in `vault kv get`; or set `kv_engine_version` to 1 where the engine is of version 1");
    }

    fn none(&self, name: &str, kwarg: &Kwarg<'_>, text: &Text, findings: &mut Findings) {
        let message = format!(
            "`{name}` is the text `{}`: the backend asks for a folder of that name, and nothing is found",
            text.expose()
        );
        let place = place(kwarg, text, 0..text.len());
        self.report(name, place, message, findings)
            .help("write `null` without quotes");
    }
}

/// The strings of an argument that are known: itself, or those in its list.
fn texts(kwarg: &Kwarg<'_>) -> Vec<Text> {
    let strings: Vec<Text> = match &kwarg.value {
        KwargValue::Json(value) if value.kind() == Kind::Array => {
            value.items().filter_map(Value::string).collect()
        }
        value => value.string().into_iter().collect(),
    };
    strings.into_iter().filter(Text::is_known).collect()
}

/// A word that was meant as null. Variables of their own hold nothing but texts (AV213).
fn is_none(kwarg: &Kwarg<'_>, value: &str) -> bool {
    matches!(kwarg.value, KwargValue::Json(_)) && matches!(value, "None" | "none" | "null" | "NULL")
}

fn described(kwarg: &Kwarg<'_>) -> &'static str {
    match kwarg.value.kind() {
        Kind::Null => "null",
        _ => "empty",
    }
}

fn place(kwarg: &Kwarg<'_>, text: &Text, range: Range<usize>) -> Place {
    Place::new(kwarg.setting.file, text.span(range))
}
