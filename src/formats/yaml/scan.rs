//! One cheap look at every byte, so that the precise pass runs only where it could find something.
//!
//! May suspect too much, never too little: whatever the precise pass refuses and the typed parse would accept.

/// The deepest nesting of collections that is read.
pub(super) const MAX_DEPTH: usize = 32;

const PLAIN: u8 = 0;
const BAD: u8 = 1;
const WIDE: u8 = 2;
const PROPERTY: u8 = 3;
const MERGE: u8 = 4;
const OPEN: u8 = 5;
const CLOSE: u8 = 6;
const DOT: u8 = 7;
const QUOTE: u8 = 8;

const CLASS: [u8; 256] = classes();

#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn classes() -> [u8; 256] {
    let mut table = [PLAIN; 256];
    let mut at = 0;
    while at < 0x20 {
        table[at] = BAD;
        at += 1;
    }
    table[b'\t' as usize] = PLAIN;
    table[0x7F] = BAD;
    table[0xC2] = WIDE;
    table[0xE2] = WIDE;
    table[0xEF] = WIDE;
    table[b'&' as usize] = PROPERTY;
    table[b'*' as usize] = PROPERTY;
    table[b'!' as usize] = PROPERTY;
    table[b'<' as usize] = MERGE;
    table[b'[' as usize] = OPEN;
    table[b'{' as usize] = OPEN;
    table[b']' as usize] = CLOSE;
    table[b'}' as usize] = CLOSE;
    table[b'.' as usize] = DOT;
    table[b'"' as usize] = QUOTE;
    table
}

/// Whether the precise pass has to look at this text.
pub(super) fn suspicious(text: &str) -> bool {
    let mut scan = Scan { columns: Vec::with_capacity(MAX_DEPTH), flow: 0, content: false };
    let mut first = true;
    for line in text.as_bytes().split(|byte| *byte == b'\n') {
        if scan.line(line.strip_suffix(b"\r").unwrap_or(line), first) {
            return true;
        }
        first = false;
    }
    !scan.content
}

/// What is known of the nesting: an upper bound, as far as brackets in quoted texts do not close what is open.
struct Scan {
    columns: Vec<usize>,
    flow: usize,
    content: bool,
}

impl Scan {
    fn line(&mut self, line: &[u8], first: bool) -> bool {
        let mut start = 0;
        while let Some(byte) = line.get(start) {
            match byte {
                b' ' => {}
                b'\t' => return true,
                b'-' | b'?' if matches!(line.get(start + 1), None | Some(b' ')) => self.enter(2 * start + 1),
                _ => break,
            }
            start += 1;
        }
        let rest = line.get(start..).unwrap_or_default();
        if start == 0 && special_line(rest, first) {
            return true;
        }
        let rest_of_mark = if start == 0 { rest.strip_prefix(b"---").unwrap_or(rest) } else { rest };
        if !matches!(rest_of_mark.trim_ascii_start().first(), None | Some(b'#')) {
            self.enter(2 * start);
        }
        self.bytes(rest)
    }

    fn enter(&mut self, column: usize) {
        self.content = true;
        while self.columns.last().is_some_and(|top| *top >= column) {
            self.columns.pop();
        }
        self.columns.push(column);
    }

    fn bytes(&mut self, rest: &[u8]) -> bool {
        let mut quoted = false;
        for (at, byte) in rest.iter().enumerate() {
            match CLASS.get(usize::from(*byte)).copied().unwrap_or(BAD) {
                WIDE if unreadable(rest, at) => return true,
                PROPERTY if property(rest, at) => return true,
                MERGE if rest.get(at + 1) == Some(&b'<') => return true,
                DOT if endless(rest, at) => return true,
                BAD => return true,
                OPEN => self.flow += 1,
                CLOSE if !quoted => self.flow = self.flow.saturating_sub(1),
                QUOTE => quoted = !quoted,
                _ => {}
            }
            if self.flow > MAX_DEPTH {
                return true;
            }
        }
        self.columns.len() + self.flow > MAX_DEPTH
    }
}

