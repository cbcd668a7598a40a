//! The lookups of `VaultBackend`: names as `vault kv get` takes them, mount first.

use super::{Ask, AskCause, AskFault, Lookup, Skip, Unsure, Way};
use crate::airflow::backend::attribute::Attribute;
use crate::airflow::backend::construct::PATHS;
use crate::airflow::backend::data::Habit;

/// What `hvac.Client` takes beside what the class declares.
const CLIENT: [&str; 7] = [
    "verify",
    "cert",
    "proxies",
    "timeout",
    "namespace",
    "allow_redirects",
    "session",
];
/// What only some releases of its adapter take.
const ADAPTER: [&str; 4] = [
    "adapter",
    "strict_http",
    "request_header",
    "ignore_exceptions",
];

impl Lookup<'_, '_, '_> {
    pub(super) fn vault(&self) -> Way<Vec<String>> {
        let path = self.of_kind(PATHS);
        let bases = self.bases(path)?;
        if bases.is_empty() {
            return Err(Ask::Skips(Skip::PrefixNull));
        }
        let by_team = self.is_multi_team()
            && self.built.option("use_team_secrets_path").is_some()
            && self.is_set("use_team_secrets_path")?
            && !self.is_option();
        let has_mount = self.is_set("mount_point")? || !self.does(Habit::MountFromId);
        let (mount, key) = if has_mount {
            ("", Some(self.id))
        } else {
            match self.id.split_once('/') {
                Some((mount, key)) => (mount, Some(key)),
                None => ("", None),
            }
        };
        let refused = by_team && self.team.is_none() && key.is_some_and(|key| key.contains('/'));
        if refused && self.does(Habit::TeamSeparatorRefused) {
            return Err(Ask::Skips(Skip::TeamSeparator));
        }
        let Some(key) = key else {
            return Err(Ask::Skips(Skip::NoMount));
        };
        let mut names = Vec::new();
        for base in self.with_teams(bases, by_team)? {
            let path = if base.is_empty() && self.does(Habit::BareIfEmpty) {
                key.to_owned()
            } else {
                format!("{base}/{key}")
            };
            if has_mount {
                names.push(format!("{}/{path}", self.formatted("mount_point")?));
                continue;
            }
            // `_parse_secret_path` of the client cuts the mount off again; without a second part
            // it raises InvalidPath, which counts as missing.
            let whole = if mount.is_empty() {
                path
            } else {
                format!("{mount}/{path}")
            };
            if whole.contains('/') {
                names.push(whole);
            }
        }
        if names.is_empty() {
            return Err(Ask::Skips(Skip::NoMount));
        }
        self.hvac()?;
        Ok(names)
    }

    /// The paths of the kind.
    fn bases(&self, name: &'static str) -> Way<Vec<String>> {
        match self.value(name)? {
            Attribute::Text(path) => Ok(vec![path.clone()]),
            Attribute::Json(json) => {
                serde_json::from_str(json).map_err(|_| Ask::Unknown(Unsure::Argument(name)))
            }
            Attribute::Null | Attribute::Unknown => Ok(Vec::new()),
        }
    }

    /// `_get_team_or_global_secret` of 4.6.0 to 4.7.2, `_get_secret` since 4.8.0.
    fn with_teams(&self, bases: Vec<String>, by_team: bool) -> Way<Vec<String>> {
        let team = self
            .team
            .filter(|_| by_team && self.does(Habit::TeamFolder));
        if !self.does(Habit::GlobalFolder) {
            let in_team = |base| match team {
                Some(team) => format!("{base}/{team}"),
                None => base,
            };
            return Ok(bases.into_iter().map(in_team).collect());
        }
        let mut all = Vec::new();
        for base in bases {
            if let Some(team) = team {
                all.push(format!("{base}/{team}"));
            }
            let global = self.value("global_secrets_path")?;
            if self.is_multi_team() && !self.is_option() && *global != Attribute::Null {
                let global = self.formatted("global_secrets_path")?;
                all.push(format!("{base}/{global}"));
            } else {
                all.push(base);
            }
        }
        Ok(all)
    }

    /// `hvac.Client(url=…, **kwargs)`
    fn hvac(&self) -> Way<()> {
        for kwarg in &self.built.session {
            let name = kwarg.name.as_str();
            if CLIENT.contains(&name) {
                continue;
            }
            if ADAPTER.contains(&name) {
                return Err(Ask::Unknown(Unsure::Client));
            }
            return Err(Ask::Raises(AskFault {
                exception: "TypeError",
                cause: AskCause::ClientKwarg,
                place: Some(kwarg.key_place),
            }));
        }
        Ok(())
    }
}
