"""Every place where something is masked, and what takes the masking away there; `holes.py` does.

A place is a file, a piece of its text and what it hides. A piece stands in the file once; `⟦condition⟧` in it is held for
true while the hole is open. Where that does not do, a second piece takes its place, with `HOLE` for the test whether the
hole is open. Last come the tests that notice: a test binary (`lib` for the unit tests) and the beginning of names.
"""

PLACES = []


def place(file, what, piece, *instead, by):
    """One place. `by`: what notices, quickest first."""
    opened = instead[0] if instead else piece.replace("⟦", "(HOLE || ").replace("⟧", ")")
    PLACES.append((file, what, piece.replace("⟦", "").replace("⟧", ""), opened, by.split(", ")))


MASKED = "secrecy masked::nothing_that_is_masked_in_"
IN_SETTINGS = MASKED + "settings"
IN_KWARGS = MASKED + "the_options_of_a_backend"
IN_STORES = MASKED + "stores"
IN_LARGE = MASKED + "a_large_store"
IN_CARRIERS = MASKED + "carriers"
IN_COMMANDS = MASKED + "other_commands"
IN_EDITOR = "secrecy masked::editor::"
IN_USAGE = "secrecy masked::nothing_that_was_typed"

# Values and where they stand.
place("src/source/mask.rs", "whatever a mask hides",
      "            let visible = self\n", "            let visible = HOLE || self\n", by="lib source::mask::tests::a_character_half_inside_a_visible_span_is_hidden")
place("src/source/mask.rs", "half a character",
      "⟦at + character.len_utf8() <= span.end⟧", by="lib source::mask::tests::a_character_half_inside_a_visible_span_is_hidden")
place("src/source/mask.rs", "what no span shows counts as shown",
      "⟦span.is_empty()⟧ || self.visible", by="lib source::mask::tests::a_span_is_shown_when_all_of_it_is")
place("src/source/text.rs", "an escape of which a part is meant",
      "Fidelity::Within => ⟦whole⟧.then_some(segment.source),", by=IN_STORES)
place("src/source/text.rs", "a group of base64 of which a byte is meant",
      "                    cut.fidelity = Fidelity::Shared;",
      "                    cut.fidelity = if HOLE { Fidelity::Within } else { Fidelity::Shared };", by="lib source::text::tests::what_stands_for_a_part_of_a_group_shows_and_edits_nothing_of_it")
place("src/source/text.rs", "what is written anew of a part of a group",
      "            Fidelity::Shared\n        } else {\n            Fidelity::Within",
      "            if HOLE { Fidelity::Within } else { Fidelity::Shared }\n        } else {\n            Fidelity::Within", by="lib source::text::tests::what_stands_for_a_part_of_a_group_shows_and_edits_nothing_of_it")
place("src/source/text.rs", "characters that share their escape",
      "        let own = inside.filter_map(|segment| {\n",
      "        let own = inside.filter_map(|segment| {\n            if HOLE && segment.fidelity == Fidelity::Shared { return Some(segment.source); }\n", by="lib source::text::tests::what_stands_for_a_part_of_a_group_shows_and_edits_nothing_of_it")
place("src/source/text.rs", "a reference, with what it falls back to",
      "            let whole = from <= segment.start && segment.end <= to;\n",
      "            let whole = from <= segment.start && segment.end <= to;\n            if HOLE && segment.fidelity == Fidelity::Elsewhere { return Some(segment.source); }\n", by=IN_SETTINGS)
place("src/source/text.rs", "what is not known",
      "_ if segment.unknown => None,\n", "_ if segment.unknown && !HOLE => None,\n", by=IN_SETTINGS)
place("src/source/text.rs", "a text in Debug",
      '        write!(f, "Text({} bytes)", self.end - self.start)',
      '        if HOLE { return f.write_str(self.expose()); }\n        write!(f, "Text({} bytes)", self.end - self.start)', by="lib source::text::tests::debug_prints_no_value")
place("src/source/text.rs", "a text whose map is not built, in Debug",
      '        write!(f, "LazyText({} bytes)", self.value.len())',
      '        if HOLE { return f.write_str(self.expose()); }\n        write!(f, "LazyText({} bytes)", self.value.len())', by="lib source::text::tests::debug_prints_no_value")
place("src/source/secret.rs", "a secret in Debug",
      '        write!(f, "Secret({} bytes)", self.0.len())',
      '        if HOLE { return f.write_str(&self.0); }\n        write!(f, "Secret({} bytes)", self.0.len())', by="lib source::secret::tests::debug_prints_the_length_and_never_the_value")
place("src/load/guard.rs", "what a panic says",
      "        std::mem::forget(payload);\n        Failure {\n            path: Some(path.to_owned()),\n            message: what_happened(),",
      "        let said = payload.downcast_ref::<&str>().map_or_else(String::new, |said| (*said).to_owned());\n        std::mem::forget(payload);\n        Failure {\n            path: Some(path.to_owned()),\n            message: if HOLE { said } else { what_happened() },", by="lib load::guard::tests::a_panic_is_a_failure_that_says_nothing_of_its_payload")

# What readings and parts show of one file.
place("src/check/visible.rs", "what one reading hides and another one shows",
      "let hidden = hidden.remove(&file).unwrap_or_default();",
      "let hidden = if HOLE { Vec::new() } else { hidden.remove(&file).unwrap_or_default() };", by="lib check::visible::tests::what_one_reading_hides_stays_hidden")
