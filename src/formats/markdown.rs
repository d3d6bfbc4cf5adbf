//! Markdown that people write, as far as a process looks at it: front matter, sections and what fills them.
//!
//! What is a heading and what is code, a parser of `CommonMark` says, so that this agrees with what a forge shows. What
//! is only a slot of a template is judged here, on the text of one block at a time.

mod words;

use std::mem;
use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// What stands in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<'a> {
    /// The YAML between the first two `---` lines, without them and as it is written; none when there is no front
    /// matter or nothing closes it.
    pub front: Option<&'a str>,
    /// The zero-based line on which the text of `front` begins, for positions in it; 0 without front matter.
    pub front_line: usize,
    /// All sections in their order; a subsection comes after its parent.
    pub sections: Vec<Section>,
    /// What is said, line by line as it is shown, without markup; not what stands in code blocks and comments. A row of
    /// a table is a line.
    pub lines: Vec<String>,
}

/// A heading and what stands below it, up to the next heading of the same or a higher level.
///
/// A heading in a quotation or a list belongs to what is quoted or listed, and opens no section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The text of the heading without markup, on one line.
    pub title: String,
    /// 1 for `#`, down to 6.
    pub level: u8,
    /// The one-based line of the file on which the heading begins.
    pub line: usize,
    /// Whether the section or one of its subsections says anything that is not a placeholder.
    pub filled: bool,
    /// What is listed in the section and its subsections, at any depth, without placeholders.
    pub points: Vec<Point>,
}

/// An item of a list, without the items below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// The text of the item without markup, on one line; empty for an image without words.
    pub text: String,
    /// Whether its box is ticked; none when it has no box.
    pub ticked: Option<bool>,
}

/// Reads a document. Every text is one, so nothing can be wrong with it.
pub fn page(text: &str) -> Page<'_> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (front, body, lines) =
        split_front(text).map_or((None, text, 0), |(front, body, lines)| (Some(front), body, lines));
    let body = words::mark_slots(body);
    let mut reader = Reader::new(&body, lines);
    let options = Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_STRIKETHROUGH;
    for (event, range) in Parser::new_ext(&body, options).into_offset_iter() {
        reader.take(event, &range);
    }
    reader.close(0);
    Page { front, front_line: usize::from(front.is_some()), sections: reader.sections, lines: reader.lines }
}

/// The front matter, what comes after it, and on which zero-based line that begins.
fn split_front(text: &str) -> Option<(&str, &str, usize)> {
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().filter(|line| line.trim_end() == "---")?;
    let inner = text.get(first.len()..)?;
    let mut end = 0;
    for (index, line) in lines.enumerate() {
        let after = end + line.len();
        if ["---", "..."].contains(&line.trim_end()) {
            return Some((inner.get(..end)?, inner.get(after..)?, index + 2));
        }
        end = after;
    }
    None
}

/// Follows the parser through the document.
struct Reader<'a> {
    body: &'a str,
    /// The zero-based line at the byte `counted` of `body`; both only grow, so that counting stays linear.
    line: usize,
    counted: usize,
    sections: Vec<Section>,
    /// The sections that the next heading may close, outermost first.
    open: Vec<Open>,
    points: Vec<Draft>,
    /// Which of `points` are being read, outermost first.
    items: Vec<usize>,
    /// How many quotations and lists are open.
    depth: usize,
    /// How many blocks said something.
    real: usize,
    block: Block,
    text: String,
    image: bool,
    lines: Vec<String>,
    /// Whether the last line is a row of a table that is being read.
    row: bool,
}

/// A section that is not closed: which one it is, and what had been read when it began.
struct Open {
    section: usize,
    points: usize,
    real: usize,
}

/// A point on its way; `real` once something in it is not a placeholder.
struct Draft {
    point: Point,
    real: bool,
}

/// What the text that is being gathered stands in.
#[derive(Clone, Copy)]
enum Block {
    Prose,
    Code,
    Html,
    /// The first row of a table, which a template brings along.
    Header,
}

impl<'a> Reader<'a> {
    fn new(body: &'a str, line: usize) -> Self {
        Reader {
            body,
            line,
            counted: 0,
            sections: Vec::new(),
            open: Vec::new(),
            points: Vec::new(),
            items: Vec::new(),
            depth: 0,
            real: 0,
            block: Block::Prose,
            text: String::new(),
            image: false,
            lines: Vec::new(),
            row: false,
        }
    }

    fn take(&mut self, event: Event<'_>, range: &Range<usize>) {
        match event {
            Event::Start(tag) => self.start(&tag, range.start),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Code(text) | Event::Html(text) => self.text.push_str(&text),
            Event::InlineHtml(html) => self.push_html(&html),
            Event::SoftBreak => self.text.push(' '),
            Event::HardBreak => self.text.push('\n'),
            Event::TaskListMarker(ticked) => {
                if let Some(draft) = self.item() {
                    draft.point.ticked = Some(ticked);
                }
            }
            _ => self.finish_block(),
        }
    }

