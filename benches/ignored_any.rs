//! What reading a JSON file costs at least: the time that `serde_json` takes to pass over one that
//! is in memory already. `benches/run --large` sets the check of an export beside it.

use std::io::{self, Write};
use std::time::Instant;

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
    let start = Instant::now();
    serde_json::from_slice::<IgnoredAny>(&bytes)?;
    let milliseconds = start.elapsed().as_secs_f64() * 1000.0;
    writeln!(io::stdout(), "{milliseconds:.2}")
}