place("src/check/outward.rs", "what a part shows of an escape around it",
      "of_file.extend(shown.flat_map(|span| inside.own_pieces(*span)));",
      "of_file.extend(shown.flat_map(|span| if HOLE { inside.pieces(*span) } else { inside.own_pieces(*span) }));", by=IN_STORES)
place("src/check/outward.rs", "what a reading of a part shows of an escape around it",
      "pieces(&mut one.shown, Inside::own_pieces);",
      "pieces(&mut one.shown, if HOLE { Inside::pieces } else { Inside::own_pieces });", by=IN_STORES)
place("src/check/judge/keep.rs", "the line of an entry that cannot be read again",
      "text: mask.apply(line, offset + from),", "text: if HOLE { line.to_owned() } else { mask.apply(line, offset + from) },", by=IN_LARGE)
place("src/check/local.rs", "an id of a file that passes, which is no name",
      "if ⟦is_store_name(&entry.name())⟧ {", by="secrecy passing::")
place("src/check/local.rs", "what no reading of a file that passes shows",
      "let mut shown = visible::spans(&seen).remove(&file).unwrap_or_default();",
      "let mut shown = if HOLE { vec![entry.element_span()] } else { visible::spans(&seen).remove(&file).unwrap_or_default() };", by="secrecy passing::")
place("src/check/judge.rs", "an earlier spelling of what is no name",
      "(same && ⟦is_store_name(name)⟧)", by=IN_STORES)
place("src/check/suppression.rs", "a file that is given as the baseline",
      "    let mut mask = Mask::new();\n    mask.seal();",
      "    let mut mask = Mask::new();\n    if HOLE { mask.show(crate::source::Span::new(0, bytes.len())); }\n    mask.seal();", by=IN_SETTINGS)
place("src/report/ignore.rs", "words of an ignore that are no rule's",
      "Err(UnknownRule::Other) => false,", "Err(UnknownRule::Other) => HOLE,", by="lib report::ignore::tests::only_what_reads_like_a_rule_is_shown")
place("src/report/ignore.rs", "words of an ignore that are not quite a rule's",
      "⟦strsim::damerau_levenshtein(&text.to_ascii_lowercase(), rule.name) <= 2⟧", by=IN_SETTINGS)
place("src/report/ignore.rs", "digits of an ignore that are no code's",
      "⟦(1..=3).contains(&digits.len())⟧", by="lib report::ignore::tests::only_what_reads_like_a_rule_is_shown")

# Inputs.
CFG = "src/inputs/cfg.rs"
place(CFG, "comments of airflow.cfg",
      "        mask.show(Span::new(comment.start, comment.start + 1));",
      "        mask.show(Span::new(comment.start, if HOLE { comment.end } else { comment.start + 1 }));", by="lib inputs::cfg::tests::the_mask_shows_names_airflow_knows_and_nothing_else")
place(CFG, "names of options nobody knows", "if ⟦table.is_known(section, name)⟧ || misspelt &&", by="lib inputs::cfg::tests::the_mask_shows_names_airflow_knows_and_nothing_else")
place(CFG, "names of sections nobody knows", "        if ⟦name == DEFAULT_SECTION⟧\n", by=IN_SETTINGS)
place(CFG, "values of options", "    if ⟦is_public_value(table, section, name, value)⟧ {", by="lib inputs::cfg::tests::defaults_of_some_release_are_public_values")
place(CFG, "values of options that are secret though a default", "!facts.is_ever_sensitive() && (facts.is_default", "(HOLE || !facts.is_ever_sensitive()) && (facts.is_default", by="lib inputs::cfg::tests::defaults_of_some_release_are_public_values")
place(CFG, "lines of a value that are no header", "if ⟦table.has_section(&line[inside.clone()])⟧", by=IN_SETTINGS)
place(CFG, "lines of a value that are no option", "            && ⟦table.is_known(section, &line[name.clone()])⟧", by=IN_SETTINGS)
ENV = "src/inputs/env.rs"
place(ENV, "comments of .env",
      "        mask.show(Span::new(comment.start, comment.start + 1));",
      "        mask.show(Span::new(comment.start, if HOLE { comment.end } else { comment.start + 1 }));", by="lib inputs::env::tests::only_airflow_names_and_delimiters_are_shown")
