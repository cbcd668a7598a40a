//! Which ids are those of teams, and which are refused because they might be.

use super::{Ask, Lookup, Skip, Way};
use crate::airflow::backend::data::Habit;

impl Lookup<'_, '_, '_> {
    /// The team, where the release asks for a name of its own for it: `if team_name`.
    pub(super) fn named_team(&self) -> Option<&str> {
        let team = self.team.filter(|team| !team.is_empty());
        team.filter(|_| self.does(Habit::TeamNames))
    }

    /// `_names_a_team_namespace`: with teams on, an id that holds the separator is ambiguous.
    pub(super) fn refuse_separator(&self, separator: &str) -> Way<()> {
        let refused = self.does(Habit::TeamSeparatorRefused)
            && self.is_multi_team()
            && self.id.contains(separator);
        if refused {
            return Err(Ask::Skips(Skip::TeamSeparator));
        }
        Ok(())
    }

    /// `_is_team_specific_accessed_as_global`: `re.fullmatch(r"_[^_]+___.+", secret_id)`.
    pub(super) fn refuse_underscores(&self) -> Way<()> {
        let rest = self.id.strip_prefix('_');
        let of_team = rest.is_some_and(|rest| is_of_team(rest, |c| c == '_', "___"));
        if of_team && self.does(Habit::IdsOfTeamsRefused) {
            return Err(Ask::Skips(Skip::IdOfTeam));
        }
        Ok(())
    }
}

/// `re.fullmatch("[^x]+xx.+", id)`: a team without any of the separator's characters, the
/// separator, and something on one line.
pub(super) fn is_of_team(id: &str, separates: impl Fn(char) -> bool, separator: &str) -> bool {
    let Some(at) = id.find(separates).filter(|at| *at > 0) else {
        return false;
    };
    let rest = id[at..].strip_prefix(separator);
    rest.is_some_and(|rest| !rest.is_empty() && !rest.contains('\n'))
}

/// `re.fullmatch(".+xx.+", text)`
pub(super) fn is_inside(text: &str, separator: &str) -> bool {
    if text.contains('\n') {
        return false;
    }
    let from = text.chars().next().map_or(0, char::len_utf8);
    let rest = &text[from..];
    rest.match_indices(separator)
        .any(|(at, _)| at + separator.len() < rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_teams_are_told_as_the_expressions_tell_them() {
        let dashed = |id| is_of_team(id, |c| c == '-', "--");
        assert!(dashed("team--db"));
        assert!(dashed("team---"));
        assert!(!dashed("a-b--c"));
        assert!(!dashed("--db"));
        assert!(!dashed("team--"));
        assert!(!dashed("team--a\nb"));
        assert!(dashed("te\nam--b"));
        assert!(is_inside("a-b--c", "--"));
        assert!(is_inside("---a-", "--"));
        assert!(!is_inside("--a", "--"));
        assert!(!is_inside("a--", "--"));
        assert!(is_inside("a---", "--"));
    }
}
