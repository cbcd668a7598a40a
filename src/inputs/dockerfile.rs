//! Dockerfiles: what `ENV` tells the processes of an image.
//!
//! The last stage is what is built; where Airflow is told of in an earlier one only, that one. What the
//! base image sets is not known. What releases the file pins is read elsewhere ([`crate::workspace::pins`]).

use std::path::Path;

use super::carrier::{Around, Carrier, Environment, Fault, FaultKind, Part, Variable};
use super::cfg::{is_statement, is_template_name, template_parts};
use super::env::filled_by_airflow;
use crate::source::{Mask, Span, Text};
use crate::syntax::dockerfile::{
    self, Assignment, Cause, Dockerfile, Instruction, Keyword, Notation, Problem,
};
use crate::syntax::dotenv::Outside;
use crate::workspace::pins;

/// Why a file is one: its name, and what it tells Airflow.
pub fn recognise(path: &Path, head: &str) -> Option<&'static str> {
    // AIRFLOW_HOME and AIRFLOW_VERSION stand in many.
    let names = ["AIRFLOW__", "AIRFLOW_CONN_", "AIRFLOW_VAR_"];
    let is_meant = pins::is_dockerfile(path) && names.iter().any(|name| head.contains(name));
    is_meant.then_some("a Dockerfile by its name, with settings of Airflow")
}

/// Reads a Dockerfile. `base` tells what is known of the environment of its base image.
pub fn read(text: &str, path: &Path, base: &dyn Fn(&str) -> Outside) -> Carrier {
    let file = dockerfile::read(text, base);
    let templated = is_template_name(path) || is_templated(text, &file);
    let faults = faults(text, &file);
    let stage = (0..file.stages.len()).rev().find(|&stage| {
        let mut names = file.environment(stage).into_iter();
        names.any(is_of_airflow)
    });
    let environment = stage.map(|stage| {
        let set = file.environment(stage).into_iter();
        let variables = set.filter(|one| one.name.is_known()).map(|one| Variable {
            name: one.name.clone(),
            value: value(one, &faults, templated),
        });
        Environment {
            variables: variables.collect(),
            ..Environment::default()
        }
    });
    let around = Around {
        comments: file.comments.clone(),
        blocks: blocks(&file),
        faults: if templated { Vec::new() } else { faults },
        ..Around::default()
    };
    Carrier {
        parts: environment.map(Part::Environment).into_iter().collect(),
        around,
        mask: mask(&file),
        templated,
    }
}

fn is_of_airflow(assignment: &Assignment) -> bool {
    assignment.name.expose().starts_with("AIRFLOW_")
}

fn envs(file: &Dockerfile) -> impl Iterator<Item = (usize, &Instruction)> {
    let all = file.instructions.iter().enumerate();
    all.filter(|(_, instruction)| instruction.keyword == Keyword::Env)
}

/// Somebody fills the file in before it is built.
fn is_templated(text: &str, file: &Dockerfile) -> bool {
    let of_image = file
        .stages
        .iter()
        .any(|stage| !template_parts(stage.image.expose()).is_empty());
    let of_value = envs(file).any(|(_, instruction)| {
        let fills_in = instruction
            .assignments
            .iter()
            .any(|one| filled_by_airflow(one.name.expose()));
        !fills_in && !template_parts(instruction.arguments.expose()).is_empty()
    });
    of_image || of_value || text.lines().any(is_statement)
}

/// What the process sees. Of what is written wrongly that is told where it stands, and what it leads to
/// would look like another fault.
fn value(one: &Assignment, faults: &[Fault], templated: bool) -> Option<Text> {
    let written = one.written.clone()?;
    let Some(value) = &one.value else {
        return Some(written.into_unknown());
    };
    let place = one.name.source().cover(written.source());
    // They are in the order of the file.
    let next = faults.partition_point(|fault| fault.span.start < place.start);
    let is_faulty = faults.get(next).is_some_and(|fault| {
        let is_cut = fault.kind == FaultKind::DockerfileStops(Cause::NoEquals);
        fault.span.start <= place.end || is_cut && fault.name == one.name.expose()
    });
    // A blank in it may have ended the value.
    let begins = ["{{", "{%", "<%"];
    let is_open = templated
        && !filled_by_airflow(one.name.expose())
        && begins.iter().any(|mark| written.expose().contains(mark));
    Some(if is_faulty || is_open {
        value.clone().into_unknown()
    } else {
        value.clone()
    })
}

