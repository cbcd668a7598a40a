//! What runners of CI take for commands in the output of a step, wherever in a line it stands: `##[error]` of
//! GitHub and Azure, `##vso[…]` of Azure, `##teamcity[…]`.

/// The mark that such a command begins with, by itself.
pub const MARK: &str = "##";

/// Where the first command in `text` begins.
pub fn find(text: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'#', text).find(|&at| {
        let Some(rest) = text[at..].strip_prefix(MARK.as_bytes()) else {
            return false;
        };
        let name = rest.iter().take_while(|byte| byte.is_ascii_lowercase());
        rest.get(name.count()) == Some(&b'[')
    })
}

/// `text` with `instead` for the mark of every command.
pub fn broken(text: &str, instead: &str) -> String {
    let mut broken = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = find(rest.as_bytes()) {
        broken.push_str(&rest[..at]);
        broken.push_str(instead);
        rest = &rest[at + MARK.len()..];
    }
    broken.push_str(rest);
    broken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_broken_and_headings_are_not() {
        let shown = |text: &str| broken(text, "#-");
        assert_eq!(shown("a ##[error]b ##vso[x]"), "a #-[error]b #-vso[x]");
        assert_eq!(shown("###[x] ##teamcity[a]"), "##-[x] #-teamcity[a]");
        assert_eq!(shown("## [x] ##A[x] # ##"), "## [x] ##A[x] # ##");
    }
}
