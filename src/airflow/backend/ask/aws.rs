//! The lookups of `SystemsManagerParameterStoreBackend` and `SecretsManagerBackend`.

use super::{Ask, AskCause, Lookup, Skip, Unsure, Way, client, teams};
use crate::airflow::Version;
use crate::airflow::backend::attribute::Attribute;
use crate::airflow::backend::construct::PREFIXES;
use crate::airflow::backend::data::Habit;
use crate::airflow::lookup::{SEP_STRIPPED, SLASH_ADDED};
use crate::airflow::pattern::{Pattern, PatternErrorKind};
use crate::inputs::EntryKind;

impl Lookup<'_, '_, '_> {
    pub(super) fn aws(&self) -> Way<Vec<String>> {
        let names = PREFIXES.map(|(_, prefix, _)| prefix);
        let prefix = if self.reads_fields() {
            self.of_kind(names)
        } else {
            self.prefix(names)?
        };
        self.refuse_separator("--")?;
        self.lookup_pattern(self.of_kind(PREFIXES.map(|(.., pattern)| pattern)))?;
        if self.team.is_none()
            && self.does(Habit::IdsOfTeamsRefused)
            && teams::is_of_team(self.id, |c| c == '-', "--")
        {
            return Err(Ask::Skips(Skip::IdOfTeam));
        }
        let names = self.aws_names(prefix)?;
        client::fault(self)?;
        Ok(names)
    }

    /// `SecretsManagerBackend.get_connection` of amazon 5.0.0 to 6.2.0 with `full_url_mode=False`: a
    /// prefix that is null is no reason to stop, and stands for none.
    fn reads_fields(&self) -> bool {
        let own = self
            .built
            .class
            .does(Habit::FieldsOfConnection, self.release);
        let mode = self.built.option("full_url_mode");
        let by_fields = mode.and_then(Attribute::is_truthy) == Some(false);
        own && by_fields && self.kind == EntryKind::Connection
    }

    /// `lookup_pattern and not re.match(lookup_pattern, secret_id, re.IGNORECASE)`
    fn lookup_pattern(&self, name: &'static str) -> Way<()> {
        let pattern = match self.value(name) {
            Ok(pattern) if pattern.is_truthy() == Some(true) => pattern,
            Ok(_) => return Ok(()),
            Err(_) => return Err(Ask::Unknown(Unsure::Pattern)),
        };
        let Attribute::Text(text) = pattern else {
            return Err(self.raises("TypeError", AskCause::Pattern, name));
        };
        let pattern = match Pattern::new(text, self.python) {
            Ok(pattern) => pattern,
            Err(error) => {
                let exception = if error.kind == PatternErrorKind::RepeatTooLarge {
                    "OverflowError"
                } else {
                    self.pattern_error()
                };
                return Err(self.raises(exception, AskCause::Pattern, name));
            }
        };
        match pattern.matches(self.id) {
            Some(true) => Ok(()),
            Some(false) => Err(Ask::Skips(Skip::PatternMismatch)),
            None => Err(Ask::Unknown(Unsure::Pattern)),
        }
    }

    /// `re.error`, which is called `PatternError` from Python 3.13 on.
    pub(super) fn pattern_error(&self) -> &'static str {
        if (self.python.major, self.python.minor) >= (3, 13) {
            "PatternError"
        } else {
            "error"
        }
    }

    fn aws_names(&self, prefix: &'static str) -> Way<Vec<String>> {
        let amazon = self.release.unwrap_or(Version::new(u32::MAX, 0, 0));
        let ssm = self.built.class.short_name == "aws_ssm";
        let text = self.formatted(prefix)?;
        let sep = if ssm { "/" } else { self.formatted("sep")? };
        // `if path_prefix` of Secrets Manager since 2.3.0.
        if !ssm && amazon >= SEP_STRIPPED && !self.is_set(prefix)? {
            return Ok(vec![self.id.to_owned()]);
        }
        let team = self.team.filter(|team| !team.is_empty());
        let mut names = Vec::new();
        if let Some(team) = team.filter(|_| self.does(Habit::TeamFolder)) {
            names.push(format!("{text}{sep}{team}{sep}{}", self.id));
        } else {
            if let Some(team) = self.named_team() {
                names.push(format!("{text}{sep}{team}--{}", self.id));
            }
            names.push(format!("{text}{sep}{}", self.id));
        }
        if ssm && amazon >= SLASH_ADDED {
            // `_ensure_leading_slash`
            for name in &mut names {
                if !name.starts_with('/') {
                    name.insert(0, '/');
                }
            }
        }
        Ok(names)
    }
}
