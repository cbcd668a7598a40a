//! Settings by section and name, for whoever reads many options of many settings.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use super::Settings;
use super::names::written_name;
use crate::inputs::Setting;

/// See [`Settings::index`].
#[derive(Clone, Default)]
pub struct Index<'a>(HashMap<(&'a str, Cow<'a, str>), Vec<&'a Setting>>);

impl fmt::Debug for Index<'_> {
    /// Without the names: a broken line may have made one of a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Index").field(&self.0.len()).finish()
    }
}

impl<'a> Settings<'a> {
    /// From now on reading an option takes the same time whatever is written. To be called again
    /// when `written` changes.
    pub fn index(&mut self) {
        let mut index = Index::default();
        for &setting in &self.written {
            let name = (setting.section.as_str(), written_name(setting));
            index.0.entry(name).or_default().push(setting);
        }
        self.by_name = Some(index);
    }

    /// The settings of that section and written name, in file order.
    pub(super) fn named(&self, section: &str, name: &str) -> impl Iterator<Item = &'a Setting> {
        let found: Vec<&'a Setting> = match &self.by_name {
            Some(index) => {
                let key = (section, Cow::Borrowed(name));
                index.0.get(&key).cloned().unwrap_or_default()
            }
            None => self
                .written
                .iter()
                .copied()
                .filter(|setting| setting.section == section && written_name(setting) == name)
                .collect(),
        };
        found.into_iter()
    }
}