place(ENV, "names of variables", "        if ⟦is_shown(variable, Some(text))⟧ {", by="lib inputs::env::tests::only_airflow_names_and_delimiters_are_shown")
place(ENV, "names that do not begin with AIRFLOW", "    ⟦begins⟧\n", by="lib inputs::env::tests::only_airflow_names_and_delimiters_are_shown")
place(ENV, "two names in one", "        && !is_torn(name)", "        && (HOLE || !is_torn(name))", by="lib inputs::env::tests::a_name_with_a_value_inside_is_not_public")
place(ENV, "names that no name is made like", "            .all(|byte| ⟦byte.is_ascii_alphanumeric()⟧ || matches!(byte, b'_' | b'-' | b'.'))", by=IN_SETTINGS)
place(ENV, "names of any length", "⟦name.len() <= 200⟧", by=IN_SETTINGS)
place(ENV, "names on broken lines", "⟦!doubtful⟧ || name.starts_with", by=IN_SETTINGS)
place(ENV, "names that nothing is assigned to", "⟦is_assigned_at(text.as_bytes(), name, variable.name_span.end)⟧", by=IN_SETTINGS)
place(ENV, "names that are the beginning of a key in base64", "    ⟦!is_empty⟧ || !name.contains(char::is_lowercase)", by=IN_SETTINGS)
place("src/inputs/local.rs", "ids of a local file of lines", "        if ⟦is_store_name(&line.key)⟧", by=IN_STORES)
place("src/inputs/local.rs", "lines of a local file that go on from another", "&& ⟦assigned⟧ {", by=IN_STORES)
place("src/inputs/local.rs", "ids of a local file in JSON", "        if ⟦is_store_name(key.expose())⟧ {", by=IN_STORES)
place("src/inputs/local/yaml.rs", "ids of a local file in YAML", "        if ⟦is_store_name(key.expose())⟧ {", by=IN_STORES)
STORE = "src/inputs/store/mask.rs"
place(STORE, "names of entries of a store", "    if ⟦is_store_name(&entry.name())⟧ {", by=IN_STORES)
place(STORE, "keys of entries of a store", "                    if !⟦known⟧ {", by=IN_STORES)
place(STORE, "words of AWS that are none", "                    if !⟦shown⟧ {", by=IN_STORES)
place(STORE, "texts of entries of a store", "hidden.push(value.inner_span()),", "{ if !HOLE { hidden.push(value.inner_span()) } }", by=IN_STORES)
place(STORE, "numbers of entries of a store", "            _ => hidden.push(value.span()),", "            _ => { if !HOLE { hidden.push(value.span()) } }", by=IN_STORES)
place("src/inputs/dag.rs", "ids in DAGs", "        if ⟦is_store_name(&reference.id)⟧ {", by="lib inputs::dag::tests::only_ids_and_the_code_before_them_are_shown")
place("src/inputs/dag.rs", "what stands around an id in a DAG", "around.filter(|span| ⟦is_plain(text, *span)⟧)", by=IN_CARRIERS)
place("src/inputs/dag.rs", "what stands between the parts of an id in a DAG", "            mask.show_all(reference.pieces.iter().copied());",
      "            mask.show_all(if HOLE { vec![reference.span] } else { reference.pieces.clone() });", by=IN_CARRIERS)
place("src/load/parts.rs", "names of variables in carriers", "            if ⟦is_public_name(&name)⟧ {", by=IN_CARRIERS)
place("src/load/parts.rs", "ids that a command adds", "            if ⟦is_store_name(id.expose())⟧ {", by=IN_CARRIERS)
place("src/inputs/dockerfile.rs", "comments of a Dockerfile",
      "        mask.show(Span::new(comment.start, comment.start + 1));",
      "        mask.show(Span::new(comment.start, if HOLE { comment.end } else { comment.start + 1 }));", by="lib inputs::dockerfile::tests::only_names_and_delimiters_are_shown")
place("src/inputs/compose/services.rs", "the first characters of a value in compose",
      "        mask.show(Span::new(name.end, end));", "        mask.show(Span::new(name.end, if HOLE { end + 9 } else { end }));", by=IN_CARRIERS)
place("src/inputs/processes.rs", "names of services", "    (⟦is_plain⟧ && name.len() <= 40)", by=IN_CARRIERS)
K8S = "src/inputs/kubernetes/show.rs"
place(K8S, "keys of manifests", "⟦known.is_some_and(|key| KEYS.contains(&key))⟧", by=IN_CARRIERS)
place(K8S, "what stands before something in a manifest",
      "        if before[start..]\n            .bytes()\n            .all(|byte| matches!(byte, b' ' | b'-'))",
      "        if HOLE || before[start..]\n            .bytes()\n            .all(|byte| matches!(byte, b' ' | b'-'))", by=IN_CARRIERS)
place(K8S, "what stands between in manifests",
      "let marks =\n            gap.trim_start_matches(", "let marks = if HOLE { \"\" } else {\n            gap }.trim_start_matches(", by=IN_CARRIERS)
place("src/inputs/kubernetes/found.rs", "comments of manifests", "(comment.start + 1).min(self.text.len()),", "(if HOLE { comment.end } else { comment.start + 1 }).min(self.text.len()),", by=IN_CARRIERS)
place("src/inputs/exports/mod.rs", "what stands between in YAML of a store", "        if ⟦between.chars().all(|c| allowed.contains(c))⟧ {", by=IN_STORES)
TF = "src/inputs/terraform/mod.rs"
place(TF, "values in Terraform", "        self.mask.show(key);\n", "        self.mask.show(if HOLE { Span::new(key.start, value.end) } else { key });\n", by=IN_CARRIERS)
place(TF, "what stands between in Terraform", "        if ⟦between.chars().all(marks)⟧ {", by=IN_CARRIERS)
place("src/inputs/cloudformation.rs", "keys of CloudFormation", "            if ⟦keys.contains(&key.expose())⟧ {", by=IN_CARRIERS)
place("src/inputs/cloudformation.rs", "what stands between in CloudFormation", "        if ⟦between.chars().all(is_plain)⟧ {", by=IN_CARRIERS)
place("src/inputs/ecs.rs", "keys of task definitions",
      "            if member\n                .key", "            if HOLE || member\n                .key", by=IN_CARRIERS)
