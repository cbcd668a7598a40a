//! The constructor call that Airflow makes: a known class and the arguments that reach it.

use std::ops::Range;

use crate::airflow::backend::data::{self, BackendClass, KwargFact, UnknownKwarg};
use crate::airflow::backend::{Backend, Kwargs, Role};
use crate::airflow::config::Reading;
use crate::airflow::public;
use crate::airflow::{Target, Version};
use crate::inputs::{Form, Setting};
use crate::report::Severity;
use crate::rules::DeploymentContext;
use crate::source::{Place, Text};
use crate::syntax::json::{Kind, Value};

/// First release with `AIRFLOW__SECRETS__BACKEND_KWARG__<NAME>`.
pub(crate) const PER_KEY_SINCE: Version = Version::new(3, 2, 0);

/// A backend whose class is in the table, with what it is called with.
pub(crate) struct Call<'a> {
    /// Which options configure it.
    pub role: Role,
    /// Its class.
    pub class: &'static BackendClass,
    /// Release that the table's numbers are compared with; `None`: not known.
    pub release: Option<Version>,
    /// Airflow's release.
    pub airflow: Version,
    /// Arguments of the JSON object that per-key variables do not replace.
    pub kwargs: Vec<Kwarg<'a>>,
    /// Arguments from per-key environment variables (3.2.0 and later).
    pub per_key: Vec<PerKey<'a>>,
    /// The whole object, or the class path where there is none.
    pub place: Place,
}

/// One argument of the JSON object.
#[derive(Clone)]
pub(crate) struct Kwarg<'a> {
    /// Name.
    pub name: String,
    /// Value.
    pub value: Value<'a>,
    /// Where the name stands, without its quotes.
    pub name_place: Place,
    /// The name stands in the file as it is (no variable supplied it), so that it may be shown.
    pub written: bool,
    /// The name with its map.
    pub name_text: Text,
    setting: &'a Setting,
}

/// One argument from an environment variable of its own.
pub(crate) struct PerKey<'a> {
    /// Lower-cased name.
    pub name: &'a str,
    /// The variable.
    pub setting: &'a Setting,
}

/// What a class is called with, whichever it is.
pub(crate) struct Given<'a> {
    /// Arguments of the JSON object that per-key variables do not replace.
    pub kwargs: Vec<Kwarg<'a>>,
    /// Arguments from per-key environment variables (3.2.0 and later).
    pub per_key: Vec<PerKey<'a>>,
    /// The whole object; `None` where there is none.
    pub place: Option<Place>,
}

