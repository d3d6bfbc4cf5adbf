//! The plain subset of YAML, read straight into a type: what our own writer produces, and a little more.
//!
//! State files are nearly always in it, and libyaml is by far the slowest part of reading them. Whatever is not
//! surely in the subset, or does not fit the type, is "not mine": the general parser then reads it and finds the
//! words for what is wrong. What is read here means the same to `serde_yaml`, for every type.

use std::borrow::Cow;

use serde::de::{DeserializeOwned, DeserializeSeed};

use super::plain_value::Value;

/// The longest key, in bytes; libyaml takes a longer one for a value.
const MAX_KEY: usize = 1000;

/// Reads a document of the plain subset; `None` says nothing about the text but that another has to read it.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    if has_foreign(text) {
        return None;
    }
    let mut reader = Reader { line: "", column: 0, rest: text, depth: 0 };
    reader.advance();
    if reader.line.is_empty() || reader.column != 0 {
        return None;
    }
    let node = reader.block();
    let value = T::deserialize(Value { reader: &mut reader, node }).ok()?;
    reader.line.is_empty().then_some(value)
}

/// Characters that end lines, that YAML forbids, or whose width nobody agrees on.
fn has_foreign(text: &str) -> bool {
    // Folded and not searched, so that the compiler looks at many bytes at once.
    let control = |found, byte: u8| found | u8::from((byte < b' ' && byte != b'\n') || byte == 0x7F);
    let wide = |char| {
        matches!(char, '\u{80}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
    };
    text.bytes().fold(0, control) > 0 || (!text.is_ascii() && text.contains(wide))
}

/// The text is another's: outside the subset, or not what the type expects.
#[derive(Debug)]
pub(super) struct NotMine;

pub(super) type Result<T> = std::result::Result<T, NotMine>;

/// How a collection is written, and the column of its entries.
#[derive(Clone, Copy)]
pub(super) enum Form {
    Block(usize),
    Flow,
}

/// What stands at a place: a scalar with its text, or a collection whose entries are still to be read.
pub(super) enum Node<'t> {
    Empty,
    Plain(&'t str),
    Quoted(Cow<'t, str>),
    Map(Form),
    List(Form),
}

/// What is still to be read: of the line at hand, and the lines after it.
///
/// Between the entries of block collections, `line` is the next line with content, and empty at the end.
pub(super) struct Reader<'t> {
    pub(super) line: &'t str,
    pub(super) column: usize,
    rest: &'t str,
    pub(super) depth: usize,
}

impl<'t> Reader<'t> {
    /// Goes to the next line with content.
    fn advance(&mut self) {
        self.line = "";
        self.column = 0;
        while !self.rest.is_empty() {
            let (line, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
            self.rest = rest;
            let content = skip(line);
            if !content.is_empty() && !content.starts_with('#') {
                self.line = content;
                self.column = line.len() - content.len();
                return;
            }
        }
    }

    /// The end of a line after a value; what was taken for the end of a text may go on below, but only deeper,
    /// where no entry is expected.
    fn finish(&mut self) -> Result<()> {
        let after = skip(self.line);
        let comment = after.starts_with('#') && after.len() < self.line.len();
        if after.is_empty() || comment {
            self.advance();
            return Ok(());
        }
        Err(NotMine)
    }

    /// The block collection that starts with this line.
    fn block(&self) -> Node<'t> {
        let form = Form::Block(self.column);
        if is_dash(self.line) { Node::List(form) } else { Node::Map(form) }
    }

    /// Reads the value of an entry.
    pub(super) fn entry<S: DeserializeSeed<'t>>(
        &mut self,
        form: Form,
        item: bool,
        seed: S,
    ) -> Result<S::Value> {
        let node = match form {
            Form::Flow => self.inline(form)?,
            Form::Block(column) => self.below(column, item)?,
        };
        let inline = !matches!(node, Node::Empty | Node::Map(Form::Block(_)) | Node::List(Form::Block(_)));
        let value = seed.deserialize(Value { reader: self, node })?;
        if inline && matches!(form, Form::Block(_)) {
            self.finish()?;
        }
        Ok(value)
    }

    /// The value in a block collection at a column: on this line, or on those below.
    fn below(&mut self, column: usize, item: bool) -> Result<Node<'t>> {
        if self.line.is_empty() || self.line.starts_with('#') {
            self.advance();
            // The dashes of a list may stand right below the key that it belongs to.
            let deeper = self.column > column || (!item && self.column == column && is_dash(self.line));
            return Ok(if deeper && !self.line.is_empty() { self.block() } else { Node::Empty });
        }
        if item && (is_dash(self.line) || self.is_entry()) {
            return Ok(self.block());
        }
        self.inline(Form::Block(column))
    }

    /// A value on this line.
    fn inline(&mut self, form: Form) -> Result<Node<'t>> {
        match self.line.as_bytes().first() {
            Some(b'"' | b'\'') => self.quoted(),
            Some(b'[') => self.open(Node::List(Form::Flow)),
            Some(b'{') => self.open(Node::Map(Form::Flow)),
            _ => {
                let end = plain_end(self.line, form).ok_or(NotMine)?;
                let (text, rest) = self.line.split_at_checked(end).ok_or(NotMine)?;
                self.line = rest;
                bare(text.trim_end_matches(' ')).map(Node::Plain)
            }
        }
    }

    fn open(&mut self, node: Node<'t>) -> Result<Node<'t>> {
        self.line = skip(self.line.get(1..).ok_or(NotMine)?);
        Ok(node)
    }

    fn quoted(&mut self) -> Result<Node<'t>> {
        let double = self.line.starts_with('"');
        let mut rest = self.line.get(1..).ok_or(NotMine)?;
        let mut out = String::new();
        loop {
            let stop = |byte| if double { matches!(byte, b'"' | b'\\') } else { byte == b'\'' };
            let end = rest.bytes().position(stop).ok_or(NotMine)?;
            let (text, tail) = rest.split_at_checked(end).ok_or(NotMine)?;
            let after = tail.get(1..).ok_or(NotMine)?;
            let goes_on = if double { tail.starts_with('\\') } else { after.starts_with('\'') };
            if !goes_on {
                self.line = after;
                // Every escape leaves a character, so that nothing in `out` means that there was none.
                let whole = if out.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(out + text) };
                return Ok(Node::Quoted(whole));
            }
            out.push_str(text);
            let (char, after) = if double { escape(after)? } else { ('\'', after.get(1..).ok_or(NotMine)?) };
            out.push(char);
            rest = after;
        }
    }

    /// A key, its colon and the space after it.
    pub(super) fn key(&mut self, form: Form) -> Result<Node<'t>> {
        let before = self.line.len();
        let node = if self.line.starts_with(['"', '\'']) {
            self.quoted()?
        } else {
            let end = self.line.bytes().position(|byte| byte == b':').ok_or(NotMine)?;
            let (text, rest) = self.line.split_at_checked(end).ok_or(NotMine)?;
            if plain_end(text, form) != Some(end) || text.ends_with(' ') {
                return Err(NotMine);
            }
            self.line = rest;
            Node::Plain(bare(text)?)
        };
        let after = self.line.strip_prefix(':').ok_or(NotMine)?;
        if before - after.len() > MAX_KEY || !(after.is_empty() || after.starts_with(' ')) {
            return Err(NotMine);
        }
        self.line = skip(after);
        Ok(node)
    }

    /// Whether a list item starts a mapping on its own line.
    fn is_entry(&self) -> bool {
        let mut ahead = Reader { line: self.line, column: 0, rest: "", depth: 0 };
        ahead.key(Form::Block(0)).is_ok()
    }

    /// Whether a block collection at a column has another entry.
    pub(super) fn has_more(&self, column: usize) -> Result<bool> {
        if self.column > column {
            return Err(NotMine);
        }
        Ok(!self.line.is_empty() && self.column == column)
    }

    /// Whether a flow collection has another entry; goes past the comma, or past the end.
    pub(super) fn has_more_inline(&mut self, close: char, first: bool) -> Result<bool> {
        let line = skip(self.line);
        if let Some(after) = line.strip_prefix(close) {
            self.line = after;
            return Ok(false);
        }
        let line = if first { line } else { line.strip_prefix(',').ok_or(NotMine)? };
        self.line = skip(line);
        Ok(true)
    }
}

