//! The comments that the reader of a file drops, and what each of them stands above.
//!
//! A new carrier joins by its arms in [`Input::comments`] and [`Input::blocks`]. What a comment says is
//! not asked here.

use super::local::LocalTree;
use super::{Input, Tree};
use crate::source::Span;
use crate::workspace::pins;

/// A comment, from its mark to the end of its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Where it stands.
    pub span: Span,
    /// Nothing but blanks stands before it on its line.
    pub own_line: bool,
}

impl Input {
    /// The comments, in file order; none of a store, which has none or is not held.
    pub fn comments(&self) -> Vec<Comment> {
        let spans = match &self.tree {
            Tree::Cfg(tree) => tree.comments.clone(),
            Tree::Env(tree) => tree.comments.clone(),
            Tree::Dag(dag) => dag.comments.clone(),
            Tree::Carrier(around) => around.comments.clone(),
            Tree::Local(LocalTree::Env(_)) => self.marked_lines(false),
            Tree::Local(LocalTree::Yaml(tree)) => tree.comments.clone(),
            Tree::Pins => self.marked_lines(pins::strips_comments(&self.path)),
            // The settings file has its own words for it.
            Tree::Local(_) | Tree::Store | Tree::SettingsFile | Tree::Opaque(_) => Vec::new(),
        };
        let comment = |span: Span| {
            let before = self.bytes.get(self.line_of(span.start).start..span.start);
            Comment {
                span,
                own_line: before.is_some_and(|before| before.trim_ascii().is_empty()),
            }
        };
        let mut comments: Vec<Comment> = spans.into_iter().map(comment).collect();
        comments.sort_unstable_by_key(|comment| comment.span);
        comments
    }

    /// What may take up several lines: options and variables, from the name to the end of the value.
    pub fn blocks(&self) -> Vec<Span> {
        let mut blocks: Vec<Span> = match &self.tree {
            Tree::Cfg(tree) => tree
                .sections
                .iter()
                .flat_map(|section| &section.options)
                .map(|option| option.name.source().cover(option.value.source()))
                .collect(),
            Tree::Carrier(around) => around.blocks.clone(),
            Tree::Local(LocalTree::Yaml(tree)) => tree.blocks.clone(),
            Tree::Env(tree) => tree
                .variables
                .iter()
                .map(|variable| {
                    let value = variable.value.as_ref();
                    let value = value.map_or(variable.name_span, crate::source::Text::source);
                    variable.name_span.cover(value)
                })
                .collect(),
            _ => Vec::new(),
        };
        blocks.sort_unstable();
        blocks
    }

    /// The part of the file that `comment` is about: of a comment behind something, that something; of
    /// one on a line of its own, the next line that is neither blank nor a comment, with all of the
    /// block that begins there. `None` where nothing follows.
    pub fn reach(&self, comment: Comment, comments: &[Comment], blocks: &[Span]) -> Option<Span> {
        let here = self.line_of(comment.span.start);
        if !comment.own_line {
            // Of blocks in blocks the innermost.
            let over = blocks
                .iter()
                .rfind(|block| block.start < comment.span.start && block.end > here.start);
            let start = over.map_or(here.start, |block| block.start.min(here.start));
            return Some(Span::new(start, comment.span.start));
        }
        let mut line = self.line_of(comment.span.end);
        loop {
            line = self.line_of(line.end + 1);
            let text = self.bytes.get(line.start..line.end)?;
            let Some(blank) = text.iter().position(|byte| !byte.is_ascii_whitespace()) else {
                if line.end >= self.bytes.len() {
                    return None;
                }
                continue;
            };
            let first = line.start + blank;
            let found = comments.binary_search_by_key(&first, |comment| comment.span.start);
            if found.is_err() {
                break;
            }
        }
        let from = blocks.partition_point(|block| block.start < line.start);
        let begun = blocks[from..]
            .iter()
            .take_while(|block| block.start <= line.end);
        let end = begun.map(|block| block.end).max().unwrap_or_default();
        Some(Span::new(line.start, end.max(line.end)))
    }

    /// The line that holds `offset`, without its LF; past the end of the file an empty one.
    fn line_of(&self, offset: usize) -> Span {
        if offset > self.bytes.len() {
            return Span::at(offset);
        }
        let line = self.lines.position(&self.bytes, offset).line;
        self.lines.line_span(&self.bytes, line)
    }

