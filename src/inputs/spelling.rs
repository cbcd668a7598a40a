//! How carriers write the names of options: as environment variables, or as keys of a managed service.

use crate::source::{Text, TextBuilder};

/// How the name of an option is written in a file that sets it for the environment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spelling {
    /// `AIRFLOW__CORE__EXECUTOR`
    #[default]
    Variable,
    /// `core.executor`, as Amazon MWAA takes it.
    Dotted,
    /// `core-executor`, as Cloud Composer takes it.
    Hyphened,
}

impl Spelling {
    /// The option in this spelling.
    pub fn name(self, section: &str, option: &str) -> String {
        // No spelling takes `common.ai` as it stands in airflow.cfg.
        let section = section.replace('.', "_");
        match self {
            Self::Variable => format!("AIRFLOW__{section}__{option}").to_uppercase(),
            Self::Dotted => format!("{section}.{option}"),
            Self::Hyphened => format!("{section}-{option}"),
        }
    }

    /// `AIRFLOW__SECRETS__BACKEND` for `secrets.backend` or `secrets-backend`, each part with the place of what it
    /// stands for. `None` for a key that names no option of a section, or that is not known.
    pub fn variable(self, key: &Text) -> Option<Text> {
        let between = match self {
            Self::Variable => return Some(key.clone()),
            Self::Dotted => '.',
            Self::Hyphened => '-',
        };
        let words = key.expose();
        let (section, option) = words.split_once(between)?;
        if section.is_empty() || option.is_empty() || !key.is_known() {
            return None;
        }
        let at = section.len();
        let mut name = TextBuilder::at(key.source().start);
        let section = format!("AIRFLOW__{}", section.to_uppercase());
        name.push_replaced(key, 0..at, &section);
        name.push_replaced(key, at..at + 1, "__");
        name.push_replaced(key, at + 1..words.len(), &option.to_uppercase());
        Some(name.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    #[test]
    fn an_option_is_a_variable_that_stands_where_its_key_does() {
        for (spelling, key) in [
            (Spelling::Dotted, "secrets.backend_kwargs"),
            (Spelling::Hyphened, "secrets-backend_kwargs"),
        ] {
            let name = spelling.variable(&Text::verbatim(key, 10)).unwrap();
            assert_eq!(name.expose(), "AIRFLOW__SECRETS__BACKEND_KWARGS");
            assert_eq!(name.source(), Span::new(10, 32));
            assert_eq!(name.own_pieces(0..name.len()).len(), 3);
            assert_eq!(spelling.name("secrets", "backend_kwargs"), key);
        }
    }

    #[test]
    fn what_is_no_key_of_an_option_sets_nothing() {
        for key in ["secrets", ".backend", "secrets.", "secrets-backend", ""] {
            let found = Spelling::Dotted.variable(&Text::verbatim(key, 0));
            assert!(found.is_none(), "{key}");
        }
        let unknown = Text::verbatim("secrets.${x}", 0).into_unknown();
        assert!(Spelling::Dotted.variable(&unknown).is_none());
    }
}
