use super::*;
use crate::inputs::carrier::Around;
use crate::source::{LineIndex, Mask};

fn service(name: &str, part: usize, base: Option<(&str, &str)>) -> Service {
    Service {
        name: name.to_owned(),
        part: Some(part),
        base: base.map(|(path, name)| (PathBuf::from(path), name.to_owned())),
        is_partial: false,
        is_apart: false,
        is_alone: false,
    }
}

/// A file with its parts; ids go on from `id`.
fn file(id: u32, path: &str, services: Vec<Service>, includes: &[&str]) -> Vec<Input> {
    let count = u32::try_from(services.len()).unwrap();
    let blank = |id, tree| Input {
        id: FileId(id),
        path: PathBuf::from(path),
        kind: Kind::Compose,
        because: "",
        bytes: Vec::new().into(),
        lines: LineIndex::new(b""),
        mask: Mask::new(),
        tree,
        settings: Vec::new(),
        definitions: Vec::new(),
        variables: Vec::new(),
        templated: false,
        inside: None,
    };
    let includes = includes.iter().map(|path| vec![PathBuf::from(path)]);
    let around = Around {
        services,
        includes: includes.collect(),
        ..Around::default()
    };
    let parts = (id + 1..=id + count).map(|id| blank(id, Tree::Store));
    std::iter::once(blank(id, Tree::Carrier(around)))
        .chain(parts)
        .collect()
}

fn stacks(files: Vec<Vec<Input>>) -> Vec<Vec<u32>> {
    let inputs: Vec<Input> = files.into_iter().flatten().collect();
    let inputs: Vec<&Input> = inputs.iter().collect();
    let layers = Layers::of(&inputs);
    let stacks = layers.by_last.into_values().flatten();
    stacks
        .map(|stack| stack.parts.iter().map(|part| part.0).collect())
        .collect()
}

#[test]
fn the_override_file_is_put_on_top_by_the_names_of_services() {
    let base = file(
        0,
        "compose.yaml",
        vec![service("a", 1, None), service("b", 2, None)],
        &[],
    );
    let over = vec![service("a", 1, None), service("c", 2, None)];
    let over = file(3, "compose.override.yaml", over, &[]);
    assert_eq!(stacks(vec![base, over]), [vec![2], vec![1, 4], vec![5]]);
}

#[test]
fn what_a_service_builds_on_is_below_it_and_no_environment_by_itself() {
    let common = file(0, "common.yml", vec![service("c", 1, None)], &[]);
    let main = vec![service("a", 1, Some(("common.yml", "c")))];
    assert_eq!(
        stacks(vec![common, file(2, "compose.yaml", main, &[])]),
        [vec![1, 3]]
    );
    let circle = file(0, "a.yml", vec![service("a", 1, Some(("b.yml", "b")))], &[]);
    let back = file(2, "b.yml", vec![service("b", 1, Some(("a.yml", "a")))], &[]);
    assert!(stacks(vec![circle, back]).is_empty());
}

#[test]
fn what_names_no_program_is_put_on_top_of_the_default_file() {
    let base = || file(0, "compose.yaml", vec![service("a", 1, None)], &[]);
    let mut more = service("a", 1, None);
    let other = file(2, "compose.prod.yaml", vec![more.clone()], &[]);
    assert_eq!(stacks(vec![base(), other]), [[1], [3]]);
    more.is_partial = true;
    let prod = file(2, "compose.prod.yaml", vec![more], &[]);
    assert_eq!(stacks(vec![base(), prod]), [vec![1], vec![1, 3]]);
}

#[test]
fn what_is_taken_in_is_overridden_too_and_no_project_by_itself() {
    let main = file(
        0,
        "compose.yaml",
        vec![service("a", 1, None)],
        &["sub/inc.yml"],
    );
    let over = file(2, "compose.override.yml", vec![service("i", 1, None)], &[]);
    let inc = file(4, "sub/inc.yml", vec![service("i", 1, None)], &[]);
    assert_eq!(stacks(vec![main, over, inc]), [vec![1], vec![5, 3]]);
}
