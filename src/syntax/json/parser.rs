//! From text to tree: `json.loads`, `raw_decode`, and as far as a broken text goes.

use super::{Error, ErrorKind, Json, Kind, MAX_DEPTH, Node, lex};
use crate::source::Text;

/// Reads `text` as `json.loads(text)` does.
pub fn parse(text: &Text) -> Result<Json, Error> {
    let mut parser = Parser {
        bytes: text.expose().as_bytes(),
        at: 0,
        nodes: Vec::new(),
    };
    if text.expose().starts_with('\u{feff}') {
        return Err(Error {
            kind: ErrorKind::Bom,
            at: 0,
        });
    }
    parser.skip_blank();
    parser.value()?;
    parser.skip_blank();
    if parser.at < parser.bytes.len() {
        return Err(parser.error(ErrorKind::ExtraData));
    }
    Ok(Json {
        nodes: parser.nodes,
        text: text.clone(),
        open: Vec::new(),
    })
}

/// Reads as far as it goes: the tree of everything before the first fault, with what was open
/// there closed, and the fault. `None` where not even a first value begins.
pub fn parse_head(text: &Text) -> (Option<Json>, Option<Error>) {
    let mut parser = Parser {
        bytes: text.expose().as_bytes(),
        at: 0,
        nodes: Vec::new(),
    };
    let mut open = Vec::new();
    parser.skip_blank();
    let error = parser.value_in(&mut open).err();
    if let Some(&innermost) = open.last() {
        parser.drop_lone_key(innermost);
    }
    for &index in open.iter().rev() {
        parser.nodes[index].end = parser.at.min(parser.bytes.len());
        parser.nodes[index].after = parser.nodes.len();
    }
    let json = (!parser.nodes.is_empty()).then(|| Json {
        nodes: parser.nodes,
        text: text.clone(),
        open,
    });
    (json, error)
}

struct Parser<'t> {
    bytes: &'t [u8],
    at: usize,
    nodes: Vec<Node>,
}

impl Parser<'_> {
    fn error(&self, kind: ErrorKind) -> Error {
        Error { kind, at: self.at }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// One value with everything in it. The open containers are kept in `open`, not on the stack.
    fn value(&mut self) -> Result<(), Error> {
        let mut open = Vec::new();
        self.value_in(&mut open)
    }

    fn value_in(&mut self, open: &mut Vec<usize>) -> Result<(), Error> {
        loop {
            // A value is due here.
            let start = self.at;
            let opened = match self.peek() {
                Some(b'{') => Some(Kind::Object),
                Some(b'[') => Some(Kind::Array),
                _ => None,
            };
            if let Some(kind) = opened {
                if open.len() >= MAX_DEPTH {
                    return Err(self.error(ErrorKind::TooDeep));
                }
                self.at += 1;
                open.push(self.nodes.len());
                self.nodes.push(Node {
                    kind,
                    escaped: false,
                    start,
                    end: start,
                    after: 0,
                });
                self.skip_blank();
                let close = if kind == Kind::Object { b'}' } else { b']' };
                if self.peek() == Some(close) {
                    self.close(open);
                } else {
                    if kind == Kind::Object {
                        self.key()?;
                    }
                    continue;
                }
            } else {
                self.scalar()?;
            }
            // A value is complete: close what closes, then find the next value.
            loop {
                let Some(&container) = open.last() else {
                    return Ok(());
                };
                let object = self.nodes[container].kind == Kind::Object;
                self.skip_blank();
                match self.peek() {
                    Some(b',') => {
                        self.at += 1;
                        self.skip_blank();
                        if object {
                            self.key()?;
                        }
                        break;
                    }
                    Some(b'}') if object => self.close(open),
                    Some(b']') if !object => self.close(open),
                    _ => return Err(self.error(ErrorKind::ExpectingComma)),
                }
            }
        }
    }

    /// Takes away the key whose value a fault prevented.
    fn drop_lone_key(&mut self, container: usize) {
        if self.nodes[container].kind != Kind::Object {
            return;
        }
        let mut children = 0usize;
        let mut next = container + 1;
        while let Some(node) = self.nodes.get(next) {
            children += 1;
            next = node.after;
        }
        if children % 2 == 1 {
            self.nodes.pop();
        }
    }

    fn close(&mut self, open: &mut Vec<usize>) {
        self.at += 1;
        let index = open.pop().expect("only called with a container open");
        self.nodes[index].end = self.at;
        self.nodes[index].after = self.nodes.len();
    }

    /// A key, its colon and the blanks around it.
    fn key(&mut self) -> Result<(), Error> {
        if self.peek() != Some(b'"') {
            return Err(self.error(ErrorKind::ExpectingPropertyName));
        }
        self.string()?;
        self.skip_blank();
        if self.peek() != Some(b':') {
            return Err(self.error(ErrorKind::ExpectingColon));
        }
        self.at += 1;
        self.skip_blank();
        Ok(())
    }

    fn scalar(&mut self) -> Result<(), Error> {
        if self.peek() == Some(b'"') {
            return self.string();
        }
        let (kind, end) = lex::word(self.bytes, self.at)?;
        self.push(kind, false, self.at, end);
        self.at = end;
        Ok(())
    }

    fn push(&mut self, kind: Kind, escaped: bool, start: usize, end: usize) {
        let after = self.nodes.len() + 1;
        self.nodes.push(Node {
            kind,
            escaped,
            start,
            end,
            after,
        });
    }

    /// A string, from its opening quote on.
    fn string(&mut self) -> Result<(), Error> {
        let (end, escaped) = lex::string(self.bytes, self.at)?;
        self.push(Kind::String, escaped, self.at, end);
        self.at = end;
        Ok(())
    }
}