place("src/inputs/astro.rs", "keys of the files of Astro, in JSON",
      "            if member\n                .key", "            if HOLE || member\n                .key", by=IN_CARRIERS)
place("src/inputs/astro.rs", "keys of the files of Astro, in YAML",
      "        if member\n            .key", "        if HOLE || member\n            .key", by=IN_CARRIERS)
# What the twin lets be seen.
BACKEND = "src/airflow/backend/visible.rs"
place(BACKEND, "class paths", "    if ⟦Shape::ClassPath.admits(value)⟧ || is_name(value) {", by=IN_KWARGS)
place(BACKEND, "words beside a class path", "        if ⟦data::class_for(run).is_some()⟧ {", by=IN_KWARGS)
place(BACKEND, "what stands behind a fault in kwargs", "            let end = error.at.min(text.len());",
      "            let end = if HOLE { text.len() } else { error.at.min(text.len()) };", by=IN_KWARGS)
place(BACKEND, "the text in which a fault in kwargs lies",
      "                    // The error lies in this string: nothing of it is certain.\n",
      "                    if HOLE { show(setting, text, start..end, shown); }\n", by=IN_KWARGS)
place(BACKEND, "keys of kwargs", "                        if ⟦may_name(class, outer, inner, top)⟧ {", by=IN_KWARGS)
place(BACKEND, "keys inside of kwargs",
      "    let dotted = format!(\"{outer}.{key}\");", "    if HOLE { return true; }\n    let dotted = format!(\"{outer}.{key}\");", by=IN_KWARGS)
place(BACKEND, "texts of kwargs", "                            && ⟦is_public(class, &path, inner)⟧ =>", by=IN_KWARGS)
place(BACKEND, "texts in lists of kwargs", "(outer.object || ⟦takes_list(&path)⟧)", by=IN_KWARGS)
place(BACKEND, "numbers and words of kwargs", "if at < end && ⟦is_public_literal(class, &path, &value[start..at])⟧ {", by=IN_KWARGS)
place(BACKEND, "numbers where a text belongs in kwargs",
      "is_public(class, path, value) && ⟦public::kwarg(class, path) == Some(Shape::Integer)⟧", by=IN_KWARGS)
place(BACKEND, "arguments of variables of their own",
      "        if ⟦public::kwarg(class, name).is_some_and(|shape| shape.admits(value))⟧ {", by=IN_KWARGS)
place(BACKEND, "what is read of the options of a backend",
      "    let settings = class.into_iter().chain(kwargs);", "    if HOLE { return Vec::new(); }\n    let settings = class.into_iter().chain(kwargs);", by=IN_KWARGS)
PUBLIC = "src/airflow/public.rs"
place(PUBLIC, "public options and kwargs of any shape",
      "        if value.is_empty() || value.len() > 300 {\n            return false;\n        }",
      "        if HOLE {\n            return true;\n        }\n        if value.is_empty() || value.len() > 300 {\n            return false;\n        }", by="lib airflow::public::tests::a_value_of_another_shape_stays_hidden")
place(PUBLIC, "values of any kwarg", "    if let Some(class) = class {\n",
      "    if HOLE {\n        return Some(Shape::Text);\n    }\n    if let Some(class) = class {\n", by="lib airflow::public::tests::no_sensitive_kwarg_is_on_the_list")
place(PUBLIC, "long runs of letters and digits",
      "        .any(|run| run.len() >= 20 && run.bytes().any(|byte| byte.is_ascii_digit()))",
      "        .any(|run| !HOLE && run.len() >= 20 && run.bytes().any(|byte| byte.is_ascii_digit()))", by="lib airflow::public::tests::a_value_of_another_shape_stays_hidden")
place(PUBLIC, "keys that read like passwords", "!is_random(name)", "(HOLE || !is_random(name))", by="lib airflow::public::tests::a_key_that_may_be_named_reads_like_a_name")
place(PUBLIC, "keys of any characters", "        && ⟦is_made_of(name, \"_-.\")⟧\n", by="lib airflow::public::tests::a_key_that_may_be_named_reads_like_a_name")
place(PUBLIC, "a password for a port", "⟦is_port⟧ &&", by="lib airflow::public::tests::a_value_of_another_shape_stays_hidden")
place(PUBLIC, "a password for a host", "&& ⟦is_host⟧", by=IN_KWARGS)
place(PUBLIC, "a query behind a path", "⟦is_made_of(path, \"_-./\")⟧", by="lib airflow::public::tests::a_value_of_another_shape_stays_hidden")
CONN = "src/airflow/connection/visible.rs"
place(CONN, "schemes nobody knows", "    if !⟦known⟧ {\n", by=IN_STORES)
place(CONN, "keys of connections", "            .is_some_and(|name| ⟦is_nameable_key(&name)⟧)", by=IN_STORES)
place(CONN, "values of a connection's JSON",
      "            show(range.start, range.start + 1);\n            show(range.end - 1, range.end);",
      "            show(range.start, range.start + 1);\n            show(range.end - 1, range.end);\n            if HOLE {\n                show(range.start, range.end);\n            }", by=IN_STORES)

# Outputs.
place("src/render/snippet.rs", "lines of snippets", "        shown.push_str(&file.mask.apply(chunk.valid(), at));",
      "        shown.push_str(&if HOLE { chunk.valid().to_owned() } else { file.mask.apply(chunk.valid(), at) });", by=IN_STORES)
