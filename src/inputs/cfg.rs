//! airflow.cfg: its tree as settings, what of it may be shown, and whether it is a template.
//!
//! Room for facts about the carrier only: what Airflow makes of the settings is the twin's.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use super::spelling::Spelling;
use super::{Form, Origin, Setting};
use crate::airflow::data::{Options, options};
use crate::source::{FileId, Mask, Span, Text, TextBuilder};
use crate::syntax::cfg::{self, Cfg, DEFAULT_SECTION, Opt, Section, header_of, option_of};

/// What airflow.cfg gives an [`super::Input`].
#[derive(Debug)]
pub struct CfgParts {
    /// The tree.
    pub tree: Cfg,
    /// The options, those of `[DEFAULT]` once for every section that has none of that name.
    pub settings: Vec<Setting>,
    /// What may be shown; sealed.
    pub mask: Mask,
    /// The file is a template of an airflow.cfg.
    pub templated: bool,
}

/// Reads the text of a file.
pub fn read(text: &str, file: FileId, path: &Path) -> CfgParts {
    read_text(&Text::verbatim(text, 0), file, path)
}

/// As [`read`], of a text of which some may not be known.
pub fn read_text(text: &Text, file: FileId, path: &Path) -> CfgParts {
    parts(cfg::parse(text), text.expose(), file, path)
}

/// Reads the text of a file as Python before 3.10 does.
pub fn read_before_3_10(text: &Text, file: FileId, path: &Path) -> CfgParts {
    parts(cfg::parse_before_3_10(text), text.expose(), file, path)
}

fn parts(mut tree: Cfg, text: &str, file: FileId, path: &Path) -> CfgParts {
    let templated = is_template_name(path) || is_templated(&tree, text);
    if templated {
        mark_unknown(&mut tree);
    }
    CfgParts {
        settings: settings(&tree, file),
        mask: mask(&tree, text),
        templated,
        tree,
    }
}

/// More copies of `[DEFAULT]`'s options than this are made for Airflow's own sections only.
const MAX_INHERITED: usize = 100_000;

/// In a file with more options than this only exact names are shown: looking for misspelt ones
/// takes its time.
const MAX_MISSPELT: usize = 20_000;

/// The options as Airflow looks them up. Of a section or option that stands twice the first one
/// counts: Airflow does not load such a file.
fn settings(tree: &Cfg, file: FileId) -> Vec<Setting> {
    let mut settings = Vec::new();
    let cut: BTreeSet<Span> = tree
        .errors
        .iter()
        .filter_map(|error| cut_value(tree, error))
        .collect();
    let defaults: Vec<&Opt> = tree
        .named(DEFAULT_SECTION)
        .flat_map(|defaults| &defaults.options)
        .filter(|option| option.repeats.is_none())
        .collect();
    // Millions of sections that inherit millions of options are nobody's configuration.
    let everywhere = defaults.len().saturating_mul(tree.sections.len()) <= MAX_INHERITED;
    for section in &tree.sections {
        let name = section.name.expose();
        if name == DEFAULT_SECTION || section.repeats.is_some() {
            continue;
        }
        // An empty file needs no table.
        let table = options();
        let own = section
            .options
            .iter()
            .filter(|option| option.repeats.is_none());
        settings.extend(own.map(|option| {
            let mut setting = setting(table, name, option, file);
            if cut.contains(&setting.name) {
                setting.value = setting.value.into_unknown();
            }
            setting
        }));
        if defaults.is_empty() || !everywhere && !table.has_section(name) {
            continue;
        }
        let own: HashSet<&str> = section
            .options
            .iter()
            .map(|option| option.name.expose())
            .collect();
        let inherited = defaults
            .iter()
            .filter(|option| !own.contains(option.name.expose()));
        settings.extend(inherited.map(|option| setting(table, name, option, file)));
    }
    settings
}

/// The name of the option whose JSON goes on in a line that Python refuses (the closing bracket in
/// the first column): Airflow never sees the value as far as it was read.
fn cut_value(tree: &Cfg, error: &cfg::Error) -> Option<Span> {
    if error.kind != cfg::ErrorKind::Parsing || error.option.is_some() {
        return None;
    }
    let options = &tree.sections.get(error.section?)?.options;
    let after = options.partition_point(|option| option.delimiter.start < error.span.start);
    let above = options.get(after.checked_sub(1)?)?;
    above
        .value
        .expose()
        .starts_with(['{', '['])
        .then(|| above.name.source())
}