/// What an argument's name is to the class in the target's release. Each belongs to one rule.
#[derive(Clone, Copy)]
pub(crate) enum Standing {
    /// It means something.
    Known(&'static KwargFact),
    /// AV203.
    Unknown,
    /// AV205: a later release brought it.
    TooNew(&'static KwargFact),
    /// AV205: a release took it away.
    Removed(&'static KwargFact, Version),
    /// AV206: taken, and without effect.
    NoEffect(NoEffect),
}

/// Why a name has no effect.
#[derive(Clone, Copy)]
pub(crate) enum NoEffect {
    /// The sister class has it, this one has not.
    OtherClass,
    /// An AWS setting that the amazon provider no longer reads.
    Dropped(&'static KwargFact, Version),
    /// Still accepted, with a deprecation warning.
    Deprecated(&'static KwargFact),
}

/// The calls whose class and arguments are known.
pub(crate) fn calls<'a>(cx: &'a DeploymentContext<'a>) -> Vec<Call<'a>> {
    let backends = std::iter::once(&cx.secrets.main).chain(&cx.secrets.worker);
    backends
        .filter_map(|backend| call(cx.target, backend))
        .collect()
}

/// The call of one backend.
pub(crate) fn call<'a>(target: &Target, backend: &'a Backend<'a>) -> Option<Call<'a>> {
    let Reading::Value { setting, text } = &backend.class else {
        return None;
    };
    if !text.is_known() {
        return None;
    }
    let class = data::class_for(text.expose())?.class;
    let given = given(backend)?;
    Some(Call {
        role: backend.role,
        class,
        release: class.release(target),
        airflow: target.airflow,
        kwargs: given.kwargs,
        per_key: given.per_key,
        place: given.place.unwrap_or_else(|| setting.value_place()),
    })
}

/// The arguments of one backend; `None` where they are dropped (AV201, AV202), or not known.
pub(crate) fn given<'a>(backend: &'a Backend<'a>) -> Option<Given<'a>> {
    let json = match &backend.kwargs {
        Kwargs::Absent => None,
        Kwargs::Object { setting, json } => Some((*setting, json)),
        Kwargs::NotJson { .. } | Kwargs::NotObject { .. } | Kwargs::Unknown { .. } => return None,
    };
    // Empty before 3.2.0.
    let per_key: Vec<PerKey<'a>> = backend
        .per_key
        .iter()
        .filter_map(|&setting| match &setting.form {
            Form::PerKey(name) => Some(PerKey { name, setting }),
            _ => None,
        })
        .collect();
    let kwargs = json.map_or_else(Vec::new, |(setting, json)| {
        json.root()
            .effective_members()
            .into_iter()
            .filter(|member| member.key.raw().is_known())
            .filter_map(|member| Kwarg::new(setting, member.key, member.value))
            .filter(|kwarg| per_key.iter().all(|other| other.name != kwarg.name))
            .collect()
    });
    Some(Given {
        kwargs,
        per_key,
        place: json.map(|(setting, json)| Place::new(setting.file, json.root().span())),
    })
}

/// The per-key variables of a role, with their lower-cased names.
pub(crate) fn per_key_settings<'a>(
    cx: &'a DeploymentContext<'a>,
    role: Role,
) -> impl Iterator<Item = (&'a str, &'a Setting)> {
    cx.settings.written.iter().filter_map(move |setting| {
        let Form::PerKey(name) = &setting.form else {
            return None;
        };
        (setting.section == role.section() && !name.is_empty()).then_some((name.as_str(), *setting))
    })
}

/// A setting of either role's class that is not empty, in any file of the deployment.
pub(crate) fn is_backend_configured(cx: &DeploymentContext<'_>) -> bool {
    let names_a_class = |setting: &Setting| {
        let role = [Role::Secrets, Role::Workers].into_iter().find(|role| {
            setting.section == role.section() && setting.option == role.class_option()
        });
        role.is_some() && setting.form == Form::Plain && !setting.value.is_empty()
    };
    cx.all_inputs
        .iter()
        .flat_map(|input| &input.settings)
        .chain(cx.settings.written.iter().copied())
        .any(names_a_class)
}

impl<'a> Kwarg<'a> {
    fn new(setting: &'a Setting, key: Value<'a>, value: Value<'a>) -> Option<Self> {
        let span = key.inner_span();
        let name_text = key.string()?;
        let own = name_text.own_pieces(0..name_text.len());
        let own: usize = own.iter().map(|piece| piece.len()).sum();
        Some(Self {
            name: key.as_str()?.into_owned(),
            value,
            name_place: Place::new(setting.file, span),
            written: own == name_text.len(),
            name_text,
            setting,
        })
    }

    /// A member of an object value, as an argument of its own.
    pub(crate) fn members(&self) -> Vec<Kwarg<'a>> {
        self.value
            .effective_members()
            .into_iter()
            .filter_map(|member| Kwarg::new(self.setting, member.key, member.value))
            .collect()
    }

    /// Where the value stands, quotes included.
    pub(crate) fn place(&self) -> Place {
        Place::new(self.setting.file, self.value.span())
    }

    /// Where a decoded range of the string value stands.
    pub(crate) fn place_in(&self, text: &Text, range: Range<usize>) -> Place {
        Place::new(self.setting.file, text.span(range))
    }

    /// The file.
    pub(crate) fn place_of(&self, value: Value<'_>) -> Place {
        Place::new(self.setting.file, value.span())
    }

    /// The value, when it is a string that is known in full.
    pub(crate) fn known_string(&self) -> Option<Text> {
        self.value.string().filter(Text::is_known)
    }

    /// True when nothing of the value is left to run time.
    pub(crate) fn is_known(&self) -> bool {
        self.value.raw().is_known()
    }

    /// True for a value that Python takes for true, or one that is not known.
    pub(crate) fn is_set(&self) -> bool {
        !self.is_known() || self.value.is_truthy()
    }

    /// The name for a message.
    pub(crate) fn shown(&self) -> String {
        shown_name(&self.name, self.written)
    }
}

/// A key of the settings for a message: as it stands where it looks like a name, else described.
pub(crate) fn shown_name(name: &str, written: bool) -> String {
    if written && public::is_plain_key(name) {
        return format!("`{name}`");
    }
    match name.chars().count() {
        0 => String::from("an empty key"),
        1 => String::from("a key of one character"),
        length => format!("a key of {length} characters"),
    }
}

impl<'a> Call<'a> {
    /// The argument `name` of the JSON object.
    pub(crate) fn kwarg(&self, name: &str) -> Option<&Kwarg<'a>> {
        self.kwargs.iter().find(|kwarg| kwarg.name == name)
    }

    /// True when the argument is given in any way, null included.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.kwarg(name).is_some() || self.per_key.iter().any(|other| other.name == name)
    }

    /// True when the argument is given and Python takes it for true (or it is not known).
    pub(crate) fn has_set(&self, name: &str) -> bool {
        self.kwarg(name).is_some_and(Kwarg::is_set)
            || self
                .per_key
                .iter()
                .any(|other| other.name == name && !other.setting.value.is_empty())
    }

    /// The class's own name, without its module.
    pub(crate) fn class_name(&self) -> &'static str {
        let path = &self.class.class_path;
        path.rsplit('.').next().unwrap_or(path)
    }

