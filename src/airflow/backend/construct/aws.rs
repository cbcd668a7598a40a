//! `__init__` of `SystemsManagerParameterStoreBackend` and `SecretsManagerBackend`, amazon 1.0.0 to
//! 9.39.0.

use super::bound::Bound;
use super::{Argument, Cause, Constructed, Fault, PREFIXES, Prefix};
use crate::airflow::Version;
use crate::airflow::backend::attribute::{Attribute, NotStripped};
use crate::airflow::backend::data::Habit;
use crate::airflow::lookup::{NULL_SEP, Naming, SEP_STRIPPED, SLASH_ADDED};
use crate::inputs::Kind;
use crate::syntax::json;

pub(super) fn build(mut bound: Bound<'_>, amazon: Version) -> Result<Constructed<'_>, Fault> {
    bound.refuse_extra(false)?;
    let ssm = bound.class.short_name == "aws_ssm";
    let mut prefixes = Vec::new();
    for (kind, name, _) in PREFIXES {
        let value = clean(&bound, name, ssm, amazon)?;
        prefixes.push(Prefix {
            kind,
            name,
            written: bound.argument(name).and_then(|own| own.written.clone()),
            value: value.clone(),
        });
        bound.set(name, value);
    }
    let sep = if ssm {
        Attribute::text("/")
    } else {
        json_settings(&mut bound);
        bound.value("sep").clone()
    };
    let mut patterns = Vec::new();
    if amazon >= SLASH_ADDED {
        for (kind, _, name) in PREFIXES {
            patterns.push((kind, bound.value(name).clone()));
        }
    }
    Ok(Constructed {
        naming: naming(&prefixes, &sep, ssm, amazon),
        class: bound.class,
        options: bound.arguments,
        prefixes,
        sep: Some(sep),
        patterns,
        session: bound.extra,
    })
}

/// `if prefix is not None: prefix.rstrip("/")` of SSM and of old Secrets Manager releases,
/// `if prefix: prefix.rstrip(sep)` of Secrets Manager since 2.3.0.
fn clean(
    bound: &Bound<'_>,
    name: &'static str,
    ssm: bool,
    amazon: Version,
) -> Result<Attribute, Fault> {
    let value = bound.value(name);
    let by_sep = !ssm && amazon >= SEP_STRIPPED;
    let kept = if by_sep {
        value.is_truthy() == Some(false)
    } else {
        *value == Attribute::Null
    };
    if kept {
        return Ok(value.clone());
    }
    let slash = Attribute::text("/");
    let characters = if by_sep { bound.value("sep") } else { &slash };
    value.rstrip(characters).map_err(|why| match why {
        NotStripped::Value => bound.fault("AttributeError", Cause::PrefixType(name), name),
        NotStripped::Characters => bound.fault("TypeError", Cause::SepType, "sep"),
    })
}

/// What Secrets Manager keeps of the arguments for secrets that are JSON.
fn json_settings(bound: &mut Bound<'_>) {
    const ENCODED: &str = "are_secret_values_urlencoded";
    // `extra_conn_words or {}`
    if bound.is_set("extra_conn_words") == Some(false) {
        bound.set("extra_conn_words", Attribute::Json("{}".to_owned()));
    }
    if bound.argument(ENCODED).is_some() && *bound.value(ENCODED) == Attribute::Null {
        bound.set(ENCODED, Attribute::Json("true".to_owned()));
    }
    if !bound.class.does(Habit::PercentDecoded, bound.release) {
        return;
    }
    // 7.0.0 to 8.29.0 take both out of the undeclared ones: `kwargs.pop`.
    bound.extra.retain(|kwarg| kwarg.name != "full_url_mode");
    let is_given = |name: &str, kind| name == ENCODED && kind != json::Kind::Null;
    let given = bound
        .extra
        .iter()
        .position(|kwarg| is_given(&kwarg.name, kwarg.value.kind()));
    let written = given.map(|index| bound.extra.remove(index));
    let value = match &written {
        Some(kwarg) => Attribute::of(&kwarg.value),
        None if bound.complete => Attribute::Json("false".to_owned()),
        None => Attribute::Unknown,
    };
    bound.arguments.push(Argument {
        name: ENCODED,
        written,
        value,
    });
}

/// `build_path` and the tests around it. `None` where a part is not known.
fn naming(prefixes: &[Prefix<'_>], sep: &Attribute, ssm: bool, amazon: Version) -> Option<Naming> {
    let sep = match sep {
        Attribute::Text(sep) => sep.as_str(),
        Attribute::Null => NULL_SEP,
        Attribute::Json(_) | Attribute::Unknown => return None,
    };
    let mut named = prefixes.iter().map(|prefix| match &prefix.value {
        Attribute::Null => Some(None),
        Attribute::Text(text) => Some(Some(text.clone())),
        // Only false values get here: they act like "".
        Attribute::Json(_) => Some(Some(String::new())),
        Attribute::Unknown => None,
    });
    let mut next = || named.next().flatten();
    let prefixes = [next()?, next()?, next()?];
    let store = if ssm { Kind::Ssm } else { Kind::SecretsManager };
    Some(Naming::built(store, prefixes, sep, amazon))
}