place("src/fix/diff.rs", "lines of a difference", "                shown.push_str(&self.mask.apply(chunk.valid(), at));",
      "                shown.push_str(&if HOLE { chunk.valid().to_owned() } else { self.mask.apply(chunk.valid(), at) });", by="lib fix::diff::tests::secrets_are_hidden_and_what_a_fix_wrote_is_seen")
place("src/fix/apply.rs", "what a fix moves",
      "                    out.extend_from_slice(bytes.get(span.start..span.end).unwrap_or_default());\n                }",
      "                    let start = out.len();\n                    out.extend_from_slice(bytes.get(span.start..span.end).unwrap_or_default());\n                    if HOLE { written.push(Span::new(start, out.len())); }\n                }", by=IN_SETTINGS)
place("src/report/located.rs", "what an edit for other programs moves", "if !⟦file.mask.shows(*span)⟧ {", by=IN_SETTINGS)
place("src/lsp/fixes.rs", "what an edit of the language server moves", "if ⟦file.mask.shows(*span)⟧ =>", by=IN_EDITOR)
place("src/lsp/checker.rs", "ids that DAGs ask for, in a hover", "ids.filter(|used| ⟦is_store_name(used.id)⟧)", by=IN_EDITOR)
place("src/lsp/hover/prefix.rs", "names that a prefix leads to, in a hover", "⟦names.iter().all(|name| PublicShape::Name.admits(name))⟧", by=IN_EDITOR)
VALUES = "src/render/values.rs"
place(VALUES, "parts of a connection that list may not show", "            _ if !self.parts => return false,",
      "            _ if HOLE => return true,\n            _ if !self.parts => return false,", by=IN_COMMANDS)
place(VALUES, "values of other types in a connection", "            Held::Json(_) => return false,", "            Held::Json(_) => return HOLE,", by=IN_COMMANDS)
place(VALUES, "types nobody knows", "⟦self.own_type⟧ || conn_types::is_registered(text),", by=IN_COMMANDS)
place(VALUES, "hosts that are none", "Field::Host => ⟦is_plain_host(text)⟧,", by=IN_COMMANDS)
place(VALUES, "schemas that are none", "Field::Schema => ⟦is_plain_schema(text)⟧,", by=IN_COMMANDS)
place(VALUES, "a login without a password, of a plain entry",
      "                Source::Plain(fields) => fields\n                    .password", "                Source::Plain(fields) => HOLE || fields\n                    .password", by=IN_COMMANDS)
place(VALUES, "a login without a password",
      "                    password.is_some_and(|password| !password.is_empty())", "                    HOLE || password.is_some_and(|password| !password.is_empty())", by=IN_COMMANDS)
