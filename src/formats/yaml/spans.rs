//! The precise pass: a tree of values with exact byte ranges, refusing everything that state may not hold.

use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span, StrInput, StructureStyle, Tag};

use super::place::{self, byte_before, line_start, slice};
use super::scan::MAX_DEPTH;
use crate::error::{Error, Result};

/// A value as it stands in the text.
#[derive(Debug)]
pub(super) struct Node {
    /// First byte; of a block scalar its `|` or `>`, of a value left out the place where it would stand.
    pub(super) start: usize,
    /// After the last byte that belongs to the value, without its line end.
    pub(super) end: usize,
    pub(super) shape: Shape,
}

/// What sort of value it is.
#[derive(Debug)]
pub(super) enum Shape {
    /// Nothing is written: `key:`.
    Empty,
    Scalar(ScalarStyle),
    Map {
        flow: bool,
        entries: Vec<Entry>,
    },
    /// The items with the place of their dash, or of themselves in flow style.
    List {
        flow: bool,
        items: Vec<(usize, Node)>,
    },
}

/// A key and its value.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) key: Range<usize>,
    /// After the colon, or after a key without one.
    pub(super) mark: usize,
    pub(super) value: Node,
}

/// The spanned tree of a document without a byte order mark; `None` when it holds nothing.
pub(super) fn parse(text: &str, file: &str) -> Result<Option<Node>> {
    let options = granit_parser::options! {
        emit_comments: false,
        disallow_directives: true,
        emit_unresolved_aliases: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let events = Parser::new_from_str_with_options(text, options);
    let mut builder = Builder { text, file, events, cursor: 0, depth: 0, flow: None, inside: Vec::new() };
    let built = builder.document();
    let (inside, open) = (builder.inside, builder.flow);
    match tab(text, file, inside, open) {
        Some(error) if built.as_ref().is_err_and(|error| !is_named(error)) || built.is_ok() => Err(error),
        _ => built,
    }
}

struct Builder<'t> {
    text: &'t str,
    file: &'t str,
    events: Parser<'t, StrInput<'t>>,
    /// After the last token that was seen.
    cursor: usize,
    depth: usize,
    /// Where the outermost flow collection being read starts.
    flow: Option<usize>,
    /// Where tabs at the start of a line are content or harmless.
    inside: Vec<Range<usize>>,
}

type Step<'t> = Option<(Event<'t>, Range<usize>, Span)>;

const SYNTAX: &str = "not valid YAML: ";

/// Whether the cause was found here, not by the scanner.
fn is_named(error: &Error) -> bool {
    !error.message().starts_with(SYNTAX)
}

