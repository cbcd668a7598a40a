//! The rules about prefixes over releases.

use crate::airflow::Target;
use crate::airflow::backend::tests::target;
use crate::rules::class::tests::{guess, newest, over, told};
use crate::rules::testing::{MANAGER, SSM};

fn run(target: &Target, class: &str, kwargs: &str) -> Vec<String> {
    let pairs = [
        ("secrets.backend", class),
        ("secrets.backend_kwargs", kwargs),
    ];
    told(&over(super::RULES, target, &[("airflow.cfg", &pairs)], &[]))
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn each_fault_has_its_rule() {
    let none: &[&str] = &[];
    let old = target("2.6.0", "7.2.1");
    let new = newest();
    let cases: &[(&Target, &str, &str, &[&str])] = &[
        (
            &new,
            SSM,
            r#"{"connections_prefix": "/a/b", "variables_prefix": "/a/c/"}"#,
            none,
        ),
        (&new, SSM, r#"{"connections_prefix": "a/b"}"#, none),
        (
            &old,
            SSM,
            r#"{"connections_prefix": "a/b"}"#,
            &["error AV301"],
        ),
        (
            &old,
            SSM,
            r#"{"connections_prefix": "/a/b", "variables_prefix": "a/c"}"#,
            &["error AV301", "warning AV305"],
        ),
        (
            &new,
            SSM,
            r#"{"connections_prefix": "/a/b", "variables_prefix": "a/c"}"#,
            none,
        ),
        (
            &old,
            SSM,
            r#"{"connections_prefix": "", "variables_prefix": null}"#,
            &["info AV309"],
        ),
        (
            &old,
            SSM,
            r#"{"connections_prefix": "arn:aws:ssm:eu-west-1:123456789012:parameter/a"}"#,
            none,
        ),
        (
            &new,
            SSM,
            r#"{"connections_prefix": "arn:aws:ssm:eu-west-1:123456789012:parameter/a"}"#,
            &["error AV308"],
        ),
        (
            &old,
            SSM,
            r#"{"connections_prefix": " /a"}"#,
            &["error AV308"],
        ),
        (
            &new,
            SSM,
            r#"{"connections_prefix": "/a b"}"#,
            &["error AV308"],
        ),
        (
            &new,
            SSM,
            r#"{"connections_prefix": "/aws/a"}"#,
            &["error AV308"],
        ),
        (
            &new,
            SSM,
            r#"{"connections_prefix": "SSMstuff/a"}"#,
            &["error AV308"],
        ),
        (
            &new,
            SSM,
            r#"{"connections_prefix": "/aws/reference/secretsmanager/airflow/connections"}"#,
            none,
        ),
        (
            &new,
            SSM,
            r#"{"connections_prefix": "/aws/reference/secretsmanager"}"#,
            none,
        ),
        (
            &new,
            SSM,
            r#"{"connections_prefix": "/a/b/c/d/e/f/g/h/i/j/k/l/m/n"}"#,
            none,
        ),
        (
            &new,
            SSM,
            r#"{"connections_prefix": "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o"}"#,
            &["error AV308"],
        ),
        (
            &new,
            SSM,
            r#"{"connections_prefix": "/a//b"}"#,
            &["error AV304"],
        ),
        (
            &new,
            SSM,
            r#"{"connections_prefix": "//a"}"#,
            &["error AV304"],
        ),
        (&new, SSM, r#"{"connections_prefix": "/a//"}"#, none),
        (
            &new,
            SSM,
            r#"{"connections_prefix": "/airflow-"}"#,
            &["warning AV303"],
        ),
        (
            &new,
            MANAGER,
            r#"{"connections_prefix": "a/b", "variables_prefix": "a/c/", "config_prefix": null}"#,
            none,
        ),
        (
            &new,
            MANAGER,
            r#"{"connections_prefix": "/a/b"}"#,
            &["warning AV302"],
        ),
        (
            &new,
            MANAGER,
            r#"{"connections_prefix": "/a/b", "variables_prefix": "a/c"}"#,
            &["warning AV302", "warning AV305"],
        ),
        (
            &new,
            MANAGER,
            r#"{"connections_prefix": "a/b/", "sep": "-"}"#,
            &["warning AV303"],
        ),
        (
            &new,
            MANAGER,
            r#"{"connections_prefix": "airflow-connections-", "sep": ""}"#,
            none,
        ),
        (
            &new,
            MANAGER,
            r#"{"connections_prefix": "a--b", "sep": "-"}"#,
            none,
        ),
        (
            &new,
            MANAGER,
            r#"{"connections_prefix": "a//b"}"#,
            &["warning AV304"],
        ),
        (
            &new,
            MANAGER,
            r#"{"connections_prefix": "a", "variables_prefix": "a"}"#,
            &["warning AV306"],
        ),
        (
            &new,
            MANAGER,
            r#"{"connections_prefix": "a/", "variables_prefix": "a/b"}"#,
            &["info AV306"],
        ),
        (
            &new,
            MANAGER,
            r#"{"connections_prefix": "a", "variables_prefix": "ab"}"#,
            none,
        ),
        (
            &new,
            MANAGER,
            r#"{"variables_prefix": "airflow"}"#,
            &["info AV306", "info AV306"],
        ),
        (
            &new,
            SSM,
            r#"{"connections_prefix": "/a", "variables_prefix": "a"}"#,
            &["warning AV306"],
        ),
        (
            &new,
            MANAGER,
            r#"{"variables_prefix": "x/connections"}"#,
            &["warning AV307"],
        ),
        (
            &new,
            MANAGER,
            r#"{"variables_prefix": "airflow/connections"}"#,
            &["warning AV306", "warning AV307"],
        ),
        (
            &new,
            MANAGER,
            r#"{"connections_prefix": "airflow/variables", "variables_prefix": "airflow/connections"}"#,
            &["warning AV307", "warning AV307"],
        ),
        (
            &new,
            MANAGER,
            r#"{"connections_prefix": "a:b"}"#,
            &["error AV308"],
        ),
        (
            &new,
            MANAGER,
            r#"{"connections_prefix": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:airflow"}"#,
            none,
        ),
        (
            &new,
            MANAGER,
            r#"{"connections_prefix": "arn:aws:ssm:eu-west-1:123456789012:parameter/a"}"#,
            &["error AV308"],
        ),
        (
            &new,
            MANAGER,
            r#"{"connections_prefix": "", "variables_prefix": ""}"#,
            &["info AV306", "info AV309", "info AV309"],
        ),
        (&new, MANAGER, r#"{"sep": ":"}"#, &["error AV308"]),
        (
            &new,
            MANAGER,
            r#"{"connections_prefix": "<your-prefix>/x"}"#,
            none,
        ),
        (&new, MANAGER, r#"{"connections_prefix": 5}"#, none),
        (&new, MANAGER, r#"{"connections_prefix": "a" "#, none),
        (
            &new,
            "mine.Backend",
            r#"{"connections_prefix": "//a"}"#,
            none,
        ),
    ];
    for (target, class, kwargs, wanted) in cases {
        assert_eq!(
            &run(target, class, kwargs),
            wanted,
            "{} {kwargs}",
            target.amazon()
        );
    }
}

#[test]
fn azure_has_letters_digits_and_hyphens() {
    let azure = "airflow.providers.microsoft.azure.secrets.key_vault.AzureKeyVaultBackend";
    let new = newest();
    let run = |kwargs| run(&new, azure, kwargs);
    assert_eq!(
        run(r#"{"connections_prefix": "airflow/connections"}"#),
        ["error AV308"]
    );
    assert_eq!(run(r#"{"sep": "/"}"#), ["error AV308"]);
    assert!(run(r#"{"connections_prefix": "airflow_connections"}"#).is_empty());
    assert!(run(r#"{"connections_prefix": null}"#).is_empty());
}

#[test]
fn google_refuses_slashes_while_it_starts() {
    let google = "airflow.providers.google.cloud.secrets.secret_manager.CloudSecretManagerBackend";
    let new = newest();
    assert_eq!(
        run(
            &new,
            google,
            r#"{"connections_prefix": "airflow/connections"}"#
        ),
        ["error AV308"]
    );
    assert_eq!(run(&new, google, r#"{"sep": "/"}"#), ["error AV308"]);
    let none: [&str; 0] = [];
    assert_eq!(
        run(&new, google, r#"{"connections_prefix": null, "sep": "/"}"#),
        none
    );
    assert_eq!(
        run(
            &new,
            google,
            r#"{"connections_prefix": "airflow-connections"}"#
        ),
        none
    );
}

#[test]
fn a_guessed_target_claims_less() {
    let arn = r#"{"connections_prefix": "arn:aws:ssm:eu-west-1:123456789012:parameter/a"}"#;
    assert_eq!(run(&guess(), SSM, arn), ["warning AV308"]);
    let sep = r#"{"connections_prefix": "a/b/", "sep": "-"}"#;
    assert_eq!(run(&guess(), MANAGER, sep), ["info AV303"]);
}

#[test]
fn workers_and_server_are_compared() {
    let pairs = [
        ("secrets.backend", MANAGER),
        ("secrets.backend_kwargs", r#"{"connections_prefix": "a/b"}"#),
        ("workers.secrets_backend", MANAGER),
        (
            "workers.secrets_backend_kwargs",
            r#"{"connections_prefix": "/a/b"}"#,
        ),
    ];
    let findings = over(super::RULES, &newest(), &[("airflow.cfg", &pairs)], &[]);
    assert_eq!(told(&findings), ["warning AV302", "warning AV305"]);
    assert!(findings[1].subject.starts_with("workers."));
}
