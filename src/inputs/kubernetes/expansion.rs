//! `$(NAME)` in the values of a container's environment: `Expand` of
//! `k8s.io/kubernetes/third_party/forked/golang/expansion`.

use crate::source::{Fidelity, Text, TextBuilder};

/// What a name stands for.
pub(crate) enum Named<'a> {
    /// A variable that was set before.
    Value(&'a Text),
    /// It may be set, to what is not known: by what the file does not hold, or for a service.
    Unknown,
    /// Nothing can be called that.
    Nothing,
}

/// Above this size no environment is taken by Kubernetes.
const LARGEST: usize = 1 << 20;

/// The value as the process sees it: `$$` is `$`, a reference to what is set before is that.
pub(crate) fn expand<'a>(value: &Text, named: impl Fn(&str) -> Named<'a>) -> Text {
    let text = value.expose();
    if !text.contains('$') {
        return value.clone();
    }
    let mut out = TextBuilder::at(value.source().start);
    let (mut copied, mut at) = (0, 0);
    // An opening bracket behind which none closes: there is none behind later ones either.
    let mut unclosed = false;
    while let Some(found) = text[at..].find('$') {
        let start = at + found;
        let rest = &text[start + 1..];
        if rest.starts_with('$') {
            out.push_from(value, copied..start);
            out.push_replaced(value, start..start + 2, "$");
            at = start + 2;
            copied = at;
            continue;
        }
        at = start + 1;
        if !rest.starts_with('(') || unclosed {
            continue;
        }
        let Some(length) = rest.find(')') else {
            unclosed = true;
            continue;
        };
        let end = start + 1 + length + 1;
        out.push_from(value, copied..start);
        copied = end;
        at = end;
        match named(&rest[1..length]) {
            Named::Value(other) if out.expose().len() + other.len() <= LARGEST => {
                let place = value.span(start..end);
                let mut copy = TextBuilder::at(place.start);
                copy.push(other.expose(), place, Fidelity::Elsewhere);
                let copy = copy.finish();
                let copy = if other.is_known() {
                    copy
                } else {
                    copy.into_unknown()
                };
                out.push_from(&copy, 0..copy.len());
            }
            Named::Value(_) | Named::Unknown => out.push_unknown(value, start..end),
            // `syntaxWrap`: it stays as it stands.
            Named::Nothing => out.push_from(value, start..end),
        }
    }
    out.push_from(value, copied..text.len());
    out.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    fn expanded(value: &str) -> Text {
        let home = Text::verbatim("/opt", 0);
        expand(&Text::verbatim(value, 10), |name| match name {
            "HOME" => Named::Value(&home),
            "LATER" => Named::Unknown,
            _ => Named::Nothing,
        })
    }

    #[test]
    fn values_are_what_the_kubelet_makes_of_them() {
        for (value, expected) in [
            ("$(HOME)/dags", "/opt/dags"),
            ("a$$b", "a$b"),
            ("$$(HOME)", "$(HOME)"),
            ("$$$(HOME)", "$/opt"),
            ("$$$$(HOME)", "$$(HOME)"),
            ("$HOME ${HOME} $", "$HOME ${HOME} $"),
            ("$(HOME", "$(HOME"),
            ("$(HOME $(HOME)", "$(HOME $(HOME)"),
            ("$()$(no such)", "$()$(no such)"),
            ("\u{e4}$\u{e4}$(HOME)\u{e4}", "\u{e4}$\u{e4}/opt\u{e4}"),
        ] {
            assert_eq!(expanded(value).expose(), expected, "{value}");
        }
    }

    #[test]
    fn what_is_not_known_stays_unknown_and_all_keeps_its_place() {
        let text = expanded("a$(LATER)b");
        assert!(!text.is_known_in(1..9));
        assert!(text.is_known_in(0..1) && text.is_known_in(9..10));
        let text = expanded("$$$(HOME)x");
        assert_eq!(text.span(0..1), Span::new(10, 12));
        assert_eq!(text.span(1..5), Span::new(12, 19));
        assert_eq!(text.span(5..6), Span::new(19, 20));
    }
}
