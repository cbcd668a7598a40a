//! One JSON object a line, one line a finding.

use std::io::{self, Write};

use super::inert::inert;
use super::json::Diagnostic;
use crate::report::Report;

/// Writes the findings.
pub fn write(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    for finding in &report.findings {
        let line = serde_json::to_string(&Diagnostic::new(report, finding));
        writeln!(out, "{}", inert(&line.map_err(io::Error::other)?))?;
    }
    Ok(())
}
