//! What reading a JSON file and walking over it costs at least: a whole process that reads it into
//! memory and lets `serde_json` pass over it without keeping anything. `benches/run --large` sets
//! the check of an export beside it.

use std::io::{self, Write};

use serde::de::IgnoredAny;

fn main() -> io::Result<()> {
    // `cargo bench` adds `--bench`.
    let path = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    let Some(path) = path else {
        return writeln!(
            io::stderr(),
            "usage: cargo bench --bench ignored_any -- FILE"
        );
    };
    let bytes = std::fs::read(path)?;
    serde_json::from_slice::<IgnoredAny>(&bytes)?;
    Ok(())
}