    /// What `#` begins: at the start of a line, and behind a blank where such a comment is dropped too.
    fn marked_lines(&self, trailing: bool) -> Vec<Span> {
        let mut spans = Vec::new();
        let mut start = 0;
        for line in self.bytes.split_inclusive(|&byte| byte == b'\n') {
            let text = line.trim_ascii_end();
            let blank = line.len() - line.trim_ascii_start().len();
            let mark = if text.get(blank) == Some(&b'#') {
                Some(blank)
            } else if trailing {
                memchr::memmem::find(text, b" #").map(|at| at + 1)
            } else {
                None
            };
            spans.extend(mark.map(|at| Span::new(start + at, start + text.len())));
            start += line.len();
        }
        spans
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inputs::local::{self, LocalForm};
    use crate::inputs::{Kind, cfg, env};
    use crate::rules::testing::input;
    use crate::source::FileId;
    use crate::syntax::dotenv::{Dialect, Outside};

    /// The text that each comment of `input` is about.
    fn reached(input: &Input) -> Vec<String> {
        let (comments, blocks) = (input.comments(), input.blocks());
        let text = |span: Span| {
            let bytes = &input.bytes[span.start..span.end];
            String::from_utf8(bytes.to_vec()).unwrap()
        };
        comments
            .iter()
            .map(|comment| {
                let reach = input.reach(*comment, &comments, &blocks);
                reach.map_or_else(|| "nothing".to_owned(), text)
            })
            .collect()
    }

    fn of_cfg(text: &str) -> Vec<String> {
        let tree = cfg::read(text, FileId(0), "airflow.cfg".as_ref()).tree;
        reached(&input(
            0,
            "airflow.cfg",
            Kind::Cfg,
            text.as_bytes(),
            Tree::Cfg(tree),
        ))
    }

    fn of_env(text: &str, dialect: Dialect) -> Vec<String> {
        let unknown = |_: &str| Outside::Unknown;
        let tree = env::read(text, dialect, &unknown, FileId(0), ".env".as_ref()).tree;
        reached(&input(
            0,
            ".env",
            Kind::Env,
            text.as_bytes(),
            Tree::Env(tree),
        ))
    }

    #[test]
    fn a_comment_above_an_option_is_about_all_its_lines() {
        assert_eq!(
            of_cfg("[s]\n# 1\n\n; 2\na = {\n  # 3\n  \"x\": 1\n  }\nb = 2\n# 4\n\n"),
            [
                "a = {\n  # 3\n  \"x\": 1\n  }",
                "a = {\n  # 3\n  \"x\": 1\n  }",
                "  \"x\": 1",
                "nothing",
            ]
        );
        assert_eq!(of_cfg("# 1\r\n[s]\r\n# 2"), ["[s]\r", "nothing"]);
    }

    #[test]
    fn a_comment_behind_a_value_is_about_that_value() {
        let text = "# 1\nA=x # 2\nB=\"y\nz\" # 3\n";
        assert_eq!(
            of_env(text, Dialect::Compose),
            ["A=x # 2", "A=x ", "B=\"y\nz\" "]
        );
        assert_eq!(of_env(text, Dialect::Bash).len(), 3);
        // docker keeps the other two as parts of the values.
        assert_eq!(of_env(text, Dialect::Docker), ["A=x # 2"]);
    }

    #[test]
    fn comments_of_yaml_are_about_the_innermost_entry() {
        let text = "# 1\na: # 2\n  b: c # 3\n  # 4\n  d: 'e\n    f' # 5\n  g: |\n    # no\nh: [1,\n  2] # 6\n";
        let parts = local::read(text, Kind::Connections, FileId(0), LocalForm::Yaml);
        let bytes = text.as_bytes();
        let tree = Tree::Local(parts.tree);
        assert_eq!(
            reached(&input(0, "a.yaml", Kind::Connections, bytes, tree)),
            [
                "a: # 2\n  b: c # 3\n  # 4\n  d: 'e\n    f' # 5\n  g: |\n    # no\n",
                "a: ",
                "  b: c ",
                "  d: 'e\n    f'",
                "d: 'e\n    f' ",
                "h: [1,\n  2] ",
            ]
        );
    }

    #[test]
    fn files_of_pins_have_comments_where_their_readers_drop_them() {
        let of = |path: &str, text: &str| {
            reached(&input(0, path, Kind::Pins, text.as_bytes(), Tree::Pins))
        };
        assert_eq!(of("requirements.txt", "a==1 # 1\n"), ["a==1 "]);
        assert_eq!(of("Dockerfile", "# 1\nFROM a # b\n"), ["FROM a # b"]);
    }
}
