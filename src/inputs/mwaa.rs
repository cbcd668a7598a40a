//! Configuration options of Amazon MWAA, whatever declares the environment: keys such as
//! `secrets.backend`, which the service hands to Airflow as environment variables.

use super::carrier::{Environment, Variable};
use super::spelling::Spelling;
use crate::source::{Span, Text};

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
        let name = Spelling::Dotted.variable(&key)?;
        Some(Variable { name, value })
    });
    Environment {
        variables: std::iter::once(region).chain(variables).collect(),
        spelling: Spelling::Dotted,
        ..Environment::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
