//! Paths as they may be printed.

use std::fmt::Write as _;
use std::path::Path;

use super::{command, escape_control};

/// `path` for any output: control and bidirectional characters as `\u{…}`, bytes that are not
/// UTF-8 as `\xNN`, and nothing that a CI runner takes for a command (`::` at the start, [`command`]).
pub fn display_path(path: &Path) -> String {
    let mut shown = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        shown.push_str(&escape_control(chunk.valid()));
        for byte in chunk.invalid() {
            // Writing to a String cannot fail.
            let _ = write!(shown, "\\x{byte:02x}");
        }
    }
    let shown = shown.strip_prefix("./").unwrap_or(&shown);
    let shown = command::broken(shown, "#\\u{23}");
    match shown.trim_start().strip_prefix("::") {
        Some(rest) => format!("\\u{{3a}}:{rest}"),
        None => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_cannot_steer_a_terminal_or_a_runner() {
        let shown = |path: &str| display_path(Path::new(path));
        assert_eq!(shown("./conf/airflow.cfg"), "conf/airflow.cfg");
        assert_eq!(shown("a\nb\u{1b}[1m"), "a\\u{a}b\\u{1b}[1m");
        assert_eq!(shown("::error::x"), "\\u{3a}:error::x");
        assert_eq!(shown("a##[error]x"), "a#\\u{23}[error]x");
        assert_eq!(shown("##vso[x]"), "#\\u{23}vso[x]");
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_are_not_utf8_are_escaped() {
        use std::os::unix::ffi::OsStrExt;
        let path = std::ffi::OsStr::from_bytes(b"caf\xe9.env");
        assert_eq!(display_path(Path::new(path)), "caf\\xe9.env");
    }
}
