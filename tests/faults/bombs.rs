//! Files of state that nobody should have written.

use super::program::workflow;

/// A file, and the line that must be named; `None`: there is no line to name, or any will do.
pub(super) struct Hostile {
    pub(super) name: &'static str,
    pub(super) bytes: Vec<u8>,
    pub(super) line: Option<usize>,
}

fn hostile(name: &'static str, bytes: impl Into<Vec<u8>>, line: impl Into<Option<usize>>) -> Hostile {
    Hostile { name, bytes: bytes.into(), line: line.into() }
}

/// Nine levels, each nine times the one before.
fn count_bomb() -> String {
    let mut bomb = String::from("a0: &a0 [lol]\n");
    for level in 1..10 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    bomb
}

/// One long text, thousands of times.
fn byte_bomb() -> String {
    format!("a: &a \"{}\"\nb: [{}]\n", "x".repeat(100_000), vec!["*a"; 10_000].join(", "))
}

fn nested(depth: usize) -> String {
    let mut text = workflow("bad", &["x"]);
    text.push_str(&format!("fields:\n  deep: {}{}\n", "[".repeat(depth), "]".repeat(depth)));
    text
}

pub(super) fn hostiles() -> Vec<Hostile> {
    let good = workflow("bad", &["x", "y"]);
    let with = |line: &str| format!("{good}{line}\n");
    let last = good.lines().count() + 1;
    let mut big = good.clone();
    big.push_str(&format!("summary: \"{}\"\n", "x".repeat(2 << 20)));
    let mut not_utf8 = good.clone().into_bytes();
    not_utf8.extend_from_slice(b"summary: \xff\xfe\n");
    let binary: Vec<u8> = (0..4096_u32).map(|n| u8::try_from((n * 7) % 256).unwrap()).collect();
    let conflict = format!("{good}<<<<<<< HEAD\nsummary: a\n=======\nsummary: b\n>>>>>>> other\n");
    vec![
        hostile("aliases by count", count_bomb(), 1),
        hostile("aliases by bytes", byte_bomb(), 1),
        hostile("an alias of itself", with("summary: &a [*a]"), last),
        hostile("an anchor", with("summary: &a text"), last),
        hostile("a merge key", with("<<: {title: b}"), last),
        hostile("a tag", with("summary: !!binary aGVsbG8="), last),
        hostile("33 deep", nested(33), 13),
        hostile("129 deep", nested(129), 13),
        hostile("half a million deep", nested(500_000), 13),
        hostile("a million deep and too long", nested(1_000_000), None),
        hostile("deep and open", format!("{good}summary: {}\n", "[".repeat(900_000)), last),
        hostile("deep in blocks", format!("{good}fields:\n{}", blocks(200)), None),
        hostile("2 MiB", big, None),
        hostile("binary", binary, 1),
        hostile("not UTF-8", not_utf8, last),
        hostile("NUL bytes", with("summary: a\0b"), last),
        hostile("a control character", with("summary: a\u{1b}[31mb"), last),
        hostile("a tab", with("\tsummary: a"), last),
        hostile("a key twice", with("title: Again"), last),
        hostile("an item twice", good.replace("  y:", "  x:"), 12),
        hostile("an item twice but for case", good.replace("  y:", "  X:"), None),
        hostile("a conflict", conflict, last),
        hostile("a newer schema", good.replace("schema: 1", "schema: 2"), 2),
        hostile("a much newer schema", good.replace("schema: 1", "schema: 99999999999999999999"), 2),
        hostile("no schema", good.replace("schema: 1\n", ""), None),
        hostile("a second document", with("---\nschema: 1"), last),
        hostile("an unknown key", with("titel: x"), last),
        hostile("an unknown process", good.replace("program", "nothing"), 4),
        hostile("another id", good.replace("id: bad", "id: other"), 3),
        hostile("the id of the good one", good.replace("id: bad", "id: good"), 3),
        hostile("not a number", with("progress: .nan"), last),
        hostile("a list", "- a\n- b\n", 1),
        hostile("a word", "word\n", 1),
        hostile("nothing", "", None),
        hostile("a comment", "# nothing\n", None),
        hostile("open quotes", with("summary: \"a"), None),
        hostile("JSON cut off", "{\"schema\": 1, \"id\": \"bad\"", None),
        hostile("an impossible id", good.replace("  x:", "  ../x:"), 10),
        hostile("a long key", with(&format!("? {}\n: a", "k".repeat(900_000))), None),
        hostile("a very long line of brackets", with(&format!("summary: {}", "{a: ".repeat(100_000))), last),
    ]
}

fn blocks(depth: usize) -> String {
    let lines: Vec<String> = (1..=depth).map(|level| format!("{}k:\n", " ".repeat(level))).collect();
    lines.concat()
}