/// Instructions, and in them each name with its value.
fn blocks(file: &Dockerfile) -> Vec<Span> {
    let mut blocks = Vec::new();
    for (_, instruction) in envs(file) {
        blocks.push(instruction.span);
        let each = instruction.assignments.iter();
        blocks.extend(each.map(|one| {
            let written = one.written.as_ref();
            let written = written.map_or(one.name.source(), Text::source);
            one.name.source().cover(written)
        }));
    }
    blocks
}

/// Keywords, the `=` between a name and its value, quotes that stand round a whole value, and the marks of
/// comments.
fn mask(file: &Dockerfile) -> Mask {
    let mut mask = Mask::new();
    for comment in &file.comments {
        mask.show(Span::new(comment.start, comment.start + 1));
    }
    for instruction in &file.instructions {
        if instruction.keyword != Keyword::Unknown {
            mask.show(instruction.word);
        }
        for one in &instruction.assignments {
            let (Some(written), Some(value)) = (&one.written, &one.value) else {
                continue;
            };
            let (name, written) = (one.name.source(), written.source());
            if one.notation != Notation::Spaced && name.end + 1 == written.start {
                mask.show(Span::new(name.end, written.start));
            }
            let inside = value.source();
            if inside.start == written.start + 1 && inside.end + 1 == written.end {
                mask.show(Span::new(written.start, inside.start));
                mask.show(Span::new(inside.end, written.end));
            }
        }
    }
    mask
}

/// What is wrong with `ENV` instructions that tell Airflow something.
fn faults(text: &str, file: &Dockerfile) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (index, instruction) in envs(file) {
        let problems = file.problems.iter();
        let mut problems: Vec<&Problem> = problems
            .filter(|problem| problem.instruction == Some(index))
            .collect();
        for one in instruction
            .assignments
            .iter()
            .filter(|one| is_of_airflow(one))
        {
            let name = one.name.expose().to_owned();
            if let Some(json) = json(&instruction.arguments, one) {
                // The rest of what is split stops the build, and is the same fault.
                let from = one.name.source().start;
                let all = problems.len();
                problems.retain(|problem| {
                    problem.span.start < from || json.end + 1 < problem.span.start
                });
                let stops = problems.len() < all;
                // Between single quotes nothing is escaped, and no reference is replaced.
                let is_plain = text
                    .get(json.start..json.end)
                    .is_some_and(|json| !json.contains(['\'', '$', '\\', '`']));
                let is_mendable =
                    is_plain && is_mended(text, file, instruction, &name, &quotes(text, json));
                faults.push(Fault {
                    kind: FaultKind::DockerfileJson { stops, is_mendable },
                    span: json,
                    name,
                });
            } else if let Some(written) = one.written.as_ref().filter(|_| is_separated(one)) {
                let span = written.span(0..1);
                let is_mendable = is_mended(text, file, instruction, &name, &blanks(text, span));
                faults.push(Fault {
                    kind: FaultKind::DockerfileEquals { is_mendable },
                    span,
                    name,
                });
            }
        }
        // Of the words of one value the first says it.
        problems.dedup_by_key(|problem| {
            (
                problem.cause,
                before(instruction, problem).map(Text::source),
            )
        });
        faults.extend(problems.into_iter().filter_map(|problem| {
            Some(Fault {
                kind: FaultKind::DockerfileStops(problem.cause),
                span: problem.span,
                name: concerned(instruction, problem)?,
            })
        }));
    }
    faults.sort_by_key(|fault| fault.span);
    faults
}

/// `ENV NAME = value`
fn is_separated(one: &Assignment) -> bool {
    let written = one.written.as_ref();
    one.notation == Notation::Spaced && written.is_some_and(|text| text.expose().starts_with('='))
}

