//! Headings and words of documents, compared as people mean them.

/// A heading in its plain form, so that spellings compare equal: no case, numbering in front, symbols, repeated spaces;
/// `&` is `and`. One of nothing but symbols is what it is.
pub fn plain_title(title: &str) -> String {
    let words = key(title);
    if words.is_empty() { title.split_whitespace().collect::<Vec<_>>().join(" ") } else { words }
}

/// The words of a line in lower case with single spaces between them, without the signs that set them. The brackets of a
/// slot stay, so that what may be filled in is not taken for what was said.
pub fn plain_words(line: &str) -> String {
    let line = line.to_lowercase().replace('<', " < ").replace('>', " > ");
    let words = line.split(|char: char| !char.is_alphanumeric() && !['<', '>'].contains(&char));
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The words of a title by which it is compared.
fn key(title: &str) -> String {
    let title = title.to_lowercase().replace('&', " and ").replace(['\'', '\u{2019}'], "");
    let words = without_numbering(&title).split_whitespace().filter(|word| !is_shortcode(word));
    let words = words.flat_map(|word| word.split(|char: char| !char.is_alphanumeric()));
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// `:rocket:`, an emoji by its name.
fn is_shortcode(word: &str) -> bool {
    let name = word.strip_prefix(':').and_then(|word| word.strip_suffix(':'));
    name.is_some_and(|name| !name.is_empty())
}

/// The title without `1.`, `2)`, `(3)`, `1.2` or the emoji of a digit in front, unless that is all of it. A bare number
/// is a word: `2 factors`.
fn without_numbering(title: &str) -> &str {
    let start = title.trim_start_matches(|char: char| !char.is_alphanumeric());
    let Some((number, rest)) = start.split_once(char::is_whitespace) else { return title };
    let digits = number.trim_end_matches(['.', ')', ':', '\u{fe0f}', '\u{20e3}']);
    let is_number = digits.chars().all(|char| char.is_ascii_digit() || char == '.')
        && number.contains(|char: char| !char.is_ascii_digit());
    if is_number && rest.contains(char::is_alphanumeric) { rest } else { title }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same_title(a: &str, b: &str) -> bool {
        plain_title(a) == plain_title(b)
    }

    #[test]
    fn words_of_a_line() {
        for (line, words) in [
            ("**Decision:**  BLOCKED", "decision blocked"),
            ("| Decision | BLOCKED |", "decision blocked"),
            ("decision\u{a0}: blocked.", "decision blocked"),
            ("non_breaking", "non breaking"),
            ("decision: <blocked>", "decision < blocked >"),
            ("—", ""),
        ] {
            assert_eq!(plain_words(line), words);
        }
    }

    #[test]
    fn same_titles() {
        let same = [
            ("Scope", "scope"),
            ("1. Scope", "Scope"),
            ("2) Scope:", "Scope"),
            ("1.2 Scope", "1.3. Scope"),
            ("(3) Scope", "Scope"),
            ("🚀 Scope", "Scope"),
            ("1. 🚀 Scope ✅", "Scope"),
            ("🚀 1. Scope", "Scope"),
            ("1️⃣ Scope", "Scope"),
            (":rocket: Scope", "Scope"),
            ("Risks & rollback", "Risks and  Rollback"),
            ("R&D", "R and D"),
            ("What’s new", "Whats New"),
            ("Non-goals", "non goals"),
            ("Über", "über"),
            ("1.", "1."),
            ("", " "),
        ];
        for (a, b) in same {
            assert!(same_title(a, b) && same_title(b, a), "{a:?} {b:?}");
        }
        let different = [
            ("Scope", "Scopes"),
            ("2 factors", "factors"),
            ("Phase 1", "Phase 2"),
            ("1.", "2."),
            ("🚀", "✅"),
            ("Scope", ""),
            ("3D view", "view"),
            ("10:30 call", "call"),
            ("Risks", "Risks & rollback"),
        ];
        for (a, b) in different {
            assert!(!same_title(a, b) && !same_title(b, a), "{a:?} {b:?}");
        }
    }
}