fn setting(table: &Options, section: &str, option: &Opt, file: FileId) -> Setting {
    let written = option.name.expose();
    let (name, form) = match table.form_of(section, written) {
        Some((base, true)) => (base, Form::Cmd),
        Some((base, false)) => (base, Form::Secret),
        None => (written, Form::Plain),
    };
    Setting {
        section: section.to_owned(),
        option: name.to_owned(),
        form,
        origin: Origin::Cfg,
        spelling: Spelling::default(),
        file,
        name: option.name.source(),
        value: option.value.clone(),
        is_left_open: false,
    }
}

/// File names that say "template".
pub(super) fn is_template_name(path: &Path) -> bool {
    const ENDINGS: &[&str] = &[
        "j2", "jinja", "jinja2", "tmpl", "tpl", "template", "erb", "gotmpl",
    ];
    path.extension()
        .and_then(|ending| ending.to_str())
        .is_some_and(|ending| ENDINGS.contains(&ending.to_ascii_lowercase().as_str()))
}

/// The text holds template syntax that somebody else fills in before Airflow reads the file. A
/// plain airflow.cfg holds `{{ ti.dag_id }}` and `{%% if … %%}` too, in options whose value is a
/// template for Airflow itself, and prose about them in comments.
fn is_templated(tree: &Cfg, text: &str) -> bool {
    if text.lines().any(is_statement) {
        return true;
    }
    tree.sections.iter().any(|section| {
        !template_parts(section.name.expose()).is_empty()
            || section.options.iter().any(|option| {
                let value = option.value.expose();
                template_parts(value).iter().any(|part| {
                    is_go_template(&value[part.clone()]) || !holds_airflow_template(section, option)
                })
            })
    })
}

/// A line that begins with a statement of Jinja (`{% if`, `{%- endif`) or of Go (`{{- if`). The
/// stock file has `{%%`, which configparser needs.
pub(super) fn is_statement(line: &str) -> bool {
    let line = line.trim_start();
    let Some(rest) = line.strip_prefix("{%") else {
        return line.starts_with("{{-") || line.starts_with("{{ .Values");
    };
    !rest.starts_with('%')
}

/// Helm's own ways to write a reference, which no option of Airflow takes.
fn is_go_template(part: &str) -> bool {
    let inside = part.trim_start_matches("{{").trim_start();
    inside.starts_with(".Values") || part.starts_with("{{-") || part.ends_with("-}}")
}

/// Airflow fills in the template in this option: `is_template` of config.yml, and options of that
/// name in sections where they stood before or that nobody knows.
fn holds_airflow_template(section: &Section, option: &Opt) -> bool {
    let name = option.name.expose();
    let table = options();
    if let Some(facts) = table.get(section.name.expose(), name)
        && facts.is_template
    {
        return true;
    }
    name.contains("template")
        || table.sections_of(name).any(|section| {
            table
                .get(section, name)
                .is_some_and(|facts| facts.is_template)
        })
}

/// The text with the pieces unknown that somebody else fills in ([`template_parts`]; `{{resolve:…}}` of
/// `CloudFormation` looks like one).
pub(super) fn without_marks(text: &Text) -> Text {
    let parts = template_parts(text.expose());
    if parts.is_empty() {
        return text.clone();
    }
    let mut out = TextBuilder::at(text.source().start);
    let mut from = 0;
    for part in parts {
        out.push_from(text, from..part.start);
        out.push_unknown(text, part.clone());
        from = part.end;
    }
    out.push_from(text, from..text.len());
    out.finish()
}

/// Template expressions in a value: `{{ name… }}`, `{% … %}`, `<%= … %>`. Two braces before a
/// quote (`{{"a": 1}}`) are a fault, not a template.
pub(super) fn template_parts(value: &str) -> Vec<std::ops::Range<usize>> {
    let mut parts = Vec::new();
    let mut at = 0;
    // A kind that is not closed any more is not looked for again: the time stays linear.
    let mut unclosed: Vec<&str> = Vec::new();
    while let Some(found) = memchr::memchr2(b'{', b'<', &value.as_bytes()[at..]) {
        let start = at + found;
        at = start + 1;
        let rest = &value[start..];
        let close = if rest.starts_with("{{") && begins_expression(&rest[2..]) {
            "}}"
        } else if rest.starts_with("{%") && !rest.starts_with("{%%") {
            "%}"
        } else if rest.starts_with("<%") {
            "%>"
        } else {
            continue;
        };
        if unclosed.contains(&close) {
            continue;
        }
        if let Some(length) = rest[2..].find(close) {
            at = start + 2 + length + close.len();
            parts.push(start..at);
        } else {
            unclosed.push(close);
        }
    }
    parts
}

/// After `{{`: something that an expression of Jinja or Go begins with.
fn begins_expression(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    text.trim_start()
        .starts_with(|first: char| first.is_alphabetic() || matches!(first, '_' | '.' | '$' | '('))
}