/// The name that a problem costs; `None` where the instruction is none of Airflow's.
fn concerned(instruction: &Instruction, problem: &Problem) -> Option<String> {
    let set = &instruction.assignments;
    if set.is_empty() {
        let words = instruction.arguments.expose();
        return words.starts_with("AIRFLOW_").then(|| words.to_owned());
    }
    let near = before(instruction, problem).map(Text::expose);
    let near = near.filter(|name| name.starts_with("AIRFLOW_"));
    let any = || set.iter().find(|one| is_of_airflow(one));
    let name = near.or_else(|| Some(any()?.name.expose()))?;
    Some(name.to_owned())
}

/// The name that is set last before a problem.
fn before<'a>(instruction: &'a Instruction, problem: &Problem) -> Option<&'a Text> {
    let set = &instruction.assignments;
    let behind = set.partition_point(|one| one.name.source().start <= problem.span.start);
    set[..behind].last().map(|one| &one.name)
}

/// Where JSON stands that BuildKit takes for words with quotes of its own: it removes the quotes, and a
/// blank ends the value.
fn json(arguments: &Text, one: &Assignment) -> Option<Span> {
    let written = one.written.as_ref()?;
    let from = written.range_in(arguments)?.start;
    let rest = &arguments.expose()[from..];
    let quoted = usize::from(rest.starts_with('"'));
    let rest = &rest[quoted..];
    if !rest.starts_with(['{', '[']) {
        return None;
    }
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<serde_json::Value>();
    values.next()?.ok()?;
    let length = values.byte_offset();
    let behind = &rest[length..];
    let ends = match behind.strip_prefix('"') {
        Some(behind) if quoted == 1 => behind.is_empty() || behind.starts_with(char::is_whitespace),
        _ => quoted == 0 && (behind.is_empty() || behind.starts_with(char::is_whitespace)),
    };
    let start = from + quoted;
    let is_kept = one.value.as_ref().is_some_and(|value| {
        let kept = serde_json::from_str::<serde_json::Value>(value.expose());
        kept.is_ok() && value.len() >= length
    });
    (ends && !is_kept).then(|| arguments.span(start..start + length))
}

/// Longer instructions are read once more for nobody.
const LARGEST: usize = 16 << 10;