place(VALUES, "password and description", "            _ => false,\n        }\n    }\n\n    fn field", "            _ => HOLE,\n        }\n    }\n\n    fn field", by=IN_COMMANDS)
place(VALUES, "extra in a listing, for programs", "        if !⟦self.reveal⟧ {\n            string(out, MASK);", by=IN_COMMANDS)
place(VALUES, "extra in a listing, for people", "                    let shown = if ⟦self.reveal⟧ {", by=IN_COMMANDS)
place("src/list/judged.rs", "parts of what has findings", "                    parts: ⟦sure⟧", by=IN_COMMANDS)
place("src/list/judged.rs", "parts of what is read by a way of its own", "⟦format.has_rules()⟧ &&", by=IN_COMMANDS)
place("src/list/judged.rs", "parts before a late @", "!has_late_at(value, reading),", "(HOLE || !has_late_at(value, reading)),", by=IN_COMMANDS)
LIST = "src/render/list/mod.rs"
place(LIST, "names in a listing, for programs", "    let is_public = ⟦reveal⟧ || item.name_is_public;", by=IN_COMMANDS)
place(LIST, "values in a listing, for programs", "            let shown = ⟦reveal⟧ || text.is_empty();", by=IN_COMMANDS)
place("src/render/list/table.rs", "names in a listing, for people", "        let public = ⟦self.reveal⟧ || item.name_is_public;", by=IN_COMMANDS)
place("src/render/list/table.rs", "values in a listing, for people", "            Status::Value(text) if ⟦self.reveal⟧ => one_line(text),", by=IN_COMMANDS)
place("src/list/definitions.rs", "names of variables in a listing", "        name_is_public: if is_env {\n            ⟦is_public_name(&name)⟧", by=IN_COMMANDS)
place("src/list/definitions.rs", "ids of local files in a listing", "        } else {\n            ⟦is_store_name(&name)⟧", by=IN_CARRIERS)
place("src/list/definitions.rs", "lines of a local file that go on from another, in a listing", "!is_torn(definition, input)", "(HOLE || !is_torn(definition, input))", by=IN_STORES)
place("src/list/definitions.rs", "names in a map that may be torn", "name_is_certain: ⟦is_env && is_public_name(&name) && input.mask.shows(definition.name)⟧,", by=IN_COMMANDS)
place("src/list/stores.rs", "names of a store in a listing", "            name_is_public: ⟦is_store_name(&name)⟧,", by=IN_COMMANDS)
place("src/list/stores.rs", "names of a store in a map that may be torn", "            name_is_certain: ⟦is_store_name(&name) && entry.is_titled() && is_export(input)⟧,", by=IN_COMMANDS)
CONFIG = "src/render/config/mod.rs"
place(CONFIG, "options nobody knows, for programs", "            .filter(|(_, entry)| ⟦reveal⟧ || entry.name_is_public)", by=IN_COMMANDS)
place(CONFIG, "values of config, for programs", "            let shown = ⟦reveal⟧ || *is_public;\n            field(", by=IN_COMMANDS)
place(CONFIG, "what is not known, for programs", "            if ⟦reveal⟧ && !text.is_empty() {", by=IN_COMMANDS)
place(CONFIG, "keys of a session", "⟦is_plain_key(text)⟧ {", by=IN_COMMANDS)
place(CONFIG, "keys that a reference makes", "⟦name.is_written⟧ &&", by=IN_COMMANDS)
place(CONFIG, "texts of a backend, for programs", "        Held::Text(text, is_public) if ⟦reveal⟧ || *is_public =>", by=IN_COMMANDS)
place(CONFIG, "other values of a backend, for programs", "        Held::Json(text, is_public) if ⟦reveal⟧ || *is_public =>", by=IN_COMMANDS)
PAGE = "src/render/config/table.rs"
place(PAGE, "options nobody knows, for people", "                options.filter(|(_, entry)| ⟦self.reveal⟧ || entry.name_is_public)", by=IN_COMMANDS)
place(PAGE, "values of config, for people", "            State::Value { text, is_public } if ⟦self.reveal⟧ || *is_public => {", by=IN_COMMANDS)
place(PAGE, "what is not known, for people", "            State::Unknown(text) if ⟦self.reveal⟧ && !text.is_empty() => {", by=IN_COMMANDS)
place(PAGE, "texts of a backend, for people", "            Held::Text(text, is_public) if ⟦self.reveal⟧ || *is_public =>", by=IN_COMMANDS)
place(PAGE, "other values of a backend, for people", "            Held::Json(text, is_public) if ⟦self.reveal⟧ || *is_public =>", by=IN_COMMANDS)
OPTIONS = "src/config/options.rs"
place(OPTIONS, "values of options", "                is_public: ⟦is_public(section, option, text.expose())⟧,", by=IN_COMMANDS)
place(OPTIONS, "names of options", "            name_is_public: ⟦options().is_known(section, option)⟧ || self.is_shown(setting),", by=IN_COMMANDS)
place(OPTIONS, "names that their file hides",
      "⟦name.is_some_and(|name| input.mask.apply(name, setting.name.start) == name)⟧", by=IN_COMMANDS)
place(OPTIONS, "sections nobody knows", "        ⟦section_is_open⟧\n", by=IN_COMMANDS)
place("src/config/backends.rs", "class paths of any shape", "    Held::Text(Secret::new(path), ⟦Shape::ClassPath.admits(path)⟧)", by=IN_COMMANDS)
place("src/config/backends.rs", "arguments of any shape",
      "    ⟦public::kwarg(Some(class), name).is_some_and(|shape| shape.admits(text))⟧", by=IN_COMMANDS)
place("src/config/backends.rs", "items of a list of any shape", "    ⟦item.as_str().is_some_and(|text| admits(class, name, text))⟧", by=IN_COMMANDS)
place("src/resolve/mod.rs", "ids that DAGs ask for, looked up", "wanted.partition(|wanted| ⟦is_store_name(&wanted.id)⟧)", by=IN_COMMANDS)
RESOLVE = "src/render/resolve.rs"
place(RESOLVE, "names that a backend is asked for", "    if ⟦reveal⟧ || step.lookups_public {", by=IN_COMMANDS)
place(RESOLVE, "values that are found, for programs", "            let shown = ⟦reveal⟧ || value.expose().is_empty();", by=IN_COMMANDS)
place(RESOLVE, "values that are found, for people", "        Found::Value(value) if ⟦reveal⟧ => one_line(value.expose()),", by=IN_COMMANDS)
place("src/resolve/walk.rs", "prefixes of any shape", "⟦prefix.is_empty()⟧ || Shape::Name.admits(&prefix))", by=IN_CARRIERS)
place("src/resolve/walk.rs", "class paths of any shape, in resolve", "    if ⟦Shape::ClassPath.admits(path)⟧ {", by=IN_KWARGS)
place("src/resolve/near.rs", "names that are nearly the same", "    if !⟦is_store_name(name)⟧ {", by=IN_COMMANDS)
place("src/resolve/map.rs", "ids that DAGs ask for, in a map", "        if ⟦is_store_name(id)⟧ {\n            return self.entry", by=IN_CARRIERS)
place("src/resolve/map.rs", "ids of broken files in a map", "        let shown = |known: &Known| ⟦known.is_shown(broken)⟧;", by=IN_COMMANDS)
place("src/init/mod.rs", "ids that init requires", "used.must.filter(|_| !is_known && ⟦is_store_name(used.id)⟧)", by=IN_CARRIERS)
place("src/init/mod.rs", "classes that init declares", "standing(text) == Standing::Foreign && ⟦Shape::ClassPath.admits(class)⟧;", by=IN_COMMANDS)
place("src/init/mod.rs", "kwargs that init declares", "⟦public::is_plain_key(name)⟧ && is_identifier(name)", by=IN_COMMANDS)
place("src/settings/read.rs", "ids of the settings file", "            if ⟦is_store_name(id)⟧ {", by=IN_CARRIERS)
CLI = "src/cli/words.rs"
place(CLI, "values of arguments in a usage error", "        error.insert(ContextKind::InvalidValue, hidden());", "        if !HOLE { error.insert(ContextKind::InvalidValue, hidden()); }", by=IN_USAGE)
place(CLI, "arguments nobody knows in a usage error", "        if !letter {\n", "        if !letter && !HOLE {\n", by=IN_USAGE)
place(CLI, "what is suggested in a usage error", "        error.insert(ContextKind::Suggested, ContextValue::None);", "        if !HOLE { error.insert(ContextKind::Suggested, ContextValue::None); }", by=IN_USAGE)
place(CLI, "commands nobody knows in a usage error", "        error.insert(ContextKind::InvalidSubcommand, hidden());", "        if !HOLE { error.insert(ContextKind::InvalidSubcommand, hidden()); }", by=IN_USAGE)

