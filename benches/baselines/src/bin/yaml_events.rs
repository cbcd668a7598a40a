//! What reading a YAML file and walking over it costs at least: a whole process that reads it into
//! memory and takes every event of the parser without keeping anything.

use std::error::Error;

use granit_parser::Parser;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: yaml_events FILE")?;
    let text = std::fs::read_to_string(path)?;
    for event in Parser::new_from_str(&text) {
        event?;
    }
    Ok(())
}
