//! The lookups of Google, Azure, Lockbox, Akeyless, Kubernetes and of environment variables.

use super::{Ask, AskCause, Lookup, PREFIXES, Skip, Unsure, Way, files, teams};
use crate::airflow::Version;
use crate::airflow::backend::attribute::Attribute;
use crate::airflow::backend::construct::PATHS;
use crate::airflow::backend::data::Habit;
use crate::inputs::EntryKind;

impl Lookup<'_, '_, '_> {
    /// `CloudSecretManagerBackend`
    pub(super) fn google(&self) -> Way<Vec<String>> {
        let prefix = self.prefix(PREFIXES)?;
        if !self.is_option() {
            self.refuse_separator("--")?;
        }
        let prefix = self.formatted(prefix)?;
        let sep = self.formatted("sep")?;
        let plain = format!("{prefix}{sep}{}", self.id);
        Ok(match self.named_team() {
            Some(team) => vec![format!("{prefix}{sep}{team}--{}", self.id), plain],
            None => vec![plain],
        })
    }

    /// `AzureKeyVaultBackend`
    pub(super) fn azure(&self) -> Way<Vec<String>> {
        let prefix_name = self.prefix(PREFIXES)?;
        let is_option = self.is_option();
        let before = !is_option && self.team.is_none() && self.does(Habit::IdsOfTeamsRefused);
        if before && teams::is_inside(&self.azure_path(None, self.id)?, "--") {
            return Err(Ask::Skips(Skip::IdOfTeam));
        }
        if self.does(Habit::TeamSeparatorRefused)
            && self.is_multi_team()
            && self.azure_path(None, self.id)?.contains("--")
        {
            return Err(Ask::Skips(Skip::TeamSeparator));
        }
        let prefix = self.value(prefix_name)?;
        let bare = prefix.as_text() == Some("") && self.does(Habit::BareIfEmpty);
        let prefix = self.formatted(prefix_name)?;
        let prefix = (!bare).then_some(prefix);
        let mut names = Vec::new();
        if let Some(team) = self.named_team() {
            // `_build_team_secret_name("", team, id)`, and then a path of its own.
            let team = self.azure_path(None, team)?;
            let id = self.azure_path(None, self.id)?;
            names.push(self.azure_path(prefix, &format!("{team}--{id}"))?);
        }
        names.push(self.azure_path(prefix, self.id)?);
        if self.does(Habit::NamesChecked) {
            let is_valid = |name: &String| {
                let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
                (1..=127).contains(&name.len()) && name.bytes().all(plain)
            };
            names.retain(is_valid);
            if names.is_empty() {
                return Err(Ask::Skips(Skip::NameInvalid));
            }
        }
        // `SecretClient(vault_url=…)`
        match self.value("vault_url")? {
            url if url.is_truthy() == Some(false) => {
                Err(self.raises("ValueError", AskCause::Url, "vault_url"))
            }
            Attribute::Json(_) => Err(self.raises("AttributeError", AskCause::Url, "vault_url")),
            _ => Ok(names),
        }
    }

    /// `AzureKeyVaultBackend.build_path`
    fn azure_path(&self, prefix: Option<&str>, id: &str) -> Way<String> {
        let sep = self.value("sep")?;
        let Attribute::Text(sep) = sep else {
            // `path.replace("_", sep)`
            return Err(self.raises("TypeError", AskCause::SepType, "sep"));
        };
        let path = match prefix {
            Some(prefix) => format!("{prefix}{sep}{id}"),
            None => id.to_owned(),
        };
        Ok(path.replace('_', sep))
    }

    /// `LockboxSecretBackend`: the names that it compares with those of the folder.
    pub(super) fn lockbox(&self) -> Way<Vec<String>> {
        let prefix = self.prefix(PREFIXES)?;
        if self.kind == EntryKind::Connection
            && self.value("yc_connection_id")?.as_text() == Some(self.id)
        {
            return Err(Ask::Skips(Skip::OwnConnection));
        }
        let twice = || match self.value("sep")? {
            Attribute::Text(sep) => Ok(sep.repeat(2)),
            // `self.sep * 2`
            _ => Err(self.raises("TypeError", AskCause::SepType, "sep")),
        };
        if !self.is_option() {
            if self.team.is_none() && self.does(Habit::IdsOfTeamsRefused) {
                let separator = twice()?;
                if separator.is_empty() {
                    // `[^]+.+`
                    return Err(self.raises(self.pattern_error(), AskCause::SepType, "sep"));
                }
                if teams::is_of_team(self.id, |c| separator.contains(c), &separator) {
                    return Err(Ask::Skips(Skip::IdOfTeam));
                }
            }
            if self.does(Habit::TeamSeparatorRefused)
                && self.is_multi_team()
                && self.id.contains(&twice()?)
            {
                return Err(Ask::Skips(Skip::TeamSeparator));
            }
        }
        let prefix = self.formatted(prefix)?;
        let sep = self.formatted("sep")?;
        let named = |key: &str| {
            if prefix.is_empty() {
                key.to_owned()
            } else {
                format!("{prefix}{sep}{key}")
            }
        };
        Ok(match self.named_team() {
            Some(team) => {
                let team = format!("{team}{}{}", twice()?, self.id);
                vec![named(&team), named(self.id)]
            }
            None => vec![named(self.id)],
        })
    }

    /// `AkeylessBackend`
    pub(super) fn akeyless(&self) -> Way<Vec<String>> {
        // `conf.get("core", "multi_team", fallback=False)`: a text, of which only "" is false, and
        // from 3.2 on the option has a default.
        let is_multi_team = if self.does(Habit::MultiTeamAsText) {
            self.multi_team.is_some() || self.airflow >= Version::new(3, 2, 0)
        } else {
            self.is_multi_team()
        };
        let global = self.value("global_secrets_path")?;
        let by_team = is_multi_team && self.is_set("use_team_secrets_path")?;
        let for_all = self.does(Habit::SeparatorRefusedForAll);
        let looks = self.does(Habit::TeamSeparatorRefused) && (for_all || self.team.is_some());
        if looks && !self.is_option() && by_team {
            let Attribute::Text(sep) = self.value("sep")? else {
                // `self.sep in key`
                return Err(self.raises("TypeError", AskCause::SepType, "sep"));
            };
            let escapes = self.team.is_some() || *global == Attribute::Null;
            if self.id.contains(sep) && escapes {
                return Err(Ask::Skips(Skip::TeamSeparator));
            }
        }
        let path = self.prefix(PATHS)?;
        // `_authenticate`, before the first request.
        let needs_token = self
            .built
            .option("access_type")
            .and_then(Attribute::as_text);
        let has_token = self
            .built
            .session
            .iter()
            .any(|kwarg| kwarg.name == "uid_token");
        if needs_token == Some("uid") && !has_token {
            return Err(self.raises("KeyError", AskCause::AccessType, "access_type"));
        }
        // `now + self._token_ttl`
        let ttl = self.value("token_ttl")?;
        if ttl.is_container() || !matches!(ttl, Attribute::Json(_)) {
            return Err(self.raises("TypeError", AskCause::TokenTtl, "token_ttl"));
        }
        let path = self.formatted(path)?;
        let sep = self.formatted("sep")?;
        let mut names = Vec::new();
        if let Some(team) = self.team.filter(|_| by_team) {
            names.push(format!("{path}{sep}{team}{sep}{}", self.id));
        }
        if is_multi_team && !self.is_option() && *global != Attribute::Null {
            let global = self.formatted("global_secrets_path")?;
            names.push(format!("{path}{sep}{global}{sep}{}", self.id));
        } else {
            names.push(format!("{path}{sep}{}", self.id));
        }
        Ok(names)
    }

    /// `KubernetesSecretsBackend`: label selectors.
    pub(super) fn kubernetes(&self) -> Way<Vec<String>> {
        const TEAM: &str = "team_label";
        if !self.is_option() && self.team.is_none() {
            self.refuse_underscores()?;
        }
        let label = self.prefix(["connections_label", "variables_label", "config_label"])?;
        let label = format!("{}={}", self.formatted(label)?, self.id);
        if !self.does(Habit::TeamNames) || !self.is_set(TEAM)? {
            return Ok(vec![label]);
        }
        let team_label = self.formatted(TEAM)?;
        let mut names = Vec::new();
        if let Some(team) = self.named_team() {
            names.push(format!("{label},{team_label}={team}"));
        }
        names.push(format!("{label},!{team_label}"));
        Ok(names)
    }

    /// `EnvironmentVariablesBackend`
    pub(super) fn environment(&self) -> Way<Vec<String>> {
        let start = match self.kind {
            EntryKind::Connection => "AIRFLOW_CONN_",
            EntryKind::Variable => "AIRFLOW_VAR_",
            EntryKind::Config => return Err(Ask::Skips(Skip::NoSuchKind)),
        };
        if self.team.is_none() {
            self.refuse_underscores()?;
        }
        self.refuse_separator("___")?;
        let id = Self::upper(self.id)?;
        let plain = format!("{start}{id}");
        Ok(match self.named_team() {
            Some(team) => vec![format!("{start}_{}___{id}", Self::upper(team)?), plain],
            None => vec![plain],
        })
    }

    /// `str.upper()`
    fn upper(text: &str) -> Way<String> {
        if text.chars().any(files::is_newly_cased) {
            return Err(Ask::Unknown(Unsure::UpperCase));
        }
        Ok(text.to_uppercase())
    }
}
