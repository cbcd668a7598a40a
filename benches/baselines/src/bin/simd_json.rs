//! The fastest well-known parser that builds something: `simd-json` to its tape.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: simd_json FILE")?;
    let mut bytes = std::fs::read(path)?;
    simd_json::to_tape(&mut bytes)?;
    Ok(())
}
