//! What the rules about connection types share: the type of a value and where it stands.

use super::stray_whitespace::is_stray_type;
use super::view::View;
use crate::airflow::conn_types::{self, ConnType};
use crate::source::Text;

/// The type of a connection that is known and not empty.
pub(super) struct Typed<'v> {
    /// As Airflow keeps it. Never to be shown: something else may stand in its place.
    pub name: &'v str,
    /// Its own characters.
    pub at: Text,
    /// It is the scheme of a URI, which is lower-cased.
    pub is_scheme: bool,
}

/// The type of `view`, where it has one and no blank or quote around it is what is wrong.
pub(super) fn of<'v>(view: &'v View<'_>) -> Option<Typed<'v>> {
    let text = view.connection.conn_type.as_ref()?;
    if text.is_empty() || !text.is_known() {
        return None;
    }
    let scheme = view.uri.as_ref().and_then(|uri| {
        let range = uri.parts.scheme.clone()?;
        Some(uri.text.slice(range))
    });
    if scheme.is_none() && is_stray_type(text) {
        return None;
    }
    Some(Typed {
        name: text.expose(),
        is_scheme: scheme.is_some(),
        at: scheme.unwrap_or_else(|| text.clone()),
    })
}

/// The registered type of `view` and its name.
pub(super) fn registered<'v>(view: &'v View<'_>) -> Option<(&'v str, &'static ConnType)> {
    let name = of(view)?.name;
    let kind = conn_types::get(name)?;
    kind.deprecated.is_none().then_some((name, kind))
}

/// How a sentence names the package that registers a type.
pub(super) fn provider(kind: &ConnType) -> &str {
    kind.provider.as_deref().unwrap_or("the provider")
}

/// The key of a field without the prefix that old forms wrote and the hook strips
/// (`extra__google_cloud_platform__project`).
pub(super) fn short_key<'k>(kind: &ConnType, key: &'k str) -> &'k str {
    let prefix = kind.legacy_extra_prefix.as_deref();
    prefix
        .and_then(|prefix| key.strip_prefix(prefix))
        .unwrap_or(key)
}
