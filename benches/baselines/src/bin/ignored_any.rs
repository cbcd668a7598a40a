//! What reading a JSON file and walking over it costs at least: a whole process that reads it into
//! memory and lets `serde_json` pass over it, document by document, without keeping anything.

use std::error::Error;

use serde::de::IgnoredAny;
use serde_json::Deserializer;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: ignored_any FILE")?;
    let bytes = std::fs::read(path)?;
    for document in Deserializer::from_slice(&bytes).into_iter::<IgnoredAny>() {
        document?;
    }
    Ok(())
}
