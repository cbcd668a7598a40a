//! Names that the two AWS stores accept. What is said here comes from AWS's API model and user
//! guide; nothing is asked of AWS.

/// Longest SSM name, the ARN part in front of it included.
pub const SSM_MAX_LENGTH: usize = 1011;
/// Levels of an SSM name.
pub const SSM_MAX_LEVELS: usize = 15;

/// Characters of an SSM parameter name: `A-Za-z0-9_.-` and `/`.
pub const fn is_ssm_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'/')
}

/// Characters of a Secrets Manager name: `A-Za-z0-9/_+=.@-`.
pub const fn is_secret_character(byte: u8) -> bool {
    is_ssm_character(byte) || matches!(byte, b'+' | b'=' | b'@')
}

/// True for a name that at least one of the stores can hold. Such a name may be shown; anything
/// else that stands where a name belongs may be something else.
pub fn is_store_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= SSM_MAX_LENGTH && name.bytes().all(is_secret_character)
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
}