    /// "the amazon provider", or "Airflow" for Airflow's own classes.
    pub(crate) fn package(&self) -> String {
        match &self.class.provider {
            Some(provider) => format!("the {provider} provider"),
            None => String::from("Airflow"),
        }
    }

    /// True when the release is known and at least this one.
    pub(crate) fn is_from(&self, release: Version) -> bool {
        self.release.is_some_and(|ours| ours >= release)
    }

    /// True when the release is known and older.
    pub(crate) fn is_before(&self, release: Version) -> bool {
        self.release.is_some_and(|ours| ours < release)
    }

    /// What becomes of a name that the class does not take.
    pub(crate) fn unknown(&self) -> UnknownKwarg {
        self.class.unknown_kwarg(self.release, self.airflow)
    }

    /// What the name is to the class.
    pub(crate) fn standing(&self, name: &str) -> Standing {
        let Some(fact) = self.class.any_kwarg(name) else {
            // SSM takes every extra; before amazon 5.1.0 boto3 refused them on the first lookup.
            if self.class.no_such_kwargs.contains_key(name)
                && self.unknown() == UnknownKwarg::Ignored
            {
                return Standing::NoEffect(NoEffect::OtherClass);
            }
            return Standing::Unknown;
        };
        let Some(release) = self.release else {
            return Standing::Known(fact);
        };
        if release < fact.added_in {
            return Standing::TooNew(fact);
        }
        if let Some(removed) = fact.removed_in.filter(|removed| *removed <= release) {
            let declared = self.class.kwarg(name).is_some();
            if declared {
                return Standing::Removed(fact, removed);
            }
            return Standing::NoEffect(NoEffect::Dropped(fact, removed));
        }
        if name == "full_url_mode" && fact.is_deprecated_in(release) {
            return Standing::NoEffect(NoEffect::Deprecated(fact));
        }
        Standing::Known(fact)
    }

    /// The known name that was probably meant.
    pub(crate) fn meant(&self, name: &str) -> Option<String> {
        if let Some(known) = self.class.extra.observed_ignored_names.get(name) {
            // Some remarks are advice in words.
            return known
                .clone()
                .filter(|known| self.class.any_kwarg(known).is_some());
        }
        let plain = name.trim().to_ascii_lowercase().replace(['-', ' '], "_");
        let kind_swapped = [("_prefix", "_path"), ("_path", "_prefix")]
            .iter()
            .filter_map(|(from, to)| Some(format!("{}{to}", plain.strip_suffix(from)?)));
        let kinds = ["connection", "variable", "configs"]
            .into_iter()
            .filter_map(|kind| {
                let rest = plain.strip_prefix(kind)?.strip_prefix('_')?;
                let kind = if kind == "configs" {
                    "config".to_owned()
                } else {
                    format!("{kind}s")
                };
                Some(format!("{kind}_{rest}"))
            });
        let candidates: Vec<String> = std::iter::once(plain.clone())
            .chain(kind_swapped)
            .chain(kinds)
            .collect();
        let in_release = |fact: &KwargFact| self.release.is_none_or(|release| fact.is_in(release));
        candidates
            .iter()
            .find_map(|name| self.class.any_kwarg(name))
            .or_else(|| self.class.nearest_kwarg(name))
            .filter(|fact| in_release(fact))
            .map(|fact| fact.name.clone())
    }

    /// `secrets.backend_kwargs.NAME`: identifies a finding.
    pub(crate) fn subject(&self, kwarg: &Kwarg<'_>) -> String {
        if let Some(fact) = self.class.any_kwarg(&kwarg.name) {
            return format!("{}.{}", self.own_subject(), fact.name);
        }
        self.own_subject()
    }

    /// `secrets.backend_kwargs`.
    pub(crate) fn own_subject(&self) -> String {
        format!("{}.{}", self.role.section(), self.role.kwargs_option())
    }
}

/// The severity of a finding that does not hold for every supported release: one level less when
/// nobody chose the target.
pub(crate) fn per_release(severity: Severity, target: &Target) -> Severity {
    if target.is_guess() {
        severity.lowered()
    } else {
        severity
    }
}

/// What to add to a message on a lookup pattern: the amazon provider ignores the keyword before
/// 7.3.0, so a finding on its value does not hold for every supported release.
pub(crate) fn pattern_range(name: &str, target: &Target) -> Option<&'static str> {
    let ranged = target.is_guess() && name.ends_with("_lookup_pattern");
    ranged.then_some(" (amazon provider 7.3.0 and later; earlier ones ignore the pattern)")
}

/// "a string", "null", …
pub(crate) fn described(kind: Kind) -> &'static str {
    kind.described()
}