fn special_line(line: &[u8], first: bool) -> bool {
    line.starts_with(b"%")
        || marker(line).is_some()
        || line.starts_with(b"...")
        || (!first && line.starts_with(b"---"))
}

/// The length of the conflict marker that the line starts with.
pub(super) fn marker(line: &[u8]) -> Option<usize> {
    let sign = line.first().filter(|byte| b"<=>|".contains(byte))?;
    let seven = line.get(..7)?.iter().all(|byte| byte == sign);
    let ends = match line.get(7) {
        None | Some(b'\r') => true,
        Some(b' ') => *sign != b'=',
        _ => false,
    };
    (seven && ends).then_some(7)
}

/// NEL, C1 controls, the Unicode line separators and the two noncharacters of the basic plane.
fn unreadable(rest: &[u8], at: usize) -> bool {
    match rest.get(at..) {
        Some([0xC2, second, ..]) => *second < 0xA0,
        Some([0xE2, 0x80, third, ..]) => matches!(*third, 0xA8 | 0xA9),
        Some([0xEF, 0xBF, third, ..]) => *third >= 0xBE,
        _ => false,
    }
}

/// Whether an anchor, alias or tag may start here: only where a value starts.
fn property(rest: &[u8], at: usize) -> bool {
    if rest.get(at) != Some(&b'!') && matches!(rest.get(at + 1), None | Some(b' ')) {
        return false;
    }
    let before = rest.get(..at).unwrap_or_default().iter().rev().find(|byte| !matches!(byte, b' ' | b'\t'));
    before.is_none_or(|byte| b"-?:[{,".contains(byte))
}

fn endless(rest: &[u8], at: usize) -> bool {
    let word = rest.get(at + 1..at + 4).unwrap_or_default();
    (word.eq_ignore_ascii_case(b"nan") || word.eq_ignore_ascii_case(b"inf"))
        && !rest.get(at + 4).is_some_and(u8::is_ascii_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_state_is_not_suspicious() {
        for text in [
            "a: 1\n",
            "---\na: 1\n",
            "a:\r\n  - b\r\n",
            "a: x & y, 2 * 3, wow!\n",
            "# c\n\na: {b: [1, 2]}\n",
            "{\"a\": 1}",
            "a: file.info\n",
            "a: x < y\n",
            "a: |\n  # no\n  é “quotes” – dash\n",
        ] {
            assert!(!suspicious(text), "{text:?}");
        }
    }

    #[test]
    fn everything_the_precise_pass_refuses_is_suspicious() {
        for text in [
            "",
            "# only\n",
            "---\n",
            "--- # only\n",
            "a: &x 1\n",
            "a: *x\n",
            "- &x\n",
            "&x a: 1\n",
            "[*x]\n",
            "a: ! x\n",
            "a:\n  !t\n",
            "<<: x\n",
            "\ta: 1\n",
            "a:\n \tb: 1\n",
            "a: 1\n---\n",
            "a: 1\n...\n",
            "%YAML 1.2\n",
            "<<<<<<< ours\n",
            "=======\n",
            ">>>>>>> theirs\n",
            "||||||| base\n",
            "a: \u{7}\n",
            "a: \u{85}\n",
            "a: \u{2028}\n",
            "a: \u{ffff}\n",
            "a: b\rc: d\n",
            "a: .nan\n",
            "a: -.INF\n",
            "a: [.inf]\n",
        ] {
            assert!(suspicious(text), "{text:?}");
        }
        assert!(suspicious(&"[".repeat(33)));
        assert!(suspicious(&format!("{}x", "- ".repeat(33))));
        let steps = (0..=33).map(|depth| " ".repeat(depth)).collect::<Vec<_>>().join("a:\n");
        assert!(suspicious(&steps));
    }
}