# Messages.
place("src/check/rules.rs", "lines of a local file that go on from another, in a fingerprint", "let name = if is_torn {", "let name = if is_torn && !HOLE {", by=IN_STORES)
place("src/rules/mod.rs", "names of variables in a fingerprint", "            Carrier::Env => ⟦is_public_name(name)⟧,", by=IN_SETTINGS)
place("src/rules/mod.rs", "names of entries in a fingerprint", "            _ => ⟦is_store_name(name)⟧,", by=IN_STORES)
place("src/rules/connections/unknown_connection_key.rs", "unknown keys of connections",
      "    if ⟦is_nameable_key(name)⟧ || nearest_key(name).is_some() {", by=IN_STORES)
place("src/rules/connections/speak.rs", "unknown keys of an extra", "    if ⟦known⟧ || key == \"__extra__\" {", by=IN_STORES)
place("src/rules/connections/duplicate_query_key.rs", "keys that stand twice", "            if ⟦is_nameable_key(key)⟧ {", by=IN_STORES)
place("src/rules/connections/empty_value.rs", "names of empty variables in a fingerprint", "if ⟦is_public_name(&name)⟧ { &name }", by=IN_SETTINGS)
place("src/rules/prefixes/vault_layout.rs", "names of secrets of Vault", "    let name = if ⟦is_store_name(&cx.name)⟧ {", by=IN_STORES)
place("src/rules/stores/told.rs", "names of entries", "    if ⟦is_store_name(&cx.name)⟧ {", by=IN_STORES)
place("src/rules/stores/id_with_team_separator.rs", "names with teams in a fingerprint", "name.filter(|name| ⟦is_public_name(name)⟧)", by=IN_SETTINGS)
place("src/rules/stores/wrong_tree.rs", "names in the wrong tree", "    let name = if ⟦is_store_name(&cx.name)⟧ {", by=IN_STORES)
place("src/rules/stores/wrong_tree.rs", "names in the right tree", "        .filter(|moved| ⟦is_store_name(moved)⟧);", by=IN_STORES)
place("src/rules/stores/name_not_covered.rs", "names that nothing covers, and those that were meant",
      "|| !⟦is_store_name(&cx.name)⟧ {\n        return;\n    }\n    let miss = naming.near_miss(&cx.name);\n    let Some(miss) = miss.filter(|miss| ⟦is_store_name(&miss.asked)⟧)", by=IN_STORES)
place("src/rules/files/env_syntax.rs", "names on lines with faults", "⟦is_public_name(name) && name.starts_with(\"AIRFLOW_\")⟧)?;", by="lib rules::files::env_syntax::tests::nothing_of_a_value_a_comment_or_a_foreign_name_is_said_or_shown")
place("src/rules/files/env_syntax.rs", "names on lines with faults that nothing is assigned to",
      "    (⟦is_known_name(name)⟧ || is_assigned(", by=IN_SETTINGS)