/// What single quotes round the JSON at `json` are written in place of.
pub fn quotes(text: &str, json: Span) -> [(Span, &'static str); 2] {
    let Span { start, end } = json;
    let is_quoted = start > 0 && text.as_bytes().get(start - 1) == Some(&b'"');
    let width = usize::from(is_quoted);
    [
        (Span::new(start - width, start), "'"),
        (Span::new(end, end + width), "'"),
    ]
}

/// The blanks on both sides of the `=` at `equals`.
pub fn blanks(text: &str, equals: Span) -> [(Span, &'static str); 2] {
    let Span { start, end } = equals;
    let is_blank = [' ', '\t'];
    let before = text.get(..start).unwrap_or_default();
    let behind = text.get(end..).unwrap_or_default();
    let before = before.len() - before.trim_end_matches(is_blank).len();
    let behind = behind.len() - behind.trim_start_matches(is_blank).len();
    [
        (Span::new(start - before, start), ""),
        (Span::new(end, end + behind), ""),
    ]
}

/// With `changes` the value of `name` is right, and the rest of the instruction reads as before.
fn is_mended(
    text: &str,
    file: &Dockerfile,
    instruction: &Instruction,
    name: &str,
    changes: &[(Span, &str)],
) -> bool {
    let Span { start, end } = instruction.span;
    let Some(line) = text.get(start..end).filter(|line| line.len() <= LARGEST) else {
        return false;
    };
    let mut mended = line.to_owned();
    for (span, new) in changes.iter().rev() {
        let inside = start <= span.start && span.end <= end;
        if !inside {
            return false;
        }
        mended.replace_range(span.start - start..span.end - start, new);
    }
    let alone = |line: &str| {
        let text = format!("# escape={}\nFROM x\n{line}\n", file.escape);
        dockerfile::read(&text, &|_| Outside::Unknown)
    };
    reads(&alone(line), &alone(&mended), name)
}

/// The value of `name` is another one now, and nothing else.
fn reads(before: &Dockerfile, after: &Dockerfile, name: &str) -> bool {
    let values = |file: &Dockerfile| -> Vec<(String, Option<String>)> {
        let all = envs(file).flat_map(|(_, instruction)| &instruction.assignments);
        let value = |one: &Assignment| one.value.as_ref().map(|value| value.expose().to_owned());
        all.map(|one| (one.name.expose().to_owned(), value(one)))
            .collect()
    };
    let is_faulty = |one: &Assignment, instruction: &Instruction| {
        one.name.expose() == name
            && (is_separated(one) || json(&instruction.arguments, one).is_some())
    };
    let faulty = |file: &Dockerfile| {
        let all = envs(file).flat_map(|(_, instruction)| {
            let set = instruction.assignments.iter();
            set.filter(|one| is_faulty(one, instruction))
        });
        all.count()
    };
    let (old, new) = (values(before), values(after));
    let mut differ = old.iter().zip(&new).filter(|(old, new)| old != new);
    let first = differ.next();
    old.len() == new.len()
        && before.instructions.len() == after.instructions.len()
        && before.comments.len() == after.comments.len()
        && after.problems.len() <= before.problems.len()
        && faulty(after) < faulty(before)
        && first.is_some_and(|(old, new)| old.0 == name && new.0 == name)
        && differ.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carrier(text: &str) -> Carrier {
        read(text, Path::new("Dockerfile"), &|_| Outside::Unknown)
    }

    fn variables(carrier: &Carrier) -> Vec<(String, Option<String>)> {
        let Some(Part::Environment(environment)) = carrier.parts.first() else {
            return Vec::new();
        };
        let all = environment.variables.iter();
        let value = |value: &Option<Text>| {
            let value = value.as_ref().filter(|value| value.is_known());
            value.map(|value| value.expose().to_owned())
        };
        all.map(|one| (one.name.expose().to_owned(), value(&one.value)))
            .collect()
    }

    fn told(text: &str) -> Vec<(FaultKind, String, String)> {
        let faults = carrier(text).around.faults.into_iter();
        faults
            .map(|one| {
                let place = text[one.span.start..one.span.end].to_owned();
                (one.kind, one.name, place)
            })
            .collect()
    }

    fn repaired(text: &str) -> Option<String> {
        let carrier = carrier(text);
        let fault = carrier.around.faults.first()?;
        let changes = match fault.kind {
            FaultKind::DockerfileJson {
                is_mendable: true, ..
            } => quotes(text, fault.span),
            FaultKind::DockerfileEquals { is_mendable: true } => blanks(text, fault.span),
            _ => return None,
        };
        let mut text = text.to_owned();
        for (span, new) in changes.iter().rev() {
            text.replace_range(span.start..span.end, new);
        }
        Some(text)
    }

    #[test]
    fn the_last_stage_that_tells_airflow_something_is_the_environment() {
        let text = "FROM a AS base\nENV AIRFLOW__A__B=1 OTHER=2\nFROM base AS main\nENV AIRFLOW__A__C=$OTHER\n\
            FROM node AS assets\nENV X=1\n";
        let some = |value: &str| Some(value.to_owned());
        assert_eq!(
            variables(&carrier(text)),
            [
                ("AIRFLOW__A__B".to_owned(), some("1")),
                ("OTHER".to_owned(), some("2")),
                ("AIRFLOW__A__C".to_owned(), some("2")),
            ]
        );
        assert!(variables(&carrier("FROM a\nENV X=1\n")).is_empty());
    }

    #[test]
    fn json_without_quotes_of_its_own_is_a_fault_and_nothing_else_is_said_of_it() {
        let json = "{\"a\": \"b\"}";
        for (line, stops) in [
            (format!("ENV AIRFLOW__X__Y {json}"), false),
            (format!("ENV AIRFLOW__X__Y=\"{json}\""), false),
            (format!("ENV A=1 AIRFLOW__X__Y={json} B=2"), true),
        ] {
            let text = format!("FROM x\n{line}\n");
            let kind = FaultKind::DockerfileJson {
                stops,
                is_mendable: true,
            };
            assert_eq!(
                told(&text),
                [(kind, "AIRFLOW__X__Y".to_owned(), json.to_owned())],
                "{line}"
            );
            let set = variables(&carrier(&text));
            assert!(set.contains(&("AIRFLOW__X__Y".to_owned(), None)), "{line}");
            let wanted = text.replace(&format!("\"{json}\""), json);
            let wanted = wanted.replace(json, &format!("'{json}'"));
            assert_eq!(repaired(&text), Some(wanted), "{line}");
        }
        for right in [
            "ENV AIRFLOW__X__Y='{\"a\": \"b\"}'",
            "ENV AIRFLOW__X__Y \"{\\\"a\\\": 1}\"",
            "ENV AIRFLOW__X__Y={\\\"a\\\":1}",
            "ENV AIRFLOW__X__Y=[1,2]",
            "ENV OTHER={\"a\":1}",
        ] {
            assert_eq!(told(&format!("FROM x\n{right}\n")), [], "{right}");
        }
    }

    #[test]
    fn what_stops_the_build_is_told_of_airflows_names_only() {
        let of = |line: &str| -> Vec<(FaultKind, String)> {
            let told = told(&format!("FROM x\n{line}\n")).into_iter();
            told.map(|(kind, _, place)| (kind, place)).collect()
        };
        let stops = |cause, place: &str| [(FaultKind::DockerfileStops(cause), place.to_owned())];
        assert_eq!(of("ENV AIRFLOW__X__Y=a b"), stops(Cause::NoEquals, "b"));
        assert_eq!(
            of("ENV AIRFLOW__X__Y"),
            stops(Cause::NoValue, "AIRFLOW__X__Y")
        );
        assert_eq!(
            of("ENV AIRFLOW__X__Y='a"),
            stops(Cause::Unterminated('\''), "'a")
        );
        assert_eq!(
            of("ENV AIRFLOW__X__Y = b"),
            [(
                FaultKind::DockerfileEquals { is_mendable: true },
                "=".to_owned()
            )]
        );
        let cut = carrier("FROM x\nENV AIRFLOW__X__Y=a b AIRFLOW__X__Z=c\n");
        let some = Some("c".to_owned());
        let expected = [
            ("AIRFLOW__X__Y".to_owned(), None),
            ("AIRFLOW__X__Z".to_owned(), some),
        ];
        assert_eq!(variables(&cut), expected);
        assert!(of("ENV X=a b").is_empty());
        assert!(of("ENV X 'a").is_empty());
        assert!(of("ENV AIRFLOW__X__Y={{ y }}").is_empty());
        assert!(of("ARG AIRFLOW__X__Y='a").is_empty());
    }

    #[test]
    fn a_repair_changes_nothing_else() {
        assert_eq!(
            repaired("FROM x\nENV AIRFLOW__X__Y = b\nENV A=1\n").as_deref(),
            Some("FROM x\nENV AIRFLOW__X__Y=b\nENV A=1\n")
        );
        for none in [
            "FROM x\nENV AIRFLOW__X__Y = b c\n",
            "FROM x\nENV AIRFLOW__X__Y {\"a\": \"$B\"}\n",
            "FROM x\nENV AIRFLOW__X__Y {\"a\": \"it's\"}\n",
            "FROM x\nENV AIRFLOW__X__Y=a b\n",
        ] {
            assert_eq!(repaired(none), None, "{none}");
        }
    }

    #[test]
    fn only_names_and_delimiters_are_shown() {
        let text = "FROM image # x\nENV AIRFLOW__A__B='s3cret' OTHER=\"x\" C=a\"b\"\n# note\n";
        let mut carrier = carrier(text);
        carrier.mask.seal();
        let shown = carrier.mask.apply(text, 0);
        let expected = "FROM***********ENV**************='******'******=\"*\"**=*****#******";
        assert_eq!(shown.replace('\u{240a}', "*"), expected);
    }

    #[test]
    fn a_template_is_not_judged() {
        let text = "FROM {{ image }}\n{% if x %}\nENV AIRFLOW__A__B={{ b }} AIRFLOW__A__C=c\n{% endif %}\n";
        let carrier = carrier(text);
        assert!(carrier.templated);
        assert!(carrier.around.faults.is_empty());
        let set = variables(&carrier);
        assert!(set.contains(&("AIRFLOW__A__B".to_owned(), None)), "{set:?}");
    }
}
