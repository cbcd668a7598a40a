//! AV703: names that the store cannot hold.

use super::told::{self, Store};
use crate::airflow::lookup::Coverage;
use crate::aws::names::{NameFault, arn_ending, is_store_name, secret_fault, ssm_fault};
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Carrier, Check, EntryContext};

rule! {
    /// # store-name-limit
    ///
    /// ## What it does
    ///
    /// Checks the names of connections, variables and options in an export, or in a map of names and
    /// values that is meant for a store, against the limits of that store.
    ///
    /// SSM takes letters, digits, `_`, `.`, `-` and `/`, 15 levels, 1011 characters together with the
    /// ARN in front of the name, and no name that begins with `aws` or `ssm`. Secrets Manager takes
    /// `+`, `=` and `@` too, and 512 characters. For a map without settings nobody knows the store:
    /// there, only what neither of them takes is reported.
    ///
    /// A secret's name that ends with `-` and six letters or digits, as every ARN of a secret does, is
    /// a warning: AWS advises against it. Often it is the end of an ARN that was copied with the name.
    ///
    /// ## Why is this bad?
    ///
    /// Airflow takes ids with `:`, `#`, `(`, `\` and letters of any script, but no store of AWS
    /// can hold them. AWS refuses to create such an entry, and Airflow's lookup ends in an error that
    /// is logged at most: "The conn_id isn't defined". SSM takes what follows a `:` for the number or
    /// label of a version.
    ///
    /// ## Example
    ///
    /// ```json
    /// {"/airflow/connections/reports (eu)": "postgres://reports.example.com/main"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// dump.json:1:31: warning[AV435] invalid-conn-id: a blank cannot stand in the id of a connection: Airflow makes a connection without an id on the server
    /// dump.json:1:31: error[AV703] store-name-limit: this name holds a blank, which no name in SSM or Secrets Manager has: AWS refuses to create it, and no lookup finds it
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {"/airflow/connections/reports_eu": "postgres://reports.example.com/main"}
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases: these are the limits of AWS.
    ///
    /// ## References
    ///
    /// - <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html>
    /// - <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html>
    "AV703", "store-name-limit", Error, since "0.1.0",
    checks &[Check::Entry(check)],
}

fn check(cx: &EntryContext<'_>, findings: &mut Findings) {
    // An ARN in the place of a prefix is a name of another form.
    if cx.carrier == Carrier::Env || cx.name.starts_with("arn:") || cx.is_elsewhere() {
        return;
    }
    let store = told::store(cx);
    let fault = match store {
        Some(Store::Ssm) => ssm_fault(&cx.name),
        Some(Store::SecretsManager) => secret_fault(&cx.name),
        // Whatever Secrets Manager does not take, SSM takes neither; it takes longer names.
        None => secret_fault(&cx.name).filter(|fault| !matches!(fault, NameFault::TooLong(_))),
    };
    let covered = match cx.coverage {
        Some(Coverage::Covered { .. }) => true,
        // An empty prefix asks for the bare id, such as `/aws_default`.
        Some(Coverage::Ambiguous { .. }) => {
            let settled = cx.naming.is_some_and(|naming| naming.from_settings);
            settled && matches!(fault, Some(NameFault::Reserved(_)))
        }
        _ => false,
    };
    if !covered {
        return;
    }
    match fault {
        Some(fault) => report(cx, store, &fault, findings),
        None if store == Some(Store::SecretsManager) => ending(cx, findings),
        None => {}
    }
}

fn report(cx: &EntryContext<'_>, store: Option<Store>, fault: &NameFault, findings: &mut Findings) {
    // A prefix that no name may have is reported where it is set (AV308).
    let prefix = cx.name.len().saturating_sub(cx.id.len());
    let (range, what, help) = match fault {
        NameFault::Character(_, range) if range.start < prefix => return,
        NameFault::Character(':', range) if store == Some(Store::Ssm) => (
            range.clone(),
            "holds `:`, behind which SSM expects the version or label of a parameter".to_owned(),
            CHARACTERS,
        ),
        NameFault::Character(found, range) => (
            range.clone(),
            format!(
                "holds {}, which no name in {} has",
                character(*found),
                service(store)
            ),
            CHARACTERS,
        ),
        NameFault::Reserved(range) => (
            range.clone(),
            "begins with `aws` or `ssm`, which AWS keeps for itself".to_owned(),
            "put it below a prefix such as `/airflow/connections`",
        ),
        NameFault::TooLong(_) => (
            0..cx.name.len(),
            match store {
                Some(Store::Ssm) => format!(
                    "has {} characters, with the ARN in front of it more than the 1011 of SSM",
                    cx.name.len()
                ),
                _ => format!(
                    "has {} characters, and Secrets Manager takes 512",
                    cx.name.len()
                ),
            },
            "use a shorter name",
        ),
        NameFault::TooDeep(levels) => (
            0..cx.name.len(),
            format!("has {levels} levels, and SSM has 15"),
            "use fewer levels",
        ),
    };
    let consequence = "AWS refuses to create it, and no lookup finds it";
    let name = match fault {
        NameFault::TooLong(_) => "this name".to_owned(),
        _ => told::named(cx),
    };
    findings
        .report(
            &RULE,
            told::part_of_name(cx, range),
            cx.subject(),
            format!("{name} {what}: {consequence}"),
        )
        .help(help);
}

const CHARACTERS: &str = "write the id with letters, digits, `_`, `.` and `-`";

const fn service(store: Option<Store>) -> &'static str {
    match store {
        Some(Store::Ssm) => "SSM",
        Some(Store::SecretsManager) => "Secrets Manager",
        None => "SSM or Secrets Manager",
    }
}

/// A single character may be told if it is no letter.
fn character(found: char) -> String {
    match found {
        ' ' => "a blank".to_owned(),
        '`' => "a backtick".to_owned(),
        _ if found.is_ascii_punctuation() => format!("`{found}`"),
        _ if found.is_ascii() => "a control character".to_owned(),
        _ => "a character outside ASCII".to_owned(),
    }
}

fn ending(cx: &EntryContext<'_>, findings: &mut Findings) {
    let Some(range) = arn_ending(&cx.name) else {
        return;
    };
    // The ending must be the id's own, and a name that may be told.
    if cx.id.len() <= range.len() || !is_store_name(&cx.name) {
        return;
    }
    findings
        .report(
            &RULE,
            told::part_of_name(cx, range),
            cx.subject(),
            format!(
                "`{}` ends like the ARN of a secret, with `-` and six characters: whoever asks for it by a part of its \
                 ARN may not find it",
                cx.name
            ),
        )
        .help("if the ending was copied from the ARN, cut it off; else choose a name that ends otherwise")
        .severity(Severity::Warning);
}
