//! The lookups of `LocalFilesystemBackend`, and letters whose capitals depend on the release of
//! Python.

use super::{Ask, AskCause, Lookup, Skip, Unsure, Way};
use crate::airflow::backend::attribute::Attribute;
use crate::airflow::backend::data::Habit;

impl Lookup<'_, '_, '_> {
    pub(super) fn local_file(&self) -> Way<Vec<String>> {
        let name = self.of_kind([
            "connections_file_path",
            "variables_file_path",
            "configs_file_path",
        ]);
        if self.built.option(name).is_none() {
            return Err(Ask::Skips(Skip::NoSuchKind));
        }
        // `if not self.connections_file`
        if !self.is_set(name)? {
            return Err(Ask::Skips(Skip::NoFile));
        }
        let by_pathlib = self.does(Habit::UnsupportedFileType);
        let path = match self.value(name)? {
            Attribute::Text(path) => path,
            // `Path(file_path)`; before, `os.path.exists(file_path)`, to which a whole number is
            // an open file.
            Attribute::Json(json) if !by_pathlib && !json.starts_with(['[', '{']) => {
                return Err(Ask::Unknown(Unsure::Argument(name)));
            }
            _ => return Err(self.raises("TypeError", AskCause::FilePath, name)),
        };
        let extension = if by_pathlib {
            suffix(path)
        } else {
            // `file_path.rsplit(".", 2)[-1]`
            path.rsplit('.').next().unwrap_or_default()
        };
        let known = match extension.to_lowercase().as_str() {
            "env" | "json" | "yaml" => true,
            "yml" => self.does(Habit::YmlFiles),
            _ => false,
        };
        if known {
            return Ok(vec![self.id.to_owned()]);
        }
        let exception = if by_pathlib {
            "AirflowUnsupportedFileTypeException"
        } else {
            "AirflowException"
        };
        Err(self.raises(exception, AskCause::FileExtension, name))
    }
}

/// `Path(path).suffix.lstrip(".")`
fn suffix(path: &str) -> &str {
    let name = path
        .split('/')
        .rfind(|part| !part.is_empty() && *part != ".");
    let name = name.unwrap_or_default();
    match name.rfind('.') {
        Some(at) if at > 0 && at + 1 < name.len() => &name[at + 1..],
        _ => "",
    }
}

/// Letters of which only some releases of Python, or Unicode as Rust has it, know the capital: added
/// after Unicode 12.1, which is that of Python 3.8.
pub(super) const fn is_newly_cased(character: char) -> bool {
    matches!(
        character,
        '\u{19b}'
            | '\u{264}'
            | '\u{1c8a}'
            | '\u{2c5f}'
            | '\u{a7c0}'..='\u{a7dc}'
            | '\u{a7f6}'
            | '\u{10597}'..='\u{105bc}'
            | '\u{10d70}'..='\u{10d85}'
            | '\u{16ebb}'..='\u{16ed3}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suffix_is_that_of_pathlib() {
        for (path, wanted) in [
            ("/a/b.JSON", "JSON"),
            ("/a/.env", ""),
            ("a.env/", "env"),
            ("a.tar.yaml", "yaml"),
            ("a.", ""),
            ("a.b/c", ""),
            ("..", ""),
            ("x.json/.", "json"),
        ] {
            assert_eq!(suffix(path), wanted, "{path}");
        }
    }
}
