//! What holds of all that comes of any input.

use airvane::airflow::Runtime;
use airvane::check::Outcome;
use airvane::config;
use airvane::inputs::EntryKind;
use airvane::list::{self, Item};
use airvane::load::{self, Loaded};
use airvane::render::{self, Format, Style, step_summary};
use airvane::report::Report;
use airvane::resolve::map::{self, Map};
use airvane::resolve::{self, Wanted};
use airvane::settings::Broken;
use airvane::source::{LineIndex, Mask, Position, Span, Text};
use airvane::workspace::{Content, Files};

/// Findings and edits point at characters that there are.
pub(crate) fn of_outcome(outcome: &Outcome) {
    let report = &outcome.report;
    let in_file = |file: usize, start: Position, end: Position| {
        let file = &report.files[file];
        // Of stores nothing is held.
        if file.bytes.is_empty() {
            return;
        }
        let place = (start.offset, end.offset);
        on_characters(&file.bytes, Span::new(place.0, place.1));
        let position = |at| file.lines.position(&file.bytes, at);
        assert!(
            start == position(place.0) && end == position(place.1),
            "{place:?}"
        );
    };
    for finding in &report.findings {
        in_file(finding.file, finding.start, finding.end);
        assert!(!finding.message.is_empty());
        for related in &finding.related {
            in_file(related.file, related.start, related.end);
        }
        for edit in finding.fix.iter().flat_map(|fix| &fix.edits) {
            in_file(edit.file, edit.start, edit.end);
        }
    }
    for file in &report.files {
        of_mask(&file.bytes, &file.lines, &file.mask);
    }
    for failure in &report.failures {
        assert!(!failure.message.contains("has a bug"), "{failure}");
    }
}

/// A masked line is as wide as the line, and shows what was declared visible.
fn of_mask(bytes: &[u8], lines: &LineIndex, mask: &Mask) {
    for span in mask.visible() {
        if !bytes.is_empty() {
            on_characters(bytes, *span);
        }
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if text.len() > 1 << 14 {
        return;
    }
    let mut at = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let line = line.strip_suffix('\n').unwrap_or(line);
        let span = lines.line_span(bytes, number + 1);
        assert!(span.start == at, "line {number}");
        let shown = mask.apply(line, at);
        assert!(shown.chars().count() >= line.chars().count());
        at += line.len() + 1;
    }
}

/// `span` is a part of the file, and cuts no character in two.
pub(crate) fn on_characters(bytes: &[u8], span: Span) {
    assert!(
        span.start <= span.end && span.end <= bytes.len(),
        "{span:?}"
    );
    if let Ok(text) = std::str::from_utf8(bytes) {
        let whole = text.is_char_boundary(span.start) && text.is_char_boundary(span.end);
        assert!(whole, "{span:?}");
    }
}

/// A text stands in its file; what is written there as it is read is the same.
pub(crate) fn of_text(text: &Text, bytes: &[u8]) {
    on_characters(bytes, text.source());
    let value = text.expose();
    let ends = value.char_indices().map(|(at, _)| at).take(64);
    for at in ends.chain([value.len()]) {
        on_characters(bytes, text.span(at..value.len()));
        if let Some(pieces) = text.editable(at..value.len()) {
            for piece in pieces {
                on_characters(bytes, piece);
            }
        }
    }
}

/// Everything that was read stands where it is said to stand.
pub(crate) fn of_inputs(loaded: &Loaded) {
    for input in &loaded.inputs {
        // A part of a carrier is a text of its own.
        let bytes = &input.bytes;
        if bytes.is_empty() || input.kind.is_store() {
            continue;
        }
        for setting in &input.settings {
            on_characters(bytes, setting.name_place().span);
            of_text(&setting.value, bytes);
        }
        for definition in &input.definitions {
            of_text(&definition.value, bytes);
        }
        for variable in &input.variables {
            if let Some(value) = &variable.value {
                of_text(value, bytes);
            }
        }
    }
}

/// Mistakes of a settings file point into it.
pub(crate) fn of_mistakes(broken: &Broken, bytes: &[u8]) {
    for mistake in &broken.mistakes {
        on_characters(bytes, mistake.span);
        assert!(!mistake.message.is_empty());
    }
}

/// The text of every format, each of which can be read.
pub(crate) fn of_formats(report: &Report, map: &Map) -> String {
    let style = Style {
        infos: true,
        statistics: true,
        ..Style::default()
    };
    let mut all = String::new();
    for format in Format::ALL {
        let mut out = Vec::new();
        let written = format.write(&mut out, report, map, style);
        written.expect("memory can be written to");
        let text = String::from_utf8(out).expect("UTF-8");
        match format {
            Format::Json | Format::Gitlab | Format::Sarif | Format::Rdjson => json(&text),
            Format::Jsonl => text.lines().for_each(json),
            Format::Junit | Format::Checkstyle => xml(&text),
            _ => steers_nothing(&text),
        }
        match (text.find("\"rules\""), text.find("\"originalUriBaseIds\"")) {
            // The same for everybody, and large.
            (Some(start), Some(end)) if *format == Format::Sarif => {
                all.push_str(&text[..start]);
                all.push_str(&text[end..]);
            }
            _ => all.push_str(&text),
        }
    }
    let mut out = Vec::new();
    step_summary::write(&mut out, report, step_summary::LIMIT).expect("memory can be written to");
    assert!(out.len() <= step_summary::LIMIT);
    all.push_str(&String::from_utf8(out).expect("UTF-8"));
    all
}

