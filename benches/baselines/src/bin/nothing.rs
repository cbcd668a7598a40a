//! What starting and ending a Rust program costs: `true`.

fn main() {}
