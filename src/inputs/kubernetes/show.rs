//! What of YAML may be shown beside the names and values of parts: keys of the format, and what stands between
//! keys and values.

use super::found::{Found, Layer};
use crate::source::Span;
use crate::syntax::yaml::{Member, Style, Value};

/// Keys of manifests and charts; first those that stand in every item of a list of variables.
const KEYS: &[&str] = &[
    "name",
    "value",
    "apiVersion",
    "kind",
    "spec",
    "template",
    "containers",
    "initContainers",
    "env",
    "envFrom",
    "valueFrom",
    "secretKeyRef",
    "configMapKeyRef",
    "configMapRef",
    "secretRef",
    "prefix",
    "key",
    "data",
    "stringData",
    "config",
    "extraEnv",
    "extraEnvFrom",
    "extraEnvVars",
    "extraSecrets",
    "extraConfigMaps",
    "commonEnv",
    "secret",
    "envName",
    "secretName",
    "secretKey",
    "secretBackend",
    "airflow",
    "literals",
    "configMapGenerator",
    "secretGenerator",
    "airflow.cfg",
    "connections",
    "variables",
    "id",
    "type",
];

impl Found<'_> {
    /// Shows the key, if it is one of the format, and what stands between it and the characters of its value.
    pub(crate) fn show(&mut self, layer: Layer<'_>, member: Member<'_>) {
        let key = member.key.span();
        self.show_prefix(layer, key.start);
        let known = member.key.scalar().map(crate::source::Text::expose);
        if known.is_some_and(|key| KEYS.contains(&key)) {
            self.show_span(layer, key);
        }
        if member.value.is_alias() {
            return;
        }
        let value = member.value.span().start;
        self.show_gap(layer, key.end, value);
        let gap = layer.text.get(key.end..value).unwrap_or_default();
        // Behind its key a value has no line of its own.
        if !gap.contains(':') || gap.contains('\n') {
            self.show_prefix(layer, value);
        }
        self.show_quotes(layer, member.value);
    }

    /// Shows quotes, the mark of a block and indentation.
    pub(crate) fn show_around(&mut self, layer: Layer<'_>, value: Value<'_>) {
        self.show_prefix(layer, value.span().start);
        self.show_quotes(layer, value);
    }

    /// As [`Found::show_around`], without the indentation of the line on which the value begins.
    fn show_quotes(&mut self, layer: Layer<'_>, value: Value<'_>) {
        let (Some(text), Some(style)) = (value.scalar(), value.style()) else {
            return;
        };
        let (whole, inner) = (value.span(), text.source());
        self.show_gap(layer, whole.start, inner.start);
        if matches!(style, Style::Single | Style::Double) {
            self.show_gap(layer, inner.end, whole.end);
        }
        let lines = layer.text.get(whole.start..whole.end).unwrap_or_default();
        if !lines.contains('\n') {
            return;
        }
        let mut at = whole.start;
        for (number, line) in lines.split_inclusive('\n').enumerate() {
            let blanks = line.len() - line.trim_start_matches(' ').len();
            if number > 0 {
                self.show_span(layer, Span::new(at, at + blanks));
            }
            at += line.len();
        }
    }

    /// Shows blanks and the marks of lists before something on its line.
    fn show_prefix(&mut self, layer: Layer<'_>, at: usize) {
        let before = layer.text.get(..at).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |line| line + 1);
        if before[start..]
            .bytes()
            .all(|byte| matches!(byte, b' ' | b'-'))
        {
            self.show_span(layer, Span::new(start, at));
        }
    }

    /// Shows what stands between two places as far as only marks of YAML do.
    fn show_gap(&mut self, layer: Layer<'_>, start: usize, end: usize) {
        let gap = layer.text.get(start..end).unwrap_or_default();
        let marks =
            gap.trim_start_matches([' ', '\t', '\r', '\n', ':', '\'', '"', '|', '>', '-', '+']);
        self.show_span(layer, Span::new(start, start + gap.len() - marks.len()));
    }

    fn show_span(&mut self, layer: Layer<'_>, span: Span) {
        layer.show(span, &mut self.mask);
    }
}
