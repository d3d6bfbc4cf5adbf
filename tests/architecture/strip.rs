//! Code without comments and texts.

/// Attributes' keys whose text is read by people only.
const HELP: [&str; 8] =
    ["about", "after_help", "before_help", "doc", "help", "long_about", "long_help", "reason"];

/// A text of the code.
#[derive(Debug)]
pub(super) struct Literal {
    /// Where it starts in the code, in bytes.
    pub(super) at: usize,
    /// What stands between its quotes, escapes as they are written.
    pub(super) text: String,
    /// Whether it is help for people: a literal of `after_help = "…"` and the like.
    pub(super) help: bool,
}

/// The code with its comments and texts blank, bytes and lines in their places, and the texts.
pub(super) fn strip(text: &str) -> (String, Vec<Literal>) {
    Strip { text, at: 0, code: String::with_capacity(text.len()), literals: Vec::new() }.run()
}

/// Whether a character is part of a word.
pub(super) fn is_word(char: char) -> bool {
    char.is_ascii_alphanumeric() || char == '_'
}

struct Strip<'t> {
    text: &'t str,
    at: usize,
    code: String,
    literals: Vec<Literal>,
}

impl<'t> Strip<'t> {
    fn run(mut self) -> (String, Vec<Literal>) {
        while let Some(char) = self.rest().chars().next() {
            if self.rest().starts_with("//") {
                let length = self.rest().find('\n').unwrap_or(self.rest().len());
                self.skip(length);
            } else if self.rest().starts_with("/*") {
                self.block_comment();
            } else if let Some((open, hashes)) = raw_start(self.rest(), &self.code) {
                let close = format!("\"{}", "#".repeat(hashes));
                let length = self.rest()[open..].find(&close).unwrap();
                self.literal(open, length, close.len());
            } else if char == '"' {
                let length = text_length(&self.rest()[1..]);
                self.literal(1, length, 1);
            } else if char == '\'' && char_length(self.rest()).is_some() {
                let length = char_length(self.rest()).unwrap();
                self.skip(length);
            } else {
                self.code.push(char);
                self.at += char.len_utf8();
            }
        }
        (self.code, self.literals)
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    // One blank for each byte, so that places stay.
    fn skip(&mut self, length: usize) {
        for byte in self.rest()[..length].bytes() {
            self.code.push(if byte == b'\n' { '\n' } else { ' ' });
        }
        self.at += length;
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        let mut end = 0;
        let rest = self.rest();
        while end < rest.len() {
            match rest.as_bytes()[end..] {
                [b'/', b'*', ..] => (depth, end) = (depth + 1, end + 2),
                [b'*', b'/', ..] => (depth, end) = (depth - 1, end + 2),
                _ => end += 1,
            }
            if depth == 0 {
                break;
            }
        }
        self.skip(end);
    }

    fn literal(&mut self, open: usize, length: usize, close: usize) {
        let text = self.rest()[open..open + length].to_owned();
        let key = self.code.trim_end().strip_suffix('=').map(str::trim_end).unwrap_or_default();
        let key = &key[key.rfind(|char| !is_word(char)).map_or(0, |at| at + 1)..];
        self.literals.push(Literal { at: self.at, text, help: HELP.contains(&key) });
        self.skip(open + length + close);
    }
}

/// The length of what opens a raw text here, and how many `#` it has.
fn raw_start(rest: &str, code: &str) -> Option<(usize, usize)> {
    if code.ends_with(is_word) {
        return None;
    }
    let prefix = ["r", "br", "cr"].into_iter().find(|prefix| {
        let after = rest.strip_prefix(prefix).unwrap_or_default().trim_start_matches('#');
        rest.starts_with(prefix) && after.starts_with('"')
    })?;
    let hashes = rest[prefix.len()..].find('"')?;
    Some((prefix.len() + hashes + 1, hashes))
}

fn text_length(rest: &str) -> usize {
    let mut escaped = false;
    for (at, char) in rest.char_indices() {
        if char == '"' && !escaped {
            return at;
        }
        escaped = char == '\\' && !escaped;
    }
    rest.len()
}

/// The length of a character literal; `None` for a lifetime.
fn char_length(rest: &str) -> Option<usize> {
    let inside = &rest[1..];
    if let Some(escape) = inside.strip_prefix('\\') {
        let skipped = escape.chars().next()?.len_utf8();
        return Some(2 + skipped + escape[skipped..].find('\'')? + 1);
    }
    let length = inside.chars().next()?.len_utf8();
    inside[length..].starts_with('\'').then_some(length + 2)
}
