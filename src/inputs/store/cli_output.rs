//! Answers of the AWS CLI that are not JSON: known, so that the user hears what to run instead.

use crate::aws::names::is_ssm_path;

/// `--output text`, whole answers.
pub const TEXT: &str =
    "text output of the AWS CLI, in which values cannot be told apart: export with `--output json`";
/// `--output text` with a `--query` for names and values.
pub const LINES: &str =
    "lines of names and values, in which values cannot be told apart: export with `--output json`";
/// `--output table`
pub const TABLE: &str = "a table of the AWS CLI: export with `--output json`";
/// `--output yaml` and `yaml-stream` that cannot be read as such
pub const YAML: &str = "YAML of the AWS CLI that is broken: export with `--output json`";

/// What `vault kv get` writes for people.
pub const VAULT: &str = "a table of Vault: export with `vault kv get -format=json`";
/// What `gcloud secrets list` writes for people.
pub const GCLOUD: &str = "a table of gcloud: export with `gcloud secrets list --format=json`";

/// Titles of tables: the operations of the two services.
const OPERATIONS: [&str; 9] = [
    "BatchGetSecretValue",
    "DescribeParameters",
    "DescribeSecret",
    "GetParameter",
    "GetParameterHistory",
    "GetParameters",
    "GetParametersByPath",
    "GetSecretValue",
    "ListSecrets",
];

/// The form of output that `text` begins like.
pub fn form(text: &str) -> Option<&'static str> {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let first = lines.next()?;
    let second = lines.next().unwrap_or_default();
    let word = first.split('\t').next().unwrap_or_default();
    let heading = first.trim_matches('=').trim();
    let is_heading = first.starts_with("==") && first.ends_with("==");
    if is_heading && matches!(heading, "Secret Path" | "Metadata" | "Data") {
        return Some(VAULT);
    }
    let columns: Vec<&str> = first.split_whitespace().collect();
    if columns == ["NAME", "CREATED", "REPLICATION_POLICY", "LOCATIONS"] {
        return Some(GCLOUD);
    }
    let is_list = matches!(
        word,
        "PARAMETER" | "PARAMETERS" | "SECRETLIST" | "SECRETVALUES"
    );
    let columns = first.matches('\t').count();
    if (is_list && first.contains("\tarn:"))
        || (word.starts_with("arn:") && word.contains(":secretsmanager:") && columns >= 3)
    {
        return Some(TEXT);
    }
    let is_rule = first.len() > 8 && first.bytes().all(|byte| byte == b'-');
    let title = second.trim_matches(['|', ' ']);
    if is_rule && second.starts_with('|') && OPERATIONS.contains(&title) {
        return Some(TABLE);
    }
    if is_yaml(first, second, text) {
        return Some(YAML);
    }
    (is_ssm_path(word) && columns == 1).then_some(LINES)
}

/// `Parameters:` begins templates of `CloudFormation` too; those hold no ARN of a parameter right
/// below.
fn is_yaml(first: &str, second: &str, text: &str) -> bool {
    let key = first.trim_start_matches("- ").trim_end();
    let items = matches!(
        key,
        "Parameter:" | "Parameters:" | "SecretList:" | "SecretValues:"
    );
    let arn = ["ARN: arn:aws", "ARN: 'arn:aws", "ARN: \"arn:aws"];
    let is_arn = |line: &str| {
        let line = line.trim_start().trim_start_matches("- ");
        arn.iter().any(|start| line.starts_with(start))
    };
    let named = || {
        second
            .trim_start()
            .trim_start_matches("- ")
            .starts_with("Name: ")
    };
    if items {
        return is_arn(second) || (named() && text.lines().take(12).any(is_arn));
    }
    is_arn(first) && first.contains(":secretsmanager:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_is_known_by_its_beginning() {
        let arn = "arn:aws:ssm:eu-west-1:123456789012:parameter/airflow/variables/x";
        let secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x-Ab3dEf";
        for (text, wanted) in [
            (
                format!("PARAMETERS\t{arn}\ttext\t1.0\t/a/x\tString\tv\t1\n"),
                Some(TEXT),
            ),
            (
                format!("{secret}\t1.0\tx\tvalue\tid\nVERSIONSTAGES\tAWSCURRENT\n"),
                Some(TEXT),
            ),
            (
                "----------------\n|  GetParameter  |\n+--+--+\n".to_owned(),
                Some(TABLE),
            ),
            (
                format!("Parameters:\n- ARN: {arn}\n  Name: /a/x\n"),
                Some(YAML),
            ),
            (format!("- Parameters:\n  - ARN: {arn}\n"), Some(YAML)),
            (
                format!("Parameters:\n- Name: /a/x\n  ARN: {arn}\n"),
                Some(YAML),
            ),
            (format!("ARN: {secret}\nName: x\n"), Some(YAML)),
            ("/airflow/variables/x\tvalue\n".to_owned(), Some(LINES)),
            ("== Secret Path ==\nsecret/data/x\n".to_owned(), Some(VAULT)),
            ("====== Data ======\nKey    Value\n".to_owned(), Some(VAULT)),
            ("==== Introduction ====\n".to_owned(), None),
            (
                "NAME  CREATED              REPLICATION_POLICY  LOCATIONS\nx  2026\n".to_owned(),
                Some(GCLOUD),
            ),
            ("Parameters:\n  Name:\n    Type: String\n".to_owned(), None),
            ("--------\ntitle: x\n".to_owned(), None),
            ("PARAMETERS\tname\n".to_owned(), None),
            ("/usr/bin\t\tx\n".to_owned(), None),
            (String::new(), None),
        ] {
            assert_eq!(form(&text), wanted, "{text}");
        }
    }
}