impl<'t> Builder<'t> {
    fn next(&mut self) -> Result<Step<'t>> {
        match self.events.next() {
            None => Ok(None),
            Some(Err(error)) => Err(self.scan_error(&error)),
            Some(Ok((event, span))) => {
                let range = span.byte_range().unwrap_or(self.cursor..self.cursor);
                Ok(Some((event, range, span)))
            }
        }
    }

    fn document(&mut self) -> Result<Option<Node>> {
        let mut root = None;
        let mut documents = 0;
        while let Some((event, range, span)) = self.next()? {
            match event {
                Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
                Event::DocumentStart(..) => {
                    documents += 1;
                    if documents > 1 {
                        let error = self.refuse("a second document in one file", range.start, range.end);
                        return Err(error.hint("keep one document in a file: remove the line `---`"));
                    }
                    let explicit = slice(self.text, range.start, range.end) == "---";
                    self.cursor = self.cursor.max(if explicit { range.end } else { range.start });
                }
                event => root = Some(self.node(event, range, span)?),
            }
        }
        Ok(root.filter(|node| documents > 0 && !matches!(node.shape, Shape::Empty)))
    }

    fn node(&mut self, event: Event<'t>, range: Range<usize>, span: Span) -> Result<Node> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.plain_node(anchor, tag.as_deref(), &range, span)?;
                self.scalar(&text, style, range)
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.plain_node(anchor, tag.as_deref(), &range, span)?;
                self.collection(style, range.start, Self::list)
            }
            Event::MappingStart(style, anchor, tag) => {
                self.plain_node(anchor, tag.as_deref(), &range, span)?;
                self.collection(style, range.start, Self::map)
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                let error = self.refuse("aliases (`*name`) are not allowed", range.start, range.end);
                Err(error.hint("write the value out"))
            }
            _ => Err(self.refuse("not valid YAML: a value was expected", range.start, range.end)),
        }
    }

    fn plain_node(&self, anchor: usize, tag: Option<&Tag>, range: &Range<usize>, span: Span) -> Result<()> {
        if tag.is_some() {
            let token = span.tag_span().and_then(|span| span.byte_range()).unwrap_or_else(|| range.clone());
            let error = self.refuse("tags (`!name`) are not allowed", token.start, token.end);
            return Err(error.hint("remove the tag, or quote a text that starts with `!`"));
        }
        if anchor != 0 {
            let between = slice(self.text, self.cursor, range.start.max(self.cursor));
            let start = between.find('&').map_or(range.start, |at| self.cursor + at);
            let name = slice(self.text, start, self.text.len());
            let width = name.find(|c: char| c.is_whitespace() || ",[]{}".contains(c)).unwrap_or(name.len());
            let error = self.refuse("anchors (`&name`) are not allowed", start, start + width);
            return Err(error.hint("write the value out, or quote a text that starts with `&`"));
        }
        Ok(())
    }

    fn scalar(&mut self, value: &str, style: ScalarStyle, range: Range<usize>) -> Result<Node> {
        let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        if range.is_empty() && style == ScalarStyle::Plain {
            return Ok(Node { start: range.start, end: range.start, shape: Shape::Empty });
        }
        if style == ScalarStyle::Plain && endless(value) {
            let error =
                self.refuse(&format!("`{value}` is not a number that is kept"), range.start, range.end);
            return Err(error.hint(format!("write a finite number, or quote the text: \"{value}\"")));
        }
        let (start, end) = if block { self.block_scalar(&range) } else { (range.start, range.end) };
        if slice(self.text, start, end).contains('\n') {
            self.inside.push(start..end);
        }
        self.cursor = self.cursor.max(end);
        Ok(Node { start, end, shape: Shape::Scalar(style) })
    }

    /// From the header to the last line of the content; the scanner's range is that of the content.
    fn block_scalar(&self, range: &Range<usize>) -> (usize, usize) {
        let mut start = self.cursor;
        while let Some(byte) = place::byte(self.text, start).filter(|byte| !matches!(byte, b'|' | b'>')) {
            start = if byte == b'#' { place::next_line(self.text, start) } else { start + 1 };
        }
        let header = self.text.get(start..place::line_end(self.text, start)).unwrap_or("");
        let header = header.split_whitespace().next().unwrap_or("");
        let content = slice(self.text, range.start, range.end);
        let kept = if header.contains('+') {
            content
                .strip_suffix('\n')
                .map_or(content, |content| content.strip_suffix('\r').unwrap_or(content))
        } else {
            content.trim_end_matches([' ', '\t', '\r', '\n'])
        };
        (start, (range.start + kept.len()).max(start + header.len()))
    }

    fn collection(
        &mut self,
        style: StructureStyle,
        start: usize,
        read: fn(&mut Self, bool, usize) -> Result<Node>,
    ) -> Result<Node> {
        if self.depth >= MAX_DEPTH {
            return Err(self.too_deep(start));
        }
        let flow = style == StructureStyle::Flow;
        let outermost = flow && self.flow.is_none();
        if outermost {
            self.flow = Some(start);
        }
        self.depth += 1;
        let node = read(self, flow, start)?;
        self.depth -= 1;
        if outermost {
            self.flow = None;
            self.inside.push(start..node.end);
        }
        self.cursor = self.cursor.max(node.end);
        Ok(node)
    }

    fn list(&mut self, flow: bool, start: usize) -> Result<Node> {
        // A list at the column of its key is reported at its first item, not at its first dash.
        let start = if flow { start } else { self.sign(b'-').unwrap_or(start) };
        let column = if flow { 0 } else { start - line_start(self.text, start) };
        let mut items: Vec<(usize, Node)> = Vec::new();
        let mut end = start;
        while let Some((event, range, span)) = self.next()? {
            if matches!(event, Event::SequenceEnd) {
                end = if flow { range.end } else { end };
                break;
            }
            let dash = match items.last() {
                Some((_, last)) if !flow => self.dash(last.end, column),
                _ => start,
            };
            self.cursor = if flow { self.cursor } else { self.cursor.max(dash + 1) };
            let item = self.node(event, range, span)?;
            end = item.end;
            items.push((if flow { item.start } else { dash }, item));
        }
        Ok(Node { start, end, shape: Shape::List { flow, items } })
    }

    /// The sign that starts what follows the last token, past blanks and comments.
    fn sign(&self, sign: u8) -> Option<usize> {
        let mut at = self.cursor;
        loop {
            match place::byte(self.text, at)? {
                byte if byte == sign => return Some(at),
                b'#' => at = place::next_line(self.text, at),
                b' ' | b'\t' | b'\r' | b'\n' => at += 1,
                _ => return None,
            }
        }
    }

    /// The next dash at a column after the end of the item before it.
    fn dash(&self, after: usize, column: usize) -> usize {
        let mut line = place::next_line(self.text, after);
        while line < self.text.len() {
            let dash = line + column;
            let blank = slice(self.text, line, dash).bytes().all(|byte| byte == b' ');
            if blank && place::byte(self.text, dash) == Some(b'-') {
                return dash;
            }
            line = place::next_line(self.text, line);
        }
        after
    }

    fn map(&mut self, flow: bool, start: usize) -> Result<Node> {
        let mut entries = Vec::new();
        let mut seen: HashMap<String, usize> = HashMap::new();
        let mut end = start;
        while let Some((event, range, span)) = self.next()? {
            if matches!(event, Event::MappingEnd) {
                end = if flow { range.end.max(end) } else { end };
                break;
            }
            let (name, key) = self.key(event, range, span)?;
            if let Some(first) = seen.insert(name.clone(), key.start) {
                return Err(self.duplicate(&name, first, &key));
            }
            let Some((event, range, span)) = self.next()? else { break };
            let colon = self.sign(b':').map(|colon| colon + 1);
            self.cursor = colon.unwrap_or(self.cursor);
            let mut value = self.node(event, range, span)?;
            if let (Shape::Empty, Some(colon)) = (&value.shape, colon) {
                (value.start, value.end) = (colon, colon);
            }
            end = value.end.max(key.end);
            let mark = colon.unwrap_or(key.end);
            entries.push(Entry { name, key, mark, value });
        }
        Ok(Node { start, end, shape: Shape::Map { flow, entries } })
    }

    fn key(&mut self, event: Event<'t>, range: Range<usize>, span: Span) -> Result<(String, Range<usize>)> {
        let Event::Scalar(text, style, anchor, tag) = event else {
            return match event {
                Event::Alias(_) | Event::UnresolvedAlias(_) => {
                    self.node(event, range, span).map(|_| unnamed())
                }
                _ => {
                    Err(self.refuse("a key must be a text, not a list or a mapping", range.start, range.end))
                }
            };
        };
        self.plain_node(anchor, tag.as_deref(), &range, span)?;
        if style == ScalarStyle::Plain && text == "<<" {
            let error = self.refuse("merge keys (`<<`) are not allowed", range.start, range.end);
            return Err(error.hint("write the keys out"));
        }
        self.cursor = self.cursor.max(range.end);
        let name = if range.is_empty() { String::new() } else { text.into_owned() };
        Ok((name, range))
    }

    fn duplicate(&self, name: &str, first: usize, second: &Range<usize>) -> Error {
        let line = place::at(self.text, self.file, first, first + 1).line;
        let error = self.refuse(&format!("duplicate key `{name}`"), second.start, second.end);
        error
            .note(format!("`{name}` stands first at {}:{line}", self.file))
            .hint("keep one of the two, or give one another name")
    }

    fn too_deep(&self, start: usize) -> Error {
        self.refuse(&format!("nested deeper than {MAX_DEPTH} levels"), start, start + 1)
    }

    fn scan_error(&self, error: &ScanError) -> Error {
        let at = error.marker().byte_offset().unwrap_or(self.cursor);
        match error.kind() {
            ErrorKind::RecursionLimitExceeded => self.too_deep(at),
            ErrorKind::DirectiveDisallowed => {
                self.refuse("directives (`%…`) are not allowed", at, place::line_end(self.text, at))
            }
            _ => self.refuse(&format!("{SYNTAX}{}", error.info()), at, at + 1),
        }
    }

    fn refuse(&self, message: &str, start: usize, end: usize) -> Error {
        Error::state(message).at(place::at(self.text, self.file, start, end))
    }
}

