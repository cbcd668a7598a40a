//! What the rules about prefixes share: the AWS backends of a deployment with their prefixes.

use crate::airflow::backend::construct::{Attribute, Constructed, Prefix};
use crate::airflow::backend::{Backend, Construction};
use crate::airflow::{Target, Version};
use crate::inputs::EntryKind;
use crate::report::Edit;
use crate::rules::{DeploymentContext, fixes};
use crate::source::{Place, Text};

pub(crate) use crate::airflow::lookup::{SEP_STRIPPED, SLASH_ADDED};

/// One of the two AWS backends, as Airflow builds it.
pub(crate) struct View<'b> {
    /// The pair of options.
    pub backend: &'b Backend<'b>,
    /// What is built from it.
    pub built: Constructed<'b>,
    /// SSM Parameter Store; false: Secrets Manager.
    pub ssm: bool,
    /// Release of the amazon provider.
    pub amazon: Version,
}

/// The AWS backends that Airflow builds.
pub(crate) fn views<'b>(cx: &'b DeploymentContext<'_>) -> Vec<View<'b>> {
    let pairs = cx.secrets.pairs();
    pairs
        .filter_map(|backend| view(backend, cx.target))
        .collect()
}

/// The backend, if it is one of the two of AWS and Airflow builds it.
pub(crate) fn view<'b>(backend: &'b Backend<'b>, target: &Target) -> Option<View<'b>> {
    let Construction::Built(built) = backend.construct(target) else {
        return None;
    };
    built.class.is_aws().then(|| View {
        backend,
        ssm: built.class.short_name == "aws_ssm",
        built: *built,
        amazon: target.amazon(),
    })
}

impl View<'_> {
    /// `secrets.backend_kwargs.connections_prefix`
    pub(crate) fn subject(&self, name: &str) -> String {
        let role = self.backend.role;
        format!("{}.{}.{name}", role.section(), role.kwargs_option())
    }

    /// The service's name.
    pub(crate) fn service(&self) -> &'static str {
        if self.ssm {
            "SSM Parameter Store"
        } else {
            "Secrets Manager"
        }
    }

    /// The separator between prefix and id, where it is known.
    pub(crate) fn sep(&self) -> Option<&str> {
        match &self.built.sep {
            Some(Attribute::Text(sep)) => Some(sep),
            _ => None,
        }
    }
}

/// A prefix that somebody wrote: a string, known, not a placeholder.
pub(crate) struct Written<'v, 'b> {
    /// The prefix.
    pub prefix: &'v Prefix<'b>,
    /// As written.
    pub text: Text,
    /// After the constructor's clean-up.
    pub clean: &'v str,
    /// Where the string stands, without its quotes.
    pub place: Place,
}

/// The prefixes of `view` that somebody wrote as strings, in the constructor's order.
pub(crate) fn written<'v, 'b>(view: &'v View<'b>) -> Vec<Written<'v, 'b>> {
    let mut found = Vec::new();
    for prefix in &view.built.prefixes {
        let (Some(kwarg), Attribute::Text(clean)) = (&prefix.written, &prefix.value) else {
            continue;
        };
        let Some(text) = kwarg.value.string().filter(Text::is_known) else {
            continue;
        };
        // Told by AV111.
        if crate::rules::class::placeholder_left_in::find(text.expose()).is_some() {
            continue;
        }
        found.push(Written {
            prefix,
            text,
            clean,
            place: kwarg.value_place,
        });
    }
    found
}

impl Written<'_, '_> {
    /// The edits by which the prefix reads with `wanted`, which are ranges of [`Written::clean`].
    pub(crate) fn edits(
        &self,
        cx: &DeploymentContext<'_>,
        wanted: &[(std::ops::Range<usize>, &str)],
    ) -> Option<Vec<Edit>> {
        // Clean-up at the front would have moved the ranges.
        if !self.text.expose().starts_with(self.clean) {
            return None;
        }
        fixes::in_setting(cx.inputs, self.place.file, &self.text, wanted)
    }

    /// A part of the string (decoded range), in the file.
    pub(crate) fn at(&self, range: std::ops::Range<usize>) -> Place {
        Place::new(self.place.file, self.text.span(range))
    }
}

/// "connection", "variable", "option": what a prefix is for.
pub(crate) fn thing(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Connection => "connection",
        EntryKind::Variable => "variable",
        EntryKind::Config => "option",
    }
}

/// An ARN of this service, which stands for a name in some requests.
pub(crate) fn is_arn_of(text: &str, service: &str) -> bool {
    let mut parts = text.splitn(6, ':');
    parts.next() == Some("arn")
        && parts
            .next()
            .is_some_and(|partition| partition.starts_with("aws"))
        && parts.next() == Some(service)
        && parts.next().is_some_and(|region| !region.is_empty())
        && parts.next().is_some_and(|account| {
            account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit())
        })
}