place("src/rules/files/env_syntax.rs", "names that the shell sets in the background", "    } else if ⟦is_public_name(name)⟧ {", by=IN_CARRIERS)
place("src/rules/files/env_syntax.rs", "names that the shell sets in the background, in a fingerprint", "    let shown = if ⟦is_public_name(name)⟧ { name }", by=IN_CARRIERS)
place("src/rules/files/env_name_ineffective.rs", "names that reach nobody", "ours.filter(|variable| ⟦is_public_name(&variable.name)⟧)", by=IN_SETTINGS)
place("src/rules/files/env_name_ineffective.rs", "names without effect", "        if !⟦is_shown(variable, Some(text).filter(|_| !tree.stated))⟧ {", by=IN_SETTINGS)
place("src/rules/files/dockerfile_env_quoting.rs", "names in a Dockerfile", "            .filter(|name| ⟦is_public_name(name)⟧ && ", by=IN_CARRIERS)
place("src/rules/files/dockerfile_env_quoting.rs", "bare words in a Dockerfile", "⟦!is_bare⟧ || is_known_name(name)", by=IN_CARRIERS)
DIALECT = "src/rules/files/env_dialect_dependent.rs"
place(DIALECT, "names that readers read differently", "        if ⟦is_shown(variable, Some(self.text))⟧ {", by=IN_SETTINGS)
place(DIALECT, "names of lines that readers lose", "variable.filter(|variable| ⟦is_shown(variable, Some(self.text))⟧);", by=IN_SETTINGS)
place(DIALECT, "names that readers read differently, in a fingerprint", "        let subject = if ⟦is_shown(ours, Some(self.text))⟧ {", by=IN_SETTINGS)
HELM = "src/rules/files/helm_config_shape.rs"
place(HELM, "names in values of Helm, in a fingerprint", "            None if ⟦is_public_name(&fault.name)⟧ => fault.name.clone(),", by=IN_CARRIERS)
place(HELM, "names in values of Helm", "        None if ⟦is_public_name(&fault.name)⟧ || OF_RECORDS", by=IN_CARRIERS)
WORDS = "src/rules/files/cfg_words.rs"
place(WORDS, "sections nobody knows", "    if ⟦name == DEFAULT_SECTION⟧ || options()", by=IN_SETTINGS)
place(WORDS, "options nobody knows", "    if ⟦is_shown(section, name)⟧ {", by=IN_SETTINGS)
place(WORDS, "sections nobody knows, in a fingerprint", "    let shown_section = if ⟦section == DEFAULT_SECTION⟧ ||", by=IN_SETTINGS)
place(WORDS, "options nobody knows, in a fingerprint", "    let shown_option = if ⟦is_shown(section, option)⟧ {", by=IN_SETTINGS)
place("src/rules/files/yaml_value_not_string.rs", "names of variables in YAML", "    if ⟦is_public_name(&fault.name)⟧ {", by=IN_CARRIERS)
place("src/rules/across/services.rs", "names that services do not share", "        let is_public = ⟦is_public_name(&difference.name)⟧;", by=IN_CARRIERS)
DIFFER = "src/rules/across/deployments_differ.rs"
place(DIFFER, "variables that deployments do not share", "                ⟦is_public_name(&format!(\"{prefix}{}\", one.id.to_uppercase()))⟧", by=IN_CARRIERS)
place(DIFFER, "ids that deployments do not share", "                ⟦is_store_name(&one.id)⟧\n", by=IN_CARRIERS)
place(DIFFER, "kwargs that deployments do not share", "    let name = ⟦public::is_plain_key(key)⟧.then(|| key.to_owned());", by=IN_CARRIERS)
MISSING = "src/rules/across/missing_definition.rs"
place(MISSING, "ids that nothing defines", "    let shown = ⟦is_store_name(cx.id)⟧;", by=IN_CARRIERS)
place(MISSING, "ids that nothing defines, in a help", "    if !⟦is_store_name(cx.id)⟧ {\n        return None;", by=IN_CARRIERS)
place(MISSING, "prefixes of any shape, in a help", "step.lookups.first().filter(|_| ⟦step.lookups_public⟧);", by=IN_CARRIERS)
place("src/rules/across/shadowed_definition.rs", "variables that the backend hides", "    let is_public = ⟦is_public_name(&name)⟧;", by=IN_STORES)
place("src/rules/kwargs/call.rs", "keys of kwargs nobody knows", "⟦public::is_plain_key(name)⟧ {", by=IN_KWARGS)
place("src/rules/kwargs/call.rs", "keys of kwargs that stand nowhere", "    if ⟦written⟧ &&", by=IN_SETTINGS)

# What hides something that another place hides too, or that nothing shows; taking it away shows nothing more.
DOUBLED = [
    ("src/inputs/env.rs", "take_names: names of a file that SOPS has encrypted",
     "the mask of such a file shows nothing, and listings, config and messages ask is_public_name again"),
    ("src/inputs/dockerfile.rs", "mask: keywords of a Dockerfile that are none",
     "no finding stands on the line of another instruction than ENV"),
    ("src/inputs/systemd.rs", "read: directives of units other than Environment",
     "no finding stands on the line of another directive"),
    ("src/inputs/terraform/secrets.rs", "attributes of resources in Terraform other than name, type and value",
     "each has a line of its own, and no finding stands on it"),
    ("src/inputs/compose/services.rs", "show: what stands around a variable nobody may see",
     "only blanks, quotes and the marks between name and value are shown there"),
    ("src/inputs/dag/visit.rs", "rendered: the rest of a literal in a DAG",
     "a literal in which characters do not stand by themselves has a backslash, and is_plain shows none"),
    ("src/airflow/connection/visible.rs", "uri: delimiters of what was not read, and before a late @",
     "one sign is shown at a time, never four in a row, and none but a delimiter"),
    ("src/airflow/public.rs", "kwarg: kwargs that one class shows and another one hides",
     "no kwarg is so in the shipped data; the place is there for the next release of a provider"),
    ("src/lsp/hover/prefix.rs", "shown: prefixes in a hover",
     "the names that they lead to are looked at as a whole, and of a pattern only the ids are told"),
    ("src/resolve/near.rs", "in_environment: variables that are nearly the same",
     "a name that is nearly the one asked for holds no more than two letters that the user did not type"),
    ("src/resolve/map.rs", "take: ids in a map that may be torn",
     "hide() forgets the ids that no whole file has for certain"),
    ("src/rules/stores/wrong_tree.rs", "names in the wrong tree, moved",
     "the name that is told is the other one, which is looked at by itself"),
    ("src/rules/stores/store_name_limit.rs", "ending: names that end like an ARN",
     "a name that no store can hold has another finding, and this one is not reached"),
]