fn unnamed() -> (String, Range<usize>) {
    (String::new(), 0..0)
}

/// The spellings of YAML for what is no number, and for endless ones.
fn endless(value: &str) -> bool {
    let unsigned = value.strip_prefix(['-', '+']).unwrap_or(value);
    unsigned.eq_ignore_ascii_case(".inf") || unsigned.eq_ignore_ascii_case(".nan")
}

/// The first line whose indentation holds a tab that is neither content nor inside brackets.
fn tab(text: &str, file: &str, mut inside: Vec<Range<usize>>, open: Option<usize>) -> Option<Error> {
    inside.sort_by_key(|range| range.start);
    let mut ranges = inside.into_iter().peekable();
    let mut covered_to = 0;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        while let Some(range) = ranges.next_if(|range| range.start < start) {
            covered_to = range.end.max(covered_to);
        }
        let blank = line.len() - line.trim_start_matches([' ', '\t']).len();
        let end = start + blank;
        let empty = matches!(line.as_bytes().get(blank), None | Some(b'\r' | b'\n' | b'#'));
        let covered = start < covered_to || open.is_some_and(|open| start > open);
        if !empty && !covered && slice(text, start, end).contains('\t') {
            let at = start + slice(text, start, end).find('\t').unwrap_or(0);
            let error = Error::state("a tab in the indentation").at(place::at(text, file, at, end));
            return Some(error.hint("indent with spaces"));
        }
        start += line.len();
    }
    None
}

/// Whether nothing but a colon or a dash stands before a value that was left out.
pub(super) fn after_sign(text: &str, at: usize) -> bool {
    matches!(byte_before(text, at), Some(b':' | b'-' | b'?'))
}