    fn start(&mut self, tag: &Tag<'_>, at: usize) {
        match tag {
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } => return,
            Tag::Image { dest_url, .. } => {
                self.image |= !dest_url.is_empty();
                return;
            }
            _ => self.finish_block(),
        }
        match tag {
            Tag::Heading { level, .. } if self.depth == 0 => self.open(*level, at),
            Tag::BlockQuote(_) | Tag::List(_) => self.depth += 1,
            Tag::Item => {
                self.items.push(self.points.len());
                self.points.push(Draft { point: Point { text: String::new(), ticked: None }, real: false });
            }
            Tag::CodeBlock(_) => self.block = Block::Code,
            Tag::HtmlBlock => self.block = Block::Html,
            Tag::TableHead => {
                self.block = Block::Header;
                self.begin_row();
            }
            Tag::TableRow => self.begin_row(),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image => {
                return;
            }
            TagEnd::Heading(_) if self.depth == 0 => return self.finish_title(),
            _ => self.finish_block(),
        }
        self.row &= !matches!(tag, TagEnd::TableHead | TagEnd::TableRow);
        match tag {
            TagEnd::BlockQuote(_) | TagEnd::List(_) => self.depth = self.depth.saturating_sub(1),
            TagEnd::Item => {
                self.items.pop();
            }
            TagEnd::CodeBlock | TagEnd::HtmlBlock | TagEnd::TableHead => self.block = Block::Prose,
            _ => {}
        }
    }

    fn open(&mut self, level: HeadingLevel, at: usize) {
        let level = level as u8;
        let above = |open: &Open| self.sections.get(open.section).is_some_and(|above| above.level < level);
        self.close(self.open.iter().take_while(|open| above(open)).count());
        self.line += self.body.get(self.counted..at).unwrap_or_default().matches('\n').count();
        self.counted = self.counted.max(at);
        self.open.push(Open { section: self.sections.len(), points: self.points.len(), real: self.real });
        let line = self.line + 1;
        self.sections.push(Section { title: String::new(), level, line, filled: false, points: Vec::new() });
    }

    /// Closes all open sections but the outermost `keep`.
    fn close(&mut self, keep: usize) {
        for open in self.open.drain(keep.min(self.open.len())..) {
            let Some(section) = self.sections.get_mut(open.section) else { continue };
            let drafts = self.points.iter().skip(open.points).filter(|draft| draft.real);
            section.points = drafts.map(|draft| draft.point.clone()).collect();
            section.filled = self.real > open.real;
        }
    }

    fn finish_title(&mut self) {
        let title = words::on_one_line(&self.take_text());
        self.lines.push(title.clone());
        self.image = false;
        if let Some(section) = self.sections.last_mut() {
            section.title = title;
        }
    }

    /// Judges what was gathered since the last block ended.
    fn finish_block(&mut self) {
        let mut text = self.take_text();
        if matches!(self.block, Block::Html) {
            // Escapes are not resolved within a block of HTML, and this is the one that says nothing.
            self.push_html(&text.replace("&nbsp;", " "));
            text = mem::take(&mut self.text);
        }
        self.keep_lines(&text);
        let image = mem::take(&mut self.image);
        let real = match self.block {
            Block::Prose | Block::Html => image || !words::is_placeholder(&text),
            Block::Code => !text.trim().is_empty(),
            Block::Header => false,
        };
        if !real {
            return;
        }
        self.real += 1;
        if let Some(Draft { point, real }) = self.item() {
            *real = true;
            let text = words::on_one_line(&text);
            if !point.text.is_empty() && !text.is_empty() {
                point.text.push(' ');
            }
            point.text.push_str(&text);
        }
    }

    fn keep_lines(&mut self, text: &str) {
        if matches!(self.block, Block::Code) {
            return;
        }
        for line in text.lines().map(words::on_one_line).filter(|line| !line.is_empty()) {
            match self.lines.last_mut().filter(|_| self.row) {
                Some(row) => row.extend([" ", &line]),
                None => self.lines.push(line),
            }
        }
    }

    fn begin_row(&mut self) {
        self.row = true;
        self.lines.push(String::new());
    }

    fn take_text(&mut self) -> String {
        words::unmark_slots(&mem::take(&mut self.text))
    }

    fn push_html(&mut self, html: &str) {
        self.image |= words::push_html(&mut self.text, html);
    }

    fn item(&mut self) -> Option<&mut Draft> {
        self.points.get_mut(*self.items.last()?)
    }
}
