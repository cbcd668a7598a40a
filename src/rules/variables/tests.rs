use super::{secret_option_holds_value, secret_option_not_served};
use crate::rules::files::cfg_testing::{Case, lines};
use crate::rules::testing::{MANAGER, SSM};

const LOCAL: &str = "airflow.secrets.local_filesystem.LocalFilesystemBackend";

fn cfg(class: &str, kwargs: &str, option: &str, id: &str) -> Case {
    Case::cfg(&format!(
        "[core]\n{option} = {id}\n[secrets]\nbackend = {class}\nbackend_kwargs = {kwargs}\n"
    ))
}

fn held(class: &str, kwargs: &str, id: &str) -> String {
    lines(
        &secret_option_holds_value::RULE,
        &cfg(class, kwargs, "fernet_key_secret", id),
    )
    .join("|")
}

fn refused(class: &str, kwargs: &str) -> String {
    refusal(&cfg(class, kwargs, "fernet_key_secret", "fernet_key"))
}

fn refusal(case: &Case) -> String {
    lines(&secret_option_not_served::RULE, case).join("|")
}

const URI: &str = "postgresql://u:example-pw@h/db";

#[test]
fn a_value_in_place_of_an_id_is_an_error_where_the_class_is_known() {
    for class in [SSM, MANAGER, LOCAL, ""] {
        assert!(held(class, "{}", URI).contains("error"), "{class}");
    }
    assert!(held("mine.Backend", "{}", URI).contains("warning"));
    // A class of its own may call its secrets so.
    assert_eq!(held("mine.Backend", "{}", "op://vault/item"), "");
    assert!(held(SSM, "{}", "op://vault/item").contains("error"));
    let key = "ZXhhbXBsZS1leGFtcGxlLWV4YW1wbGUtZXhhbXBsZTE=";
    assert!(held(SSM, "{}", key).contains("a Fernet key"));
    assert_eq!(held(SSM, "{}", &key[1..]), "");
}

#[test]
fn the_prefix_is_known_from_the_backend() {
    let all = r#"{"config_prefix": "/prod/config"}"#;
    assert!(held(SSM, all, "/prod/config/fernet_key").contains("error"));
    assert!(held(SSM, all, "prod/config/fernet_key").contains("whole name"));
    assert!(held(SSM, all, "/other").contains("`//`"));
    assert_eq!(held(SSM, all, "other/fernet_key"), "");
    assert_eq!(held(SSM, all, "prod/configuration"), "");
    let manager = r#"{"config_prefix": "airflow-config", "sep": "-"}"#;
    assert!(held(MANAGER, manager, "airflow-config-fernet").contains("error"));
    assert!(
        held(
            MANAGER,
            "{}",
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:x-AbCdEf"
        )
        .contains("an ARN")
    );
    let bare = r#"{"config_prefix": ""}"#;
    assert_eq!(held(MANAGER, bare, "airflow/config/fernet_key"), "");
    let vault = "airflow.providers.hashicorp.secrets.vault.VaultBackend";
    assert!(held(vault, "{}", "config/fernet_key").contains("whole name"));
    let google = "airflow.providers.google.cloud.secrets.secret_manager.CloudSecretManagerBackend";
    assert!(held(google, "{}", "airflow-config-fernet-key").contains("whole name"));
    assert_eq!(held(google, "{}", "fernet-key"), "");
}

#[test]
fn classes_that_serve_no_options() {
    assert!(refused(LOCAL, "{}").contains("`configs_file_path` is not set"));
    let file = r#"{"configs_file_path": "/secrets/configs.json"}"#;
    assert_eq!(refused(LOCAL, file), "");
    let old = cfg(LOCAL, file, "fernet_key_secret", "x").airflow("2.11.2");
    assert!(refusal(&old).contains("before Airflow 3.2.0"));
    let environment = "airflow.secrets.environment_variables.EnvironmentVariablesBackend";
    assert!(refused(environment, "{}").contains("serves no options"));
    assert_eq!(refused("mine.Backend", "{}"), "");
    assert_eq!(refused(SSM, "{}"), "");
    assert_eq!(refused(SSM, "{{ kwargs }}"), "");
    assert!(refused(SSM, r#"{"config_prefix": null}"#).contains("`config_prefix` is null"));
    let vault = "airflow.providers.hashicorp.secrets.vault.VaultBackend";
    assert!(refused(vault, r#"{"config_path": null}"#).contains("`config_path` is null"));
}

#[test]
fn a_pattern_may_leave_the_id_out() {
    let pattern = r#"{"config_lookup_pattern": "sql"}"#;
    let case = cfg(SSM, pattern, "fernet_key_secret", "fernet_key");
    assert!(refusal(&case).contains(" error "));
    assert!(refusal(&case.guessed()).contains(" warning "));
    assert_eq!(refused(SSM, r#"{"config_lookup_pattern": "FERNET"}"#), "");
}

#[test]
fn without_a_backend_nobody_is_asked() {
    let none = Case::cfg("[core]\nfernet_key_secret = x\n");
    assert!(refusal(&none).contains(" warning "), "{}", refusal(&none));
    // Not sensitive, plain in the same file, an option of that name: others speak of those, or nobody.
    for text in [
        "[core]\nexecutor_secret = x\n",
        "[core]\nfernet_key =\nfernet_key_secret = x\n",
        "[api_auth]\njwt_secret = x\n",
        "[secrets]\nbackend_kwargs_secret = x\n",
        "[core]\nfernet_key_secret = {{ id }}\n",
        "[core]\nfernet_key_secret =\n",
    ] {
        assert_eq!(refusal(&Case::cfg(text)), "", "{text}");
    }
}

#[test]
fn another_source_is_used_then() {
    let case = Case::cfg("[core]\nfernet_key = test\n").env(
        "core",
        "fernet_key",
        crate::inputs::Form::Secret,
    );
    let said = refusal(&case);
    assert!(said.contains("plain value of another file"), "{said}");
}
