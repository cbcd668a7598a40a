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

/// What `vault kv list` writes for people.
pub const VAULT_LIST: &str = "a list of Vault: export with `vault kv list -format=json`";
/// What `az keyvault secret list -o table` writes.
pub const AZURE: &str = "a table of Azure: export with `az keyvault secret list -o json`";
/// What `kubectl get secrets` and `kubectl describe secret` write for people.
pub const KUBECTL: &str = "a table of kubectl: export with `kubectl get secrets -o json`";
/// What `chamber list` writes.
pub const CHAMBER: &str = "a table of chamber: export with `chamber export -f json`";
/// What `airflow connections list` and `get` write, in any format.
pub const CONNECTIONS: &str =
    "a listing of connections: export with `airflow connections export FILE.json`";
/// What `airflow variables list` writes.
pub const VARIABLES: &str =
    "a listing of variables: export with `airflow variables export variables.json`";
/// What Python prints of an object.
pub const PYTHON: &str =
    "Python's way to print an object: write it with `json.dumps(response, default=str)`";

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
    if let Some(form) = of_people(first, second, text) {
        return Some(form);
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

/// Tables and listings by their heads: of the command lines of other stores, and of Airflow's own.
fn of_people(first: &str, second: &str, text: &str) -> Option<&'static str> {
    let cells = |line: &'_ str| -> Vec<String> {
        let cells = line.split([' ', '\t', '|']).filter(|cell| !cell.is_empty());
        cells.map(str::to_owned).collect()
    };
    let columns = cells(first);
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let is_rule = |line: &str| {
        !line.trim().is_empty()
            && line.chars().all(|c| "-=+ ".contains(c))
            && !line.starts_with(' ')
    };
    let ruled = is_rule(second);
    match columns.as_slice() {
        ["NAME", "CREATED", "REPLICATION_POLICY", "LOCATIONS"]
        | ["NAME", "STATE", "CREATED", "DESTROYED"] => Some(GCLOUD),
        ["NAME", "TYPE", "DATA", "AGE"] | ["NAMESPACE", "NAME", "TYPE", "DATA", "AGE"] => {
            Some(KUBECTL)
        }
        ["Key", "Version", "LastModified", "User", ..] => Some(CHAMBER),
        ["Keys"] if ruled => Some(VAULT_LIST),
        ["Key", "Value"] if ruled => Some(VAULT),
        ["Name", .., "Enabled", "Expires"] if ruled && text.contains(".vault.") => Some(AZURE),
        ["conn_id", "conn_type", ..] | ["id", "conn_id", "conn_type", ..] => Some(CONNECTIONS),
        ["-", "conn_id:", ..] if text.contains("\n  conn_type:") => Some(CONNECTIONS),
        ["-", "id:", ..] if text.contains("\n  conn_id:") => Some(CONNECTIONS),
        ["key"] if ruled => Some(VARIABLES),
        ["Name:", _] if is_description(text) => Some(KUBECTL),
        _ => None,
    }
}

/// What `kubectl describe` writes, which looks like YAML at first.
pub fn is_description(text: &str) -> bool {
    let fields = ["\nNamespace:", "\nLabels:", "\nAnnotations:"];
    text.starts_with("Name:") && fields.iter().filter(|field| text.contains(*field)).count() > 1
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
            ("NAME  TYPE  DATA  AGE\nx  Opaque  1  3d\n".to_owned(), Some(KUBECTL)),
            (
                "Name:   x\nNamespace:  a\nLabels:  b=c\n\nData\n====\n".to_owned(),
                Some(KUBECTL),
            ),
            ("Keys\n----\nx\n".to_owned(), Some(VAULT_LIST)),
            ("Key     Value\n---     -----\nvalue   x\n".to_owned(), Some(VAULT)),
            ("Key,Value\n".to_owned(), None),
            (
                "Key\t\tVersion\t\tLastModified\tUser\nx\t\t1\t\t06-09 17:30:56\tu\n".to_owned(),
                Some(CHAMBER),
            ),
            (
                "Name  Id  ContentType  Enabled  Expires\n----  --  ---\nx  https://v.vault.azure.net/secrets/x  True\n".to_owned(),
                Some(AZURE),
            ),
            // As Airflow 3.3.2 writes them: table, plain, yaml.
            (
                "conn_id | conn_type\n========+==========\norders  | postgres \n".to_owned(),
                Some(CONNECTIONS),
            ),
            ("conn_id    conn_type\norders     postgres\n".to_owned(), Some(CONNECTIONS)),
            (
                "id | conn_id | conn_type | description | host\n===+=========\n".to_owned(),
                Some(CONNECTIONS),
            ),
            ("- conn_id: orders\n  conn_type: postgres\n".to_owned(), Some(CONNECTIONS)),
            ("key  \n=====\nstage\n".to_owned(), Some(VARIABLES)),
            ("key\nstage\n".to_owned(), None),
            ("Name:  x\nType: y\n".to_owned(), None),
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
