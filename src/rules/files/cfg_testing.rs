//! Runs one rule over an airflow.cfg given as text, and says what it found in one line each.

use std::collections::BTreeSet;
use std::path::Path;

use crate::airflow::Target;
use crate::airflow::backend::SecretsConfig;
use crate::airflow::config::{Environment, Settings};
use crate::inputs::{Form, Input, Kind, Tree, cfg};
use crate::report::{Finding, Findings};
use crate::rules::testing::{self, Deployment};
use crate::rules::{Check, FileContext, Rule};
use crate::source::{FileId, Text};

/// One airflow.cfg, what the environment sets beside it, and a target.
pub(crate) struct Case {
    pub(crate) text: String,
    pub(crate) path: &'static str,
    /// Options of the environment: section, option, form, value.
    pub(crate) environment: Vec<(&'static str, &'static str, Form, &'static str)>,
    /// Other variables.
    pub(crate) variables: Vec<(&'static str, &'static str)>,
    pub(crate) target: Target,
}

impl Case {
    pub(crate) fn cfg(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            path: "airflow.cfg",
            environment: Vec::new(),
            variables: Vec::new(),
            target: Target::chosen("3.3.2"),
        }
    }

    pub(crate) fn airflow(mut self, release: &str) -> Self {
        self.target.airflow = release.parse().unwrap();
        self
    }

    pub(crate) fn guessed(mut self) -> Self {
        self.target = self.target.guessed();
        self
    }

    pub(crate) fn env(mut self, section: &'static str, option: &'static str, form: Form) -> Self {
        self.environment.push((section, option, form, "value"));
        self
    }

    pub(crate) fn variable(mut self, name: &'static str, value: &'static str) -> Self {
        self.variables.push((name, value));
        self
    }

    fn inputs(&self) -> [Input; 2] {
        let parts = cfg::read(&self.text, FileId(0), Path::new(self.path));
        let cfg_input = Input {
            mask: parts.mask,
            settings: parts.settings,
            templated: parts.templated,
            ..testing::input(
                0,
                self.path,
                Kind::Cfg,
                self.text.as_bytes(),
                Tree::Cfg(parts.tree),
            )
        };
        let settings = self
            .environment
            .iter()
            .map(|(section, option, form, value)| {
                testing::env_setting(section, option, form.clone(), value)
            })
            .collect();
        let env_input = Input {
            settings,
            ..testing::input(1, ".env", Kind::Env, b"", Tree::Store)
        };
        [cfg_input, env_input]
    }
}

/// What `rule` finds: `line:column-line:column severity message`, sorted by place.
pub(crate) fn lines(rule: &'static Rule, case: &Case) -> Vec<String> {
    let inputs = case.inputs();
    let found = findings_in(rule, case, &inputs);
    found
        .iter()
        .map(|finding| {
            let input = &inputs[finding.place.file.0 as usize];
            testing::line(finding, input)
        })
        .collect()
}

/// What `rule` finds, sorted by place.
pub(crate) fn findings(rule: &'static Rule, case: &Case) -> Vec<Finding> {
    findings_in(rule, case, &case.inputs())
}

fn findings_in(rule: &'static Rule, case: &Case, inputs: &[Input]) -> Vec<Finding> {
    let all: Vec<&Input> = inputs.iter().collect();
    let variables = case
        .variables
        .iter()
        .map(|&(name, value)| (name.into(), Some(Text::verbatim(value, 0))))
        .collect();
    let settings = Settings {
        written: inputs.iter().flat_map(|input| &input.settings).collect(),
        environment: Environment { variables },
        has_cfg: true,
        has_env: true,
        ..Settings::default()
    };
    let secrets = SecretsConfig::read(&settings, &case.target);
    let mut findings = Findings::new();
    for input in inputs {
        let cx = FileContext {
            input,
            target: &case.target,
            has_backend: secrets.backends().next().is_some(),
            deployment_inputs: &all,
            unused: None,
            readers: &[],
            unread_beside: None,
        };
        for check in rule.checks {
            if let Check::File(check) = check {
                check(&cx, &mut findings);
            }
        }
    }
    let deployment = Deployment {
        target: &case.target,
        inputs: &all,
        all_inputs: &all,
        settings: &settings,
        aws_profiles: None,
        committed: BTreeSet::new(),
    };
    let mut list = findings.into_vec();
    list.extend(deployment.findings(&[rule]));
    list.sort_by_key(|finding| (finding.place, finding.message.clone()));
    list
}
