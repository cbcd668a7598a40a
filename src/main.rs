//! The `airvane` binary: arguments in, exit code out.

fn main() {}
