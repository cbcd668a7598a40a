//! What the README and the files for other programs promise.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;

fn read(path: &str) -> String {
    fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn the_first_sh_block_of_the_readme_holds_exactly_two_commands() {
    let readme = read("README.md");
    let block = readme
        .split("```sh\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    assert_eq!(
        block.lines().collect::<Vec<_>>(),
        [
            "cargo run -- check --fail-on never fixtures/demo",
            "cargo test",
        ]
    );
}