/// In a template: what an expression stands for is not known, and neither is the value of an
/// option that stands twice (in the branches of an `if`).
fn mark_unknown(tree: &mut Cfg) {
    for section in &mut tree.sections {
        let repeated: HashSet<String> = section
            .options
            .iter()
            .filter(|option| option.repeats.is_some())
            .map(|option| option.name.expose().to_owned())
            .collect();
        for index in 0..section.options.len() {
            let option = &section.options[index];
            if repeated.contains(option.name.expose()) {
                section.options[index].value = option.value.clone().into_unknown();
                continue;
            }
            let parts = template_parts(option.value.expose());
            if parts.is_empty() || holds_airflow_template(section, option) {
                continue;
            }
            let value = &option.value;
            let mut builder = TextBuilder::at(value.span(0..0).start);
            let mut at = 0;
            for part in parts {
                builder.push_from(value, at..part.start);
                builder.push_unknown(value, part.clone());
                at = part.end;
            }
            builder.push_from(value, at..value.len());
            section.options[index].value = builder.finish();
        }
    }
}

/// Shows what the format and Airflow itself bring: brackets, delimiters, comment markers, blanks
/// before a line, names that some release of Airflow knows or that are misspelt ones, and values
/// that are the default of some release. Everything else stays hidden.
fn mask(tree: &Cfg, text: &str) -> Mask {
    let mut mask = Mask::new();
    let count: usize = tree
        .sections
        .iter()
        .map(|section| section.options.len())
        .sum();
    let misspelt = count.max(tree.sections.len()) <= MAX_MISSPELT;
    let mut start = 0;
    for line in text.split_inclusive(['\n', '\r']) {
        let blank = line.len() - line.trim_start_matches([' ', '\t']).len();
        mask.show(Span::new(start, start + blank));
        start += line.len();
    }
    for comment in &tree.comments {
        mask.show(Span::new(comment.start, comment.start + 1));
    }
    for section in &tree.sections {
        let header = section.header;
        mask.show(Span::new(header.start, header.start + 1));
        mask.show(Span::new(header.end - 1, header.end));
        let table = options();
        let name = section.name.expose();
        if name == DEFAULT_SECTION
            || table.has_section(name)
            || misspelt && table.nearest_section(name).is_some()
        {
            mask.show(section.name.source());
        }
        for option in &section.options {
            show_option(&mut mask, table, name, option, misspelt);
        }
    }
    mask.seal();
    mask
}

fn show_option(mask: &mut Mask, table: &Options, section: &str, option: &Opt, misspelt: bool) {
    let name = option.name.expose();
    let name_span = option.name.source();
    if table.is_known(section, name) || misspelt && is_public_name(table, section, name) {
        mask.show(name_span);
    }
    mask.show(option.delimiter);
    // The blanks on both sides of the delimiter.
    mask.show(Span::new(name_span.end, option.delimiter.start));
    let value = option.value.expose();
    let first_line = &value[..value.find('\n').unwrap_or(value.len())];
    if !first_line.is_empty() {
        let start = option.value.span(0..1).start;
        mask.show(Span::new(
            option.delimiter.end,
            start.max(option.delimiter.end),
        ));
    }
    if is_public_value(table, section, name, value) {
        mask.show_all(option.value.pieces(0..value.len()));
    }
    for range in &option.continuations {
        let line = &value[range.clone()];
        let at = range.start;
        if let Some(inside) = header_of(line) {
            if table.has_section(&line[inside.clone()]) {
                mask.show(option.value.span(at..at + inside.end + 1));
            }
        } else if let Some((name, delimiter)) = option_of(line)
            && table.is_known(section, &line[name.clone()])
        {
            mask.show(option.value.span(at + name.start..at + delimiter.end));
        }
    }
}

/// The name stands in the shipped table, or is a misspelt one of its section.
fn is_public_name(table: &Options, section: &str, name: &str) -> bool {
    let section = table.nearest_section(section).unwrap_or(section);
    table.is_known(section, name)
        || table.sections_of(name).next().is_some()
        || table.nearest_option(section, name).is_some()
        || [("_cmd", 4), ("_secret", 7)]
            .iter()
            .any(|&(suffix, length)| {
                name.to_lowercase().ends_with(suffix)
                    && name
                        .get(..name.len().saturating_sub(length))
                        .and_then(|base| table.nearest_option(section, base))
                        .is_some()
            })
}

/// A value that anybody can read in Airflow's documentation.
fn is_public_value(table: &Options, section: &str, name: &str, value: &str) -> bool {
    table.get(section, name).is_some_and(|facts| {
        !facts.is_ever_sensitive() && (facts.is_default(value) || is_boolean(value))
    })
}