/// The lookup map, as a task sees it.
pub(crate) fn map_of(request: &load::Request, files: &mut Files) -> Map {
    let mut request = request.clone();
    request.wanted.runtime = Some(Runtime::Task);
    map::run(&request, files)
}

/// What `list`, `resolve` and `config` print; the documents can be read.
pub(crate) fn of_views(
    loaded: &Loaded,
    contents: Vec<Option<Content>>,
    files: &mut Files,
    request: &load::Request,
    reveal: bool,
) -> String {
    let mut all = String::new();
    let (mut lines, mut table) = (Vec::new(), Vec::new());
    let mut as_json = render::list::Json::new(reveal, true);
    let mut as_table = render::list::Table::new(Style::default(), reveal);
    let mut ids: Vec<Wanted> = Vec::new();
    let mut sink = |item: &Item<'_>| {
        if let (Some(kind), Some(id)) = (item.kind, item.id)
            && ids.len() < 3
            // An answer names the id that somebody asked for.
            && item.name_is_public
            && kind != EntryKind::Config
        {
            let id = id.to_owned();
            ids.push(Wanted { kind, id });
        }
        as_table.item(&mut table, item)?;
        as_json.item(&mut lines, item)
    };
    let listing = list::run(loaded, contents, reveal, &mut sink);
    for failure in &listing.failures {
        assert!(!failure.message.contains("has a bug"), "{failure}");
        all.push_str(&failure.to_string());
    }
    as_json.end(&mut lines).expect("memory can be written to");
    as_table.end(&mut table).expect("memory can be written to");
    let text = String::from_utf8(lines).expect("UTF-8");
    json(&text);
    all.push_str(&text);
    let text = String::from_utf8(table).expect("UTF-8");
    steers_nothing(&text);
    all.push_str(&text);
    let one = match loaded.one(None) {
        Ok(one) => one,
        Err(load::Unclear::Several(lines) | load::Unclear::NotFound(lines)) => {
            return all + &lines.join("\n");
        }
        Err(load::Unclear::Nothing) => return all,
    };
    let ending = config::run(config::Wanted { sections: &[] }, loaded, &one);
    let mut out = Vec::new();
    render::config::json(&mut out, &ending, reveal).expect("memory can be written to");
    let text = String::from_utf8(out).expect("UTF-8");
    json(&text);
    all.push_str(&text);
    let mut out = Vec::new();
    let style = Style::default();
    render::config::people(&mut out, &ending, style, reveal).expect("memory can be written to");
    let text = String::from_utf8(out).expect("UTF-8");
    steers_nothing(&text);
    all.push_str(&text);
    ids.push(Wanted {
        kind: EntryKind::Connection,
        id: "db".to_owned(),
    });
    let asked = resolve::Request {
        ids: &ids,
        team: None,
    };
    let (again, contents) = load::load(request, files);
    let Ok(one) = again.one(None) else {
        return all;
    };
    let (answers, failures) = resolve::run(&asked, &again, &one, contents);
    for failure in &failures {
        assert!(!failure.message.contains("has a bug"), "{failure}");
        all.push_str(&failure.to_string());
    }
    let mut out = Vec::new();
    render::resolve::json(&mut out, &answers, reveal).expect("memory can be written to");
    let text = String::from_utf8(out).expect("UTF-8");
    json(&text);
    all.push_str(&text);
    let mut out = Vec::new();
    let told = render::resolve::people(&mut out, &answers, "Airflow", style, reveal);
    told.expect("memory can be written to");
    let text = String::from_utf8(out).expect("UTF-8");
    steers_nothing(&text);
    all + &text
}

fn json(text: &str) {
    let read = serde_json::from_str::<serde_json::Value>(text);
    assert!(read.is_ok(), "{read:?}");
}

fn xml(text: &str) {
    let mut reader = quick_xml::Reader::from_str(text);
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Eof) => return,
            Ok(_) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

/// No character of an input moves the cursor of a terminal.
fn steers_nothing(text: &str) {
    let steers = |c: char| {
        c.is_control() && c != '\n' && c != '\t' || ('\u{202a}'..='\u{202e}').contains(&c)
    };
    let found = text.chars().find(|c| steers(*c));
    assert!(found.is_none(), "{found:?}");
}
