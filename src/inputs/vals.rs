//! References of vals, which helmfile, the plugin of Helm for secrets and Argo CD run: `ref+vault://secret/airflow#/a`.
//!
//! What stands there is fetched before the file is applied, so no rule may judge the reference: it is not known.

use super::Input;
use crate::source::Text;

/// Makes unknown what vals fills in.
pub fn leave_open(input: &mut Input) {
    for value in input.values_mut() {
        if is_reference(value) {
            *value = value.clone().into_unknown();
        }
    }
}

/// `ref+<provider>://…` and `secretref+<provider>://…`; no type of connections and no driver has such a name.
fn is_reference(value: &Text) -> bool {
    let text = value.expose().trim_start();
    let text = text.strip_prefix("secret").unwrap_or(text);
    let Some((provider, _)) = text
        .strip_prefix("ref+")
        .and_then(|rest| rest.split_once("://"))
    else {
        return false;
    };
    !provider.is_empty() && provider.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_known_by_their_scheme() {
        let is = |value: &str| is_reference(&Text::verbatim(value, 0));
        for reference in [
            "ref+vault://secret/airflow#/a",
            "secretref+awsssm://airflow/a?region=x",
            "ref+sops://a.yaml#/b",
        ] {
            assert!(is(reference), "{reference}");
        }
        for other in [
            "postgres://ref+vault://h",
            "ref+://a",
            "ref+vault:a",
            "preref+vault://a",
            "",
        ] {
            assert!(!is(other), "{other}");
        }
    }
}
