//! Names that the two AWS stores accept. What is said here comes from AWS's API model and user
//! guide; nothing is asked of AWS.

use std::ops::Range;

use crate::source::ascii;

/// Longest SSM name, the ARN part in front of it included.
pub const SSM_MAX_LENGTH: usize = 1011;
/// Levels of an SSM name.
pub const SSM_MAX_LEVELS: usize = 15;

/// Characters of an SSM parameter name: `A-Za-z0-9_.-` and `/`.
#[expect(
    clippy::needless_bitwise_bool,
    reason = "without a branch many bytes are asked at once"
)]
pub const fn is_ssm_character(byte: u8) -> bool {
    // Each name of an export is looked at more than once: see `ascii::all`.
    byte.is_ascii_alphanumeric() | (byte == b'_') | (byte == b'.') | (byte == b'-') | (byte == b'/')
}

/// Characters of a Secrets Manager name: `A-Za-z0-9/_+=.@-`.
#[expect(
    clippy::needless_bitwise_bool,
    reason = "without a branch many bytes are asked at once"
)]
pub const fn is_secret_character(byte: u8) -> bool {
    is_ssm_character(byte) | (byte == b'+') | (byte == b'=') | (byte == b'@')
}

/// True for a name that at least one of the stores can hold. Such a name may be shown; anything
/// else that stands where a name belongs may be something else.
pub fn is_store_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= SSM_MAX_LENGTH
        && ascii::all(name.as_bytes(), is_secret_character)
}

/// True for a name with several levels that SSM can hold: `/a/b`.
pub fn is_ssm_path(name: &str) -> bool {
    name.starts_with('/')
        && name.len() <= SSM_MAX_LENGTH
        && name.bytes().all(is_ssm_character)
        && (2..=SSM_MAX_LEVELS).contains(&name.matches('/').count())
        && !name.contains("//")
        && !name.ends_with('/')
}

/// Characters of the shortest text that SSM counts in front of a name:
/// `arn:aws:ssm:us-east-1:123456789012:parameter`.
const SSM_SHORTEST_ARN: usize = 44;
/// Longest name of a secret.
pub const SECRET_MAX_LENGTH: usize = 512;
/// Random characters that Secrets Manager puts behind `-` at the end of an ARN.
const ARN_ENDING: usize = 6;

/// Why a store cannot hold a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameFault {
    /// A character that no name has, and where it stands.
    Character(char, Range<usize>),
    /// Longer than the store takes: how long it may be.
    TooLong(usize),
    /// More levels than SSM has.
    TooDeep(usize),
    /// `aws` or `ssm` in any case, with or without a `/` in front: AWS's own.
    Reserved(Range<usize>),
}

/// Why SSM can hold no parameter of this name. `PutParameter` in the API reference of Systems
/// Manager; a `/` that lacks in front and `//` are not judged.
pub fn ssm_fault(name: &str) -> Option<NameFault> {
    character(name, is_ssm_character).or_else(|| ssm_fault_of_form(name))
}

/// The same of a name whose characters are fine.
pub fn ssm_fault_of_form(name: &str) -> Option<NameFault> {
    let start = usize::from(name.starts_with('/'));
    let word = name.get(start..start + 3).unwrap_or_default();
    if word.eq_ignore_ascii_case("aws") || word.eq_ignore_ascii_case("ssm") {
        return Some(NameFault::Reserved(start..start + 3));
    }
    let longest = SSM_MAX_LENGTH - SSM_SHORTEST_ARN;
    if name.len() > longest {
        return Some(NameFault::TooLong(longest));
    }
    let levels = ascii::count(name.as_bytes(), |byte| byte == b'/');
    (levels > SSM_MAX_LEVELS).then_some(NameFault::TooDeep(levels))
}

/// Why Secrets Manager can hold no secret of this name (`CreateSecret` in its API reference).
pub fn secret_fault(name: &str) -> Option<NameFault> {
    if let Some(fault) = character(name, is_secret_character) {
        return Some(fault);
    }
    (name.len() > SECRET_MAX_LENGTH).then_some(NameFault::TooLong(SECRET_MAX_LENGTH))
}

fn character(name: &str, is_allowed: impl Fn(u8) -> bool + Copy) -> Option<NameFault> {
    // Nearly every name.
    if ascii::all(name.as_bytes(), is_allowed) {
        return None;
    }
    let allowed =
        |found: char| u8::try_from(found).is_ok_and(|byte| byte < 128 && is_allowed(byte));
    let (at, found) = name.char_indices().find(|(_, found)| !allowed(*found))?;
    Some(NameFault::Character(found, at..at + found.len_utf8()))
}

/// Where a name ends as the ARN of a secret does: `-` and six characters. Secrets Manager may take
/// such a name for a complete ARN's when somebody asks with a part of the ARN.
pub fn arn_ending(name: &str) -> Option<Range<usize>> {
    let start = name.len().checked_sub(ARN_ENDING + 1)?;
    let ending = name.as_bytes().get(start..)?;
    let (dash, random) = ending.split_first()?;
    let is_one = *dash == b'-' && random.iter().all(u8::is_ascii_alphanumeric) && start > 0;
    is_one.then_some(start..name.len())
}

