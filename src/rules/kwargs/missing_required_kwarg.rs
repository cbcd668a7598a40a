//! AV219: a keyword argument that the class cannot do without.

use super::call::{self, Call, Kwarg};
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Check, DeploymentContext};

rule! {
    /// # missing-required-kwarg
    ///
    /// ## What it does
    ///
    /// Finds backends that lack what they need: `vault_url` of Azure Key Vault, what the chosen
    /// `auth_type` of Vault asks for, a file for the local file backend.
    ///
    /// ## Why is this bad?
    ///
    /// Azure raises ValueError in every lookup, which Airflow swallows. Vault raises VaultError
    /// while Airflow is imported: no component starts. The local file backend finds nothing.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.microsoft.azure.secrets.key_vault.AzureKeyVaultBackend
    /// backend_kwargs = {"connections_prefix": "airflow-connections"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:3:18: error[AV219] missing-required-kwarg: AzureKeyVaultBackend needs `vault_url`: without it every lookup raises ValueError, which Airflow swallows
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.microsoft.azure.secrets.key_vault.AzureKeyVaultBackend
    /// backend_kwargs = {"connections_prefix": "airflow-connections", "vault_url": "https://example.vault.azure.net"}
    /// ```
    ///
    /// ## Versions
    ///
    /// All.
    ///
    /// ## References
    ///
    /// - `_VaultClient` in `airflow/providers/hashicorp/_internal_client/vault_client.py`
    "AV219", "missing-required-kwarg", Error, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for call in call::calls(cx) {
        match call.class.short_name.as_str() {
            "azure_key_vault" => azure(&call, findings),
            "hashicorp_vault" => vault(cx, &call, findings),
            "local_filesystem" => local(&call, findings),
            _ => {}
        }
    }
}

fn azure(call: &Call<'_>, findings: &mut Findings) {
    if call.has_set("vault_url") {
        return;
    }
    let place = call.kwarg("vault_url").map_or(call.place, Kwarg::place);
    findings
        .report(
            &RULE,
            place,
            format!("{}.vault_url", call.own_subject()),
            "AzureKeyVaultBackend needs `vault_url`: without it every lookup raises ValueError, which Airflow swallows",
        )
        .help("add `vault_url`: https://NAME.vault.azure.net");
}

/// What the methods of Vault need, from the tests at the start of `_VaultClient.__init__`: all of
/// the outer list, one of each inner list.
fn needs(auth_type: &str) -> &'static [&'static [&'static str]] {
    match auth_type {
        "github" => &[&["token", "token_path"]],
        "approle" => &[&["role_id"]],
        "kubernetes" => &[&["kubernetes_role"]],
        "azure" => &[&["azure_resource"], &["azure_tenant_id"]],
        "radius" => &[&["radius_host"], &["radius_secret"]],
        "gcp" => &[&["gcp_scopes"]],
        "jwt" => &[&["jwt_role"], &["jwt_token", "jwt_token_path"]],
        _ => &[],
    }
}

fn vault(cx: &DeploymentContext<'_>, call: &Call<'_>, findings: &mut Findings) {
    let auth_type = match call.kwarg("auth_type") {
        None if call.has("auth_type") => return,
        None => String::from("token"),
        Some(kwarg) => match kwarg.known_string() {
            Some(text) => text.expose().to_owned(),
            None => return,
        },
    };
    if auth_type == "token" {
        let in_environment = cx
            .settings
            .environment
            .variables
            .contains_key("VAULT_TOKEN");
        if call.has_set("token") || call.has_set("token_path") || in_environment {
            return;
        }
        findings
            .report(
                &RULE,
                call.place,
                format!("{}.token", call.own_subject()),
                format!(
                    "Vault's method `token` needs `token`, `token_path` or VAULT_TOKEN: unless Airflow's own environment has that variable, {}",
                    call.role.nothing_starts()
                ),
            )
            .help("make sure that VAULT_TOKEN is set, or add `token_path`")
            .severity(Severity::Info);
        return;
    }
    for one_of in needs(&auth_type) {
        if one_of.iter().any(|name| call.has_set(name)) {
            continue;
        }
        let names: Vec<String> = one_of.iter().map(|name| format!("`{name}`")).collect();
        let names = names.join(" or ");
        let place = call.kwarg("auth_type").map_or(call.place, Kwarg::place);
        findings
            .report(
                &RULE,
                place,
                format!("{}.{}", call.own_subject(), one_of[0]),
                format!(
                    "this `auth_type` of Vault needs {names}: VaultError {}, {}",
                    call.role.when_built(),
                    call.role.nothing_starts()
                ),
            )
            .help(format!("add {names}"));
    }
}

fn local(call: &Call<'_>, findings: &mut Findings) {
    let files = [
        "connections_file_path",
        "variables_file_path",
        "configs_file_path",
    ];
    if files.iter().any(|name| call.has_set(name)) {
        return;
    }
    findings
        .report(
            &RULE,
            call.place,
            call.own_subject(),
            "LocalFilesystemBackend has no file to read: it finds nothing",
        )
        .help("add `connections_file_path` or `variables_file_path`")
        .severity(Severity::Warning);
}
