//! What the rules about `_SECRET` share: which options ask the backend, for which id, and what
//! Airflow goes on with where nothing comes back.

use crate::airflow::interpolation::Fault;
use crate::inputs::{Form, Origin, Setting};
use crate::rules::DeploymentContext;
use crate::rules::class::unsupported_source::{Name, is_asked};
use crate::source::Text;

/// A sensitive option that asks the backend for its value.
pub(super) struct Reference<'a> {
    pub(super) setting: &'a Setting,
    /// The id that is asked for. From a file it is interpolated; `$` is expanded in neither.
    pub(super) id: Text,
}

/// Every option that asks the backend, with an id that is known and not empty.
pub(super) fn references<'a>(cx: &DeploymentContext<'a>) -> Vec<Reference<'a>> {
    let asking = cx.settings.written.iter().copied();
    let asking = asking.filter(|setting| setting.form == Form::Secret && is_asked(cx, setting));
    asking
        .filter_map(|setting| {
            let id = id(cx, setting).ok()?;
            (id.is_known() && !id.is_empty()).then_some(Reference { setting, id })
        })
        .collect()
}

/// `super().get(section, fallback_key)` and `os.environ[env_var_secret_path]`.
fn id(cx: &DeploymentContext<'_>, setting: &Setting) -> Result<Text, Fault> {
    match setting.origin {
        Origin::Env => Ok(setting.value.clone()),
        Origin::Cfg => cx.settings.interpolated(setting),
    }
}

impl Reference<'_> {
    /// As it is written in its carrier.
    pub(super) fn name(&self) -> String {
        Name::of(self.setting).full
    }

    /// For [`crate::report::Finding::subject`].
    pub(super) fn subject(&self) -> String {
        format!("{}.{}", self.setting.section, self.name().to_lowercase())
    }

    /// Some file of the deployment gives the option a plain value, which Airflow falls back on.
    pub(super) fn has_plain_value(&self, cx: &DeploymentContext<'_>) -> bool {
        cx.all_inputs
            .iter()
            .flat_map(|input| &input.settings)
            .any(|other| {
                other.form == Form::Plain
                    && other.option == self.setting.option
                    && !other.value.is_empty()
            })
    }

    /// What Airflow does when nothing comes back: `AirflowConfigParser.get` tries the next
    /// source, and in the end the default.
    pub(super) fn consequence(&self, cx: &DeploymentContext<'_>) -> &'static str {
        if self.has_plain_value(cx) {
            return "silently uses the plain value of another file";
        }
        match self.setting.option.as_str() {
            "fernet_key" => "silently stores passwords without encryption",
            "sql_alchemy_conn" => "silently uses its SQLite default",
            "secret_key" | "jwt_secret" | "internal_api_secret_key" => {
                "silently makes up a key in each process"
            }
            _ => "silently uses the default",
        }
    }
}
