//! Why a backend does not ask its store, in words, and the rules that say more.

use crate::airflow::backend::ask::{AskCause, Skip, Unsure};
use crate::inputs::EntryKind;

/// Why a backend answers "not here" without asking.
pub(crate) const fn skip(why: Skip, kind: EntryKind) -> &'static str {
    match why {
        Skip::PrefixNull => match kind {
            EntryKind::Connection => {
                "its connections_prefix is null, which switches connections off"
            }
            EntryKind::Variable => "its variables_prefix is null, which switches variables off",
            EntryKind::Config => "its config_prefix is null, which switches options off",
        },
        Skip::PatternMismatch => {
            "its lookup pattern does not match the id from the first character on"
        }
        Skip::IdOfTeam => "it refuses the id, which reads like one of a team",
        Skip::TeamSeparator => {
            "with `[core] multi_team` on it refuses ids that hold the separator of teams"
        }
        Skip::NoSuchKind => match kind {
            EntryKind::Connection => "this class holds no connections",
            EntryKind::Variable => "this class holds no variables",
            EntryKind::Config => "this class holds no options",
        },
        Skip::NameInvalid => "the store can hold no secret of this name",
        Skip::NoFile => "no file of this kind is given to it",
        Skip::NoMount => "mount_point is null, and the id names no mount",
        Skip::OwnConnection => "it is the connection with which the backend itself connects",
    }
}

/// What makes a lookup raise before its store is asked, and the rule that says more of it.
pub(crate) const fn cause(cause: AskCause) -> (&'static str, Option<&'static str>) {
    match cause {
        AskCause::TeamNameArgument => (
            "Airflow passes it `team_name`, which this release of the provider does not take",
            None,
        ),
        AskCause::Pattern => (
            "its lookup pattern is no regular expression of Python",
            Some("AV215"),
        ),
        AskCause::SepType => ("`sep` is no string", Some("AV204")),
        AskCause::ClientKwarg => (
            "the client of its store does not take one of the keyword arguments",
            Some("AV203"),
        ),
        AskCause::Profile => ("there can be no such profile", Some("AV214")),
        AskCause::Credentials => ("an AWS key lacks its other half", Some("AV208")),
        AskCause::AssumeRole => ("no role can be assumed with these arguments", Some("AV208")),
        AskCause::BotocoreConfig => ("`config_kwargs` is refused", Some("AV204")),
        AskCause::SessionKwargs => ("`session_kwargs` is refused", Some("AV204")),
        AskCause::Region => ("`region_name` can be no region", Some("AV210")),
        AskCause::Url => ("its URL is missing, or is none", Some("AV211")),
        AskCause::ApiVersion => ("there is no such `api_version`", Some("AV204")),
        AskCause::Verify => ("`verify` names no file of certificates", Some("AV204")),
        AskCause::AccessType => ("`access_type` lacks what it needs", Some("AV219")),
        AskCause::TokenTtl => ("`token_ttl` is no number", Some("AV204")),
        AskCause::FileExtension => (
            "its file has none of the extensions that Airflow reads",
            Some("AV113"),
        ),
        AskCause::FilePath => ("the path of its file is no string", Some("AV204")),
    }
}

/// Why it is not known what a backend asks for.
pub(crate) fn unsure(why: Unsure) -> String {
    match why {
        Unsure::Argument(name) => format!("its `{name}` is not known here"),
        Unsure::Pattern => "whether its lookup pattern matches the id is not known".to_owned(),
        Unsure::UpperCase => {
            "releases of Python disagree on the capital letters of the id".to_owned()
        }
        Unsure::Client => "whether its client takes the settings is not known".to_owned(),
        Unsure::Runtimes => "tasks and the server ask in different ways".to_owned(),
    }
}
