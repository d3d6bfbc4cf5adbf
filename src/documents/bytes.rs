//! From rendered text to the bytes of a file that is rendered whole: with a header, or known by what it says.

/// What says, at the top of a file, that it is rendered.
const RENDERED: &str = "<!-- Rendered by git-track from ";

/// The same in front matter, which has to be at the top.
const RENDERED_FRONT: &str = "# Rendered by git-track from ";

/// A document with the line that says where it comes from and what to do instead of editing it.
pub fn headed(source: &str, body: &str) -> String {
    match body.strip_prefix("---\n") {
        Some(rest) => format!("---\n{RENDERED_FRONT}{source}. Do not edit: run `git track`.\n{rest}"),
        None => format!("{RENDERED}{source}. Do not edit: run `git track`. -->\n\n{body}"),
    }
}

/// The bytes of a file that is rendered whole, with its header.
///
/// A file that somebody else wrote, which has no header, is never written over: `None`.
pub fn whole(before: Option<&[u8]>, rendered: &str) -> Option<Vec<u8>> {
    unless_foreign(before, rendered, has_header)
}

/// The bytes of a file that is rendered whole, where its form leaves no room for a header.
///
/// It is ours when it begins as what is rendered, now or from the state before, and another line of its head says one of
/// the names of what it is about: a person may have edited it further down.
pub fn bare(
    before: Option<&[u8]>,
    rendered: &str,
    names: &[String],
    older: impl FnOnce() -> Option<String>,
) -> Option<Vec<u8>> {
    let is_ours = |text: &str| {
        is_alike(text, rendered, names) || older().is_some_and(|older| is_alike(text, &older, names))
    };
    unless_foreign(before, rendered, is_ours)
}

fn unless_foreign(
    before: Option<&[u8]>,
    rendered: &str,
    is_ours: impl FnOnce(&str) -> bool,
) -> Option<Vec<u8>> {
    let text = before.map(String::from_utf8_lossy);
    let text = text.as_deref().map(|text| text.strip_prefix('\u{feff}').unwrap_or(text));
    let free = text.is_none_or(|text| text.trim().is_empty() || is_ours(text));
    free.then(|| rendered.as_bytes().to_vec())
}

/// How many lines of a file are its head.
const HEAD: usize = 12;

/// The shortest name by which a line is known.
const TELLING: usize = 4;

// The lines of a file; a merge may have put its marks above the first.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let is_of_a_merge = |line: &&str| {
        ["<<<<<<<", "|||||||", "=======", ">>>>>>>"].contains(line.get(..7).as_ref().unwrap_or(&""))
    };
    text.lines().map(str::trim_end).filter(move |line| !is_of_a_merge(line))
}

// The first line says so; in front matter or below it when there is any.
fn has_header(text: &str) -> bool {
    let says_so = |line: Option<&str>, sign: &str| {
        line.is_some_and(|line| line.starts_with(sign) && line.contains("Do not edit: run `git track`."))
    };
    let mut lines = lines(text);
    match lines.next() {
        Some("---") => {
            let first = lines.next();
            let mut below = first.into_iter().chain(lines).skip_while(|line| *line != "---").skip(1);
            says_so(first, RENDERED_FRONT) || says_so(below.find(|line| !line.is_empty()), RENDERED)
        }
        first => says_so(first, RENDERED),
    }
}

fn is_alike(file: &str, rendered: &str, names: &[String]) -> bool {
    if file.lines().eq(rendered.lines()) {
        return true;
    }
    let first = lines(rendered).next();
    let head = |text| lines(text).take(HEAD).skip(1).flat_map(sayings).collect::<Vec<_>>();
    let (said, wanted) = (head(file), head(rendered));
    let tells = |saying: &&str| {
        let plain = saying.replace('\\', "");
        names.iter().any(|name| name.len() >= TELLING && plain.contains(&name.replace('\\', "")))
    };
    lines(file).next() == first
        && wanted.iter().filter(|saying| tells(saying)).any(|saying| said.contains(saying))
}

// What a line says, part by part: the state may stand beside a name. The row of a table is about something else.
fn sayings(line: &str) -> impl Iterator<Item = &str> {
    let line = if line.trim_start().starts_with('|') { "" } else { line };
    line.split(" | ").map(str::trim).filter(|saying| !saying.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_else_wrote_is_left_alone() {
        let text = headed(".track/workflows/w.yaml", "# Progress\n");
        assert_eq!(whole(None, &text).as_deref(), Some(text.as_bytes()));
        assert_eq!(whole(Some(text.as_bytes()), &text).as_deref(), Some(text.as_bytes()));
        assert_eq!(whole(Some(b"# Progress\n\nby hand\n"), &text), None);
        let text = headed(".track/workflows/w.yaml", "---\nunits: {}\n---\n# Units\n");
        assert!(text.starts_with("---\n# Rendered by git-track from .track/workflows/w.yaml. "), "{text}");
        assert_eq!(whole(Some(text.as_bytes()), &text).as_deref(), Some(text.as_bytes()));
        assert_eq!(whole(Some(b"---\nunits: {}\n---\n# Units\n"), &text), None);
    }

    #[test]
    fn a_header_is_the_first_line() {
        let text = headed(".track/workflows/w.yaml", "# Progress\n");
        let ours = |file: String| whole(Some(file.as_bytes()), &text).is_some();
        assert!(ours(format!("\u{feff}{text}")));
        assert!(ours(format!("<<<<<<< a\n{text}=======\n{text}>>>>>>> b\n")));
        assert!(ours(format!("---\ntags: x\n---\n\n{text}")));
        assert!(ours(text.replace('\n', "\r\n")));
        for mine in [
            format!("# How our files begin\n\n{text}"),
            format!("\nWords.\n{text}"),
            format!("```\n{text}```\n"),
            format!("---\ntags: x\n---\n\nWords.\n{text}"),
            "<!-- Rendered by git-track from my notes -->\n".to_owned(),
        ] {
            assert!(!ours(mine.clone()), "{mine}");
        }
    }

    #[test]
    fn a_file_without_a_header_is_known_by_its_beginning_and_a_name() {
        let wanted =
            "# Trace: New\n**Task:** Hike | **Status:** failed\n\n---\n| a long row | of a table |\n";
        let names = ["Hike".to_owned(), "trace-1".to_owned(), "a long row".to_owned()];
        let ours = |file: &str, older: Option<&str>| {
            bare(Some(file.as_bytes()), wanted, &names, || older.map(str::to_owned)).is_some()
        };
        assert!(ours("<<<<<<< a\n# Trace: New\n**Task:** Hike | **Status:** done\n", None));
        assert!(ours("\u{feff}# Trace: New\r\n**Task:** Hike | **Status:** failed\r\n", None));
        assert!(!ours("# Trace: New\n\nBy hand.\n", None));
        assert!(!ours("# Trace: Mine\n**Task:** Hike | **Status:** failed\n", None));
        assert!(!ours("# Trace: New\n**Status:** failed\n", None));
        assert!(!ours("# Trace: New\n\n---\n| a long row | of a table |\n", None));
        assert!(ours("# Trace: Old\n**Task:** Hike\n", Some("# Trace: Old\n**Task:** Hike | x\n")));
        assert!(ours("# Old\n", Some("# Old\n")));
        assert!(ours("\n", None));
        assert!(!ours(&format!("{}# Trace: New\n**Task:** Hike\n", "mine\n".repeat(2)), None));
    }
}