fn is_boolean(value: &str) -> bool {
    matches!(value, "True" | "False" | "true" | "false")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> CfgParts {
        read(text, FileId(0), Path::new("airflow.cfg"))
    }

    #[test]
    fn forms_and_defaults_become_settings() {
        let parts = parts(
            "[DEFAULT]\nfernet_key = d\n[core]\nfernet_key_cmd = c\n[secrets]\n[api_auth]\njwt_secret = s\n",
        );
        let list: Vec<(&str, &str, &Form)> = parts
            .settings
            .iter()
            .map(|setting| {
                (
                    setting.section.as_str(),
                    setting.option.as_str(),
                    &setting.form,
                )
            })
            .collect();
        assert_eq!(
            list,
            [
                ("core", "fernet_key", &Form::Cmd),
                ("core", "fernet_key", &Form::Plain),
                ("secrets", "fernet_key", &Form::Plain),
                ("api_auth", "jwt_secret", &Form::Plain),
                ("api_auth", "fernet_key", &Form::Plain),
            ]
        );
    }

    #[test]
    fn json_that_a_broken_line_cuts_is_not_known() {
        let parts = parts("[secrets]\nbackend = x\nbackend_kwargs = {\n  \"a\": 1\n}\n");
        let known: Vec<bool> = parts
            .settings
            .iter()
            .map(|setting| setting.value.is_known())
            .collect();
        assert_eq!(known, [true, false]);
    }

    #[test]
    fn the_stock_file_is_no_template() {
        for text in [
            "[logging]\nlog_filename_template = {{ ti.dag_id }}/{%% if ti.map_index >= 0 %%}x{%% endif %%}\n",
            "[core]\nlog_filename_template = {{ ti.dag_id }}/{{ try_number }}.log\n",
            "[elasticsearch]\nlog_id_template = {{dag_id}}-{{task_id}}\n",
            "[secrets]\n# {{ .Values.x }} and {{\"a\": 1}}\nbackend_kwargs = {{\"a\": 1}}\n",
            "[secrets]\nbackend_kwargs = {\"a\": {\"b\": {}}}\n",
            "[core]\ndags_folder = ${AIRFLOW_HOME}/dags\n",
        ] {
            assert!(!parts(text).templated, "{text}");
        }
    }

    #[test]
    fn templates_are_seen() {
        for text in [
            "[core]\nfernet_key = {{ fernet_key }}\n",
            "[core]\nfernet_key = {{.Values.key}}\n",
            "[logging]\nlog_filename_template = {{ .Values.template }}\n",
            "[core]\n{% if x %}\nparallelism = 1\n{% endif %}\n",
            "[core]\n{{- if .Values.x }}\nparallelism = 1\n{{- end }}\n",
            "[core]\nfernet_key = <%= key %>\n",
        ] {
            assert!(parts(text).templated, "{text}");
        }
        let named = read("[core]\n", FileId(0), Path::new("x/airflow.cfg.j2"));
        assert!(named.templated);
    }

    #[test]
    fn only_the_template_of_a_value_is_unknown() {
        let parts = parts("[core]\ndags_folder = /a/{{ x }}/b\n");
        let value = &parts.settings[0].value;
        assert!(!value.is_known());
        assert!(value.slice(0..3).is_known() && value.slice(10..12).is_known());
    }

    #[test]
    fn the_mask_shows_names_airflow_knows_and_nothing_else() {
        let text = "[secrets] tail\nbackend_kwargs = {\"k\": 1}\nBackend: x\nhunter22 = y\n  use_cache = z\n# note\n";
        let shown = parts(text).mask.apply(text, 0);
        let lines: Vec<&str> = shown.split('\u{240a}').collect();
        assert!(shown.starts_with("[secrets]*****"), "{shown}");
        for word in ["tail", "hunter", "note", "\"k\""] {
            assert!(!shown.contains(word), "{word} in {shown}");
        }
        for word in [
            "backend_kwargs = ",
            "Backend: ",
            "  use_cache =",
            "# ".trim(),
        ] {
            assert!(shown.contains(word), "{word} in {shown}");
        }
        assert!(lines.len() <= 2);
    }

    #[test]
    fn defaults_of_some_release_are_public_values() {
        let text = "[core]\nexecutor = LocalExecutor\nparallelism = 4711\nload_examples = False\n";
        let shown = parts(text).mask.apply(text, 0);
        assert!(
            shown.contains("False") && !shown.contains("4711"),
            "{shown}"
        );
        // Anybody can read this one too, but who sets it may have meant it.
        let text = "[celery]\nresult_backend = db+postgresql://postgres:airflow@postgres/airflow\n";
        let shown = parts(text).mask.apply(text, 0);
        assert!(!shown.contains("postgres:"), "{shown}");
    }
}
