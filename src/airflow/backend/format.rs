//! How the texts that a backend finds become connections: `deserialize_connection` and what the
//! classes do before it.

use super::Kwarg;
use super::attribute::Attribute;
use super::construct::Constructed;
use super::data::{Habit, class_named};
use super::stored::vault_way;
use crate::airflow::connection::{ALIASES, Format, Local, OwnWay, Steps, Vault, Words};
use crate::airflow::{Target, Version};
use crate::inputs::Kind;
use crate::syntax::json;

const ENCODED: &str = "are_secret_values_urlencoded";

/// First release of the amazon provider whose Secrets Manager backend reads JSON and URIs alike.
const BOTH_FORMS: Version = Version::new(7, 0, 0);

impl Constructed<'_> {
    /// How a stored text becomes a connection. `None`: in a way that is not modelled, or there is
    /// no text (metadata database, Execution API); entries of local files that are JSON know their
    /// own (`Format::of`).
    pub fn connection_format(&self, target: &Target) -> Option<Format> {
        match self.class.short_name.as_str() {
            "aws_secrets_manager" => self.secrets_manager(target),
            "hashicorp_vault" => self.vault(target),
            "akeyless" => Some(Format::Akeyless),
            "aws_ssm"
            | "gcp_secret_manager"
            | "azure_key_vault"
            | "yandex_lockbox"
            | "kubernetes_secrets"
            | "environment_variables" => Some(Format::Airflow),
            "local_filesystem" => {
                let file = self.option("connections_file_path")?.as_text()?;
                let is_env = file.to_lowercase().ends_with(".env");
                is_env.then_some(Format::Local(Local::Text))
            }
            _ => None,
        }
    }

    fn secrets_manager(&self, target: &Target) -> Option<Format> {
        let amazon = target.amazon();
        if amazon < BOTH_FORMS {
            let is_whole = match self.option("full_url_mode") {
                Some(value) => value.is_truthy()?,
                None => true,
            };
            // With `True` the text is handed over as it is.
            if is_whole {
                return Some(Format::Airflow);
            }
            let steps = if self.class.does(Habit::FieldsOfConnection, Some(amazon)) {
                Steps::Connection
            } else {
                let tests_text = self.class.does(Habit::TextTested, Some(amazon));
                Steps::Uri { tests_text }
            };
            let decodes = match self.option(ENCODED) {
                Some(value) if steps == Steps::Connection => value.is_truthy()?,
                _ => false,
            };
            return self.own_way(steps, decodes);
        }
        if self.class.does(Habit::PercentDecoded, Some(amazon)) {
            let decoded = self.option(ENCODED).map(Attribute::is_truthy);
            if decoded.unwrap_or(Some(false))? {
                return self.own_way(Steps::Json, true);
            }
        }
        Some(Format::SecretsManager {
            extra_conn_words: self.extra_conn_words(),
        })
    }

    fn vault(&self, target: &Target) -> Option<Format> {
        let vault = self.vault_way(target);
        // Airflow 3 knows no `get_conn_uri`.
        let is_known = vault != Vault::Uri || target.airflow < Version::new(3, 0, 0);
        is_known.then_some(Format::Vault(vault))
    }

    fn own_way(&self, steps: Steps, decodes: bool) -> Option<Format> {
        Some(Format::OwnWay(OwnWay {
            steps,
            decodes,
            words: self.words(steps)?,
        }))
    }

    /// `possible_words_for_conn_fields[field].extend(words)` for every item of `extra_conn_words`: the
    /// words, or what that raises. `None`: they are not known.
    fn words(&self, steps: Steps) -> Option<Words> {
        let Some(kwarg) = self.given("extra_conn_words") else {
            let value = self.option("extra_conn_words");
            return value
                .is_none_or(|value| value.is_truthy() == Some(false))
                .then_some(Ok(Vec::new()));
        };
        if !kwarg.value.is_known() {
            return None;
        }
        let Some(object) = kwarg.value.json() else {
            // Text has no `items()`.
            return Some(if kwarg.value.is_truthy() {
                Err("AttributeError")
            } else {
                Ok(Vec::new())
            });
        };
        if !object.is_truthy() {
            return Some(Ok(Vec::new()));
        }
        if object.kind() != json::Kind::Object {
            return Some(Err("AttributeError"));
        }
        let mut words = Vec::new();
        for member in object.effective_members() {
            let field = member.key.as_str().unwrap_or_default().into_owned();
            let is_field = match steps {
                Steps::Json => field == "user" || is_alias_field(&field),
                Steps::Connection => field == "user" || field != "login" && is_alias_field(&field),
                Steps::Uri { .. } => {
                    let others = ["login", "extra"];
                    field == "user" || !others.contains(&field.as_str()) && is_alias_field(&field)
                }
            };
            if !is_field {
                return Some(Err("KeyError"));
            }
            let value = member.value;
            let list: Vec<String> = match value.kind() {
                json::Kind::String => {
                    let letters = value.as_str().unwrap_or_default();
                    letters.chars().map(String::from).collect()
                }
                json::Kind::Array => {
                    let items = value.items();
                    items
                        .filter_map(|item| Some(item.as_str()?.into_owned()))
                        .collect()
                }
                json::Kind::Object => {
                    let keys = value.members();
                    keys.filter_map(|key| Some(key.key.as_str()?.into_owned()))
                        .collect()
                }
                _ => return Some(Err("TypeError")),
            };
            words.push((field, list));
        }
        Some(Ok(words))
    }

    /// `extra_conn_words={"user": ["username"]}`
    fn extra_conn_words(&self) -> Vec<(String, Vec<String>)> {
        let object = self
            .given("extra_conn_words")
            .and_then(|kwarg| kwarg.value.json());
        let Some(object) = object else {
            return Vec::new();
        };
        object
            .members()
            .filter_map(|member| {
                let field = member.key.as_str()?.into_owned();
                // `list.extend("usr")` takes the letters.
                if let Some(letters) = member.value.as_str() {
                    return Some((field, letters.chars().map(String::from).collect()));
                }
                let words = member.value.items();
                let words = words.filter_map(|word| Some(word.as_str()?.into_owned()));
                Some((field, words.collect()))
            })
            .collect()
    }

    /// What `_standardize_secret_keys` raises of every JSON value because of `extra_conn_words`: it calls
    /// `items()` of them, and `extend()` with each.
    pub fn words_exception(&self, target: &Target) -> Option<&'static str> {
        let is_aliased = matches!(
            self.connection_format(target),
            Some(Format::SecretsManager { .. })
        );
        let words = self.given("extra_conn_words").filter(|_| is_aliased)?;
        let Some(words) = words.value.json() else {
            return words.value.is_truthy().then_some("AttributeError");
        };
        if !words.is_truthy() {
            return None;
        }
        if words.kind() != json::Kind::Object {
            return Some("AttributeError");
        }
        let is_iterable = |value: json::Value<'_>| {
            matches!(
                value.kind(),
                json::Kind::Array | json::Kind::Object | json::Kind::String
            )
        };
        let mut members = words.members();
        members
            .any(|member| !is_iterable(member.value))
            .then_some("TypeError")
    }

    /// The keyword argument as written, declared or not.
    fn given(&self, name: &str) -> Option<&Kwarg<'_>> {
        let declared = self.options.iter().find(|argument| argument.name == name);
        let declared = declared.and_then(|argument| argument.written.as_ref());
        declared.or_else(|| self.session.iter().find(|kwarg| kwarg.name == name))
    }
}

fn is_alias_field(field: &str) -> bool {
    ALIASES.iter().any(|(known, _)| *known == field)
}

/// What the values of a store are taken for where no settings say which class reads them. A flat
/// map may come from Secrets Manager, whose reader takes more.
pub fn format_of_store(kind: Kind, target: &Target) -> Format {
    match kind {
        Kind::Vault => match class_named("hashicorp_vault") {
            Some(class) => Format::Vault(vault_way(class, target)),
            None => Format::Airflow,
        },
        Kind::SecretsManager | Kind::FlatStore if target.amazon() >= BOTH_FORMS => {
            Format::SecretsManager {
                extra_conn_words: Vec::new(),
            }
        }
        _ => Format::Airflow,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_without_settings_may_be_secrets_manager() {
        let target = Target::chosen("3.3.2").with("amazon", "9.39.0");
        assert!(format_of_store(Kind::FlatStore, &target).is_secrets_manager());
        assert_eq!(format_of_store(Kind::Ssm, &target), Format::Airflow);
        let old = Target::chosen("2.5.0").with("amazon", "6.2.0");
        assert_eq!(format_of_store(Kind::SecretsManager, &old), Format::Airflow);
    }
}