/// The text after the spaces that it starts with.
pub(super) fn skip(text: &str) -> &str {
    // On bytes, because this is done several times for every line.
    let spaces = text.bytes().take_while(|byte| *byte == b' ').count();
    text.get(spaces..).unwrap_or_default()
}

/// Whether a line starts with an item of a list.
pub(super) fn is_dash(line: &str) -> bool {
    line == "-" || line.starts_with("- ")
}

/// Where a plain scalar ends; `None` where that could be seen in another way.
fn plain_end(line: &str, form: Form) -> Option<usize> {
    let bytes = line.as_bytes();
    let sign = |byte: &u8| match form {
        Form::Flow => matches!(byte, b',' | b':' | b'#' | b'?' | b'[' | b']' | b'{' | b'}'),
        Form::Block(_) => matches!(byte, b':' | b'#'),
    };
    let mut from = 0;
    while let Some(found) = bytes.get(from..)?.iter().position(sign) {
        let at = from + found;
        match (bytes.get(at)?, form) {
            (b',' | b']' | b'}', Form::Flow) => return Some(at),
            (_, Form::Flow) => return None,
            (b'#', _) if at > 0 && bytes.get(at - 1) == Some(&b' ') => return Some(at - 1),
            (b':', _) if matches!(bytes.get(at + 1), None | Some(b' ')) => return None,
            _ => from = at + 1,
        }
    }
    Some(bytes.len())
}

/// A plain scalar, where it starts like one in every place.
fn bare(text: &str) -> Result<&str> {
    let mut chars = text.chars();
    let starts = match chars.next() {
        Some('-') => chars.next().is_some_and(|char| char.is_ascii_digit()),
        Some('~') => text == "~",
        Some(first) => first.is_alphanumeric() || matches!(first, '_' | '/' | '(' | '$'),
        None => false,
    };
    if starts { Ok(text) } else { Err(NotMine) }
}

/// The character of an escape after its backslash, and what follows.
fn escape(text: &str) -> Result<(char, &str)> {
    let (sign, rest) = text.split_at_checked(1).ok_or(NotMine)?;
    let char = match sign {
        "\"" => '"',
        "\\" => '\\',
        "n" => '\n',
        "r" => '\r',
        "t" => '\t',
        "u" => {
            let (digits, rest) = rest.split_at_checked(4).ok_or(NotMine)?;
            if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return Err(NotMine);
            }
            let code = u32::from_str_radix(digits, 16).map_err(|_| NotMine)?;
            return Ok((char::from_u32(code).ok_or(NotMine)?, rest));
        }
        _ => return Err(NotMine),
    };
    Ok((char, rest))
}
