//! `airvane schema`: the JSON Schemas that are shipped.

use std::io::{self, Write};

use super::Exit;
use crate::cli::SchemaArgs;

/// Embeds schemas by name, from `schemas/`.
macro_rules! embedded {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../schemas/", $name, ".schema.json")))),*]
    };
}

/// Every schema that is shipped, by name.
pub const SCHEMAS: &[(&str, &str)] = embedded![
    "airvane",
    "baseline",
    "connection",
    "kwargs/akeyless",
    "kwargs/aws_secrets_manager",
    "kwargs/aws_ssm",
    "kwargs/azure_key_vault",
    "kwargs/environment_variables",
    "kwargs/execution_api",
    "kwargs/gcp_secret_manager",
    "kwargs/hashicorp_vault",
    "kwargs/kubernetes_secrets",
    "kwargs/local_filesystem",
    "kwargs/metastore",
    "kwargs/yandex_lockbox",
    "output",
];

/// Prints one schema, or the names of all; `exit` is the code earned so far.
pub fn run(
    args: &SchemaArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
    exit: &mut Exit,
) -> io::Result<()> {
    let Some(name) = &args.name else {
        for (name, _) in SCHEMAS {
            writeln!(out, "{name}")?;
        }
        return Ok(());
    };
    // The file's name will do.
    let plain = name.strip_suffix(".schema.json").unwrap_or(name);
    let plain = plain.strip_prefix("schemas/").unwrap_or(plain);
    if let Some((_, text)) = SCHEMAS.iter().find(|(known, _)| *known == plain) {
        return writeln!(out, "{}", text.trim_end());
    }
    *exit = Exit::Failure;
    writeln!(
        err,
        "airvane: no schema has this name; `airvane schema` lists them"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// `schemas/**/*.schema.json`, without the ending.
    fn shipped() -> Vec<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
        let mut names = Vec::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let name = path.strip_prefix(&root).unwrap().display().to_string();
                names.extend(name.strip_suffix(".schema.json").map(str::to_owned));
            }
        }
        names.sort();
        names
    }

    #[test]
    fn every_schema_of_the_folder_is_listed_and_valid() {
        let listed: Vec<&str> = SCHEMAS.iter().map(|(name, _)| *name).collect();
        assert_eq!(listed, shipped());
        for (name, text) in SCHEMAS {
            let schema = serde_json::from_str(text).unwrap();
            assert!(jsonschema::meta::is_valid(&schema), "{name}");
        }
    }
}
