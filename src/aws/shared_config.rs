//! The AWS shared config and credentials files: only their section names are read.

use std::collections::BTreeSet;

/// Profile names that exist.
#[derive(Clone, Debug, Default)]
pub struct Profiles {
    /// Names, `default` included where it stands.
    pub names: BTreeSet<String>,
}

impl Profiles {
    /// Reads `~/.aws/config` or `~/.aws/credentials`. Which of the two the text is, is not asked:
    /// `[profile x]`, `[x]` and `[default]` all name a profile; `[sso-session x]` and `[services
    /// x]` do not. `None`: not a file of that syntax. No value is kept.
    pub fn read(text: &str) -> Option<Self> {
        let options = ini::ParseOption {
            enabled_quote: false,
            enabled_escape: false,
            ..ini::ParseOption::default()
        };
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let file = ini::Ini::load_from_str_opt(text, options).ok()?;
        let names = file.sections().flatten().filter_map(profile).collect();
        Some(Self { names })
    }

    /// True when the profile exists.
    pub fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }
}

/// The profile that a section names. botocore splits the name as a shell would
/// (`configloader.build_profile_map`), so it may be quoted.
fn profile(section: &str) -> Option<String> {
    let section = section.trim();
    let mut words = section.splitn(2, char::is_whitespace);
    let first = words.next().unwrap_or_default();
    let rest = words.next().map(str::trim).unwrap_or_default();
    match (first, rest) {
        ("", _) => None,
        (_, "") => Some(first.to_owned()),
        ("profile", name) => {
            let quoted = |quote: char| {
                name.strip_prefix(quote)
                    .and_then(|name| name.strip_suffix(quote))
            };
            Some(
                quoted('"')
                    .or_else(|| quoted('\''))
                    .unwrap_or(name)
                    .to_owned(),
            )
        }
        ("sso-session" | "services" | "plugins", _) => None,
        _ => Some(section.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn section_names_of_both_files_are_profiles() {
        let text = "[default]\nregion = eu-west-1\n\n[profile data-team]\n\
            credential_process = \"C:\\x\" --y\ns3 =\n  max_queue_size = 1\n\
            [profile \"two words\"]\n[sso-session corp]\nsso_region = x\n[plain]\naws_secret_access_key = a'b\\\n";
        let profiles = Profiles::read(text).expect("a shared config file");
        let names: Vec<&str> = profiles.names.iter().map(String::as_str).collect();
        assert_eq!(names, ["data-team", "default", "plain", "two words"]);
    }

    #[test]
    fn no_text_panics() {
        for text in ["", "[", "[x", "= y", "x", "[]\n", "\u{0}[\u{0}]"] {
            let _ = Profiles::read(text);
        }
    }
}
