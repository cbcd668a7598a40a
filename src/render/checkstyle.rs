//! Checkstyle's XML, which Jenkins, danger, reviewdog and many more read. Columns count code points; there
//! are no ranges.

use std::io::{self, Write};

use quick_xml::events::{BytesDecl, Event};
use quick_xml::writer::Writer;

use super::{failed_files, xml};
use crate::report::Report;

/// The release of Checkstyle whose shape this is: readers know it by that.
const VERSION: &str = "4.3";

/// Writes the document. Files that could not be read stand first.
pub fn write(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let mut writer = Writer::new_with_indent(out, b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    writer
        .create_element("checkstyle")
        .with_attribute(("version", VERSION))
        .write_inner_content(|writer| {
            for (path, failure) in failed_files(report) {
                let message = format!("airvane failed: {}", xml::text(&failure.message));
                writer
                    .create_element("file")
                    .with_attribute(("name", xml::text(&path).as_str()))
                    .write_inner_content(|writer| {
                        writer
                            .create_element("error")
                            .with_attribute(("line", "1"))
                            .with_attribute(("severity", "error"))
                            .with_attribute(("message", message.as_str()))
                            .with_attribute(("source", "airvane.failure"))
                            .write_empty()
                            .map(|_| ())
                    })?;
            }
            for findings in report.findings.chunk_by(|a, b| a.file == b.file) {
                let path = xml::text(report.path(findings[0].file));
                writer
                    .create_element("file")
                    .with_attribute(("name", path.as_str()))
                    .write_inner_content(|writer| {
                        for finding in findings {
                            let source = format!("airvane.{}", finding.rule.code);
                            writer
                                .create_element("error")
                                .with_attribute(("line", finding.start.line.to_string().as_str()))
                                .with_attribute((
                                    "column",
                                    finding.start.column.to_string().as_str(),
                                ))
                                .with_attribute(("severity", finding.severity.word()))
                                .with_attribute(("message", xml::text(&finding.message).as_str()))
                                .with_attribute(("source", source.as_str()))
                                .write_empty()?;
                        }
                        Ok(())
                    })?;
            }
            Ok(())
        })?;
    writeln!(writer.into_inner())
}