/// The two services that keep Airflow's secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Parameter Store.
    Ssm,
    /// Secrets Manager.
    SecretsManager,
}

/// The name inside the ARN of a parameter or a secret, without the random ending that Secrets
/// Manager gives. Of a parameter on the top level an ARN does not tell whether its name begins
/// with `/`: then it is taken as one that does not.
pub fn name_in_arn(text: &str) -> Option<(Service, Range<usize>)> {
    let rest = text.strip_prefix("arn:")?;
    let mut parts = rest.splitn(5, ':');
    let (_, service, _, _) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let resource = parts.next()?;
    let at = text.len() - resource.len();
    match service {
        "secretsmanager" => {
            let name = resource
                .strip_prefix("secret:")
                .filter(|name| !name.is_empty())?;
            let ending = arn_ending(name).map_or(name.len(), |range| range.start);
            let start = at + resource.len() - name.len();
            Some((Service::SecretsManager, start..start + ending))
        }
        "ssm" => {
            let name = resource.strip_prefix("parameter")?;
            let bare = name.strip_prefix('/').filter(|bare| !bare.is_empty())?;
            let name = if bare.contains('/') { name } else { bare };
            Some((Service::Ssm, text.len() - name.len()..text.len()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_judged_by_their_characters() {
        assert!(is_store_name("airflow/connections/a+b@c"));
        for name in ["", "a b", "a:b", "é", "a#b"] {
            assert!(!is_store_name(name), "{name}");
        }
        assert!(is_ssm_path("/airflow/connections/x"));
        for name in ["airflow/x", "/x", "/a//b", "/a/b/", "/a/b c"] {
            assert!(!is_ssm_path(name), "{name}");
        }
    }

    #[test]
    fn faults_stand_where_they_are() {
        let character = |found, at| Some(NameFault::Character(found, at..at + 1));
        assert_eq!(ssm_fault("/a/b"), None);
        assert_eq!(ssm_fault("/a/b c"), character(' ', 4));
        assert_eq!(ssm_fault("/a/b:3"), character(':', 4));
        assert_eq!(ssm_fault("/a/b+c"), character('+', 4));
        assert_eq!(secret_fault("a/b+c@d=e"), None);
        assert_eq!(secret_fault("a/b#c"), character('#', 3));
        assert_eq!(secret_fault("a/é"), Some(NameFault::Character('é', 2..4)));
        for name in ["/aws_default", "aws_default", "/SSM/x", "Awsome"] {
            assert!(
                matches!(ssm_fault(name), Some(NameFault::Reserved(_))),
                "{name}"
            );
        }
        assert_eq!(ssm_fault("/airflow/connections/aws_default"), None);
        let deep = |levels: usize| format!("{}/x", "/a".repeat(levels - 1));
        assert_eq!(ssm_fault(&deep(15)), None);
        assert_eq!(ssm_fault(&deep(16)), Some(NameFault::TooDeep(16)));
        let long = |length: usize| format!("/{}", "a".repeat(length - 1));
        assert_eq!(ssm_fault(&long(967)), None);
        assert_eq!(ssm_fault(&long(968)), Some(NameFault::TooLong(967)));
        assert_eq!(secret_fault(&long(512)), None);
        assert_eq!(secret_fault(&long(513)), Some(NameFault::TooLong(512)));
    }

    #[test]
    fn an_arn_holds_a_name() {
        let name = |arn: &str| {
            let (service, range) = name_in_arn(arn)?;
            Some((service, arn[range].to_owned()))
        };
        let secret = |name: &str| Some((Service::SecretsManager, name.to_owned()));
        let parameter = |name: &str| Some((Service::Ssm, name.to_owned()));
        let arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret";
        assert_eq!(
            name(&format!("{arn}:airflow/connections/x-Ab3dEf")),
            secret("airflow/connections/x")
        );
        assert_eq!(name(&format!("{arn}:x")), secret("x"));
        let arn = "arn:aws-cn:ssm:cn-north-1:123456789012:parameter";
        assert_eq!(
            name(&format!("{arn}/airflow/variables/x")),
            parameter("/airflow/variables/x")
        );
        assert_eq!(name(&format!("{arn}/x")), parameter("x"));
        for other in [
            "arn:aws:iam::123456789012:role/x",
            "arn:aws:ssm",
            "arn:",
            "/arn/x",
            arn,
        ] {
            assert_eq!(name(other), None, "{other}");
        }
    }

    #[test]
    fn an_arn_ends_with_a_dash_and_six_characters() {
        assert_eq!(arn_ending("airflow/connections/x-Ab3dEf"), Some(21..28));
        assert_eq!(arn_ending("airflow/connections/my-oracle"), Some(22..29));
        for name in [
            "x_Ab3dEf",
            "x-Ab3dE",
            "x-Ab3dEfg",
            "x-a_cdef",
            "-abcdef",
            "é-x",
            "",
        ] {
            assert_eq!(arn_ending(name), None, "{name}");
        }
    }
}
