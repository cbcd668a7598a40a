//! Configuration options of Amazon MWAA, whatever declares the environment: keys such as
//! `secrets.backend`, which the service hands to Airflow as environment variables.

use super::carrier::{Environment, Variable};
use crate::source::{Span, Text, TextBuilder};

/// The environment that the options of one MWAA environment make, by their keys; `at`: where they stand. The
/// service adds the region it runs in.
pub fn environment(
    at: Span,
    options: impl IntoIterator<Item = (Text, Option<Text>)>,
) -> Environment {
    let region = Variable {
        name: Text::elsewhere("AWS_DEFAULT_REGION", Span::at(at.start)),
        value: None,
    };
    let variables = options.into_iter().filter_map(|(key, value)| {
        let name = variable_name(&key)?;
        Some(Variable { name, value })
    });
    Environment {
        env_files: Vec::new(),
        variables: std::iter::once(region).chain(variables).collect(),
    }
}

/// `AIRFLOW__SECRETS__BACKEND` for `secrets.backend`, each part with the place of what it stands for.
/// `None` for a key that names no option of a section, or that is not known.
pub fn variable_name(key: &Text) -> Option<Text> {
    let words = key.expose();
    let (section, option) = words.split_once('.')?;
    if section.is_empty() || option.is_empty() || !key.is_known() {
        return None;
    }
    let dot = section.len();
    let mut name = TextBuilder::at(key.source().start);
    let section = format!("AIRFLOW__{}", section.to_uppercase());
    name.push_replaced(key, 0..dot, &section);
    name.push_replaced(key, dot..dot + 1, "__");
    name.push_replaced(key, dot + 1..words.len(), &option.to_uppercase());
    Some(name.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_is_a_variable_that_stands_where_its_key_does() {
        let name = variable_name(&Text::verbatim("secrets.backend_kwargs", 10)).unwrap();
        assert_eq!(name.expose(), "AIRFLOW__SECRETS__BACKEND_KWARGS");
        assert_eq!(name.source(), Span::new(10, 32));
        assert_eq!(name.own_pieces(0..name.len()).len(), 3);
    }

    #[test]
    fn the_service_knows_its_region() {
        let key = Text::verbatim("core.x", 4);
        let environment = environment(Span::new(2, 20), [(key, None)]);
        let names = environment.variables.iter().map(|one| one.name.expose());
        assert_eq!(
            names.collect::<Vec<_>>(),
            ["AWS_DEFAULT_REGION", "AIRFLOW__CORE__X"]
        );
    }

    #[test]
    fn what_is_no_key_of_an_option_sets_nothing() {
        for key in ["secrets", ".backend", "secrets.", ""] {
            assert!(variable_name(&Text::verbatim(key, 0)).is_none(), "{key}");
        }
        let unknown = Text::verbatim("secrets.${x}", 0).into_unknown();
        assert!(variable_name(&unknown).is_none());
    }
}
