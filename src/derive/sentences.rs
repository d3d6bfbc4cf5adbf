//! Counts sentences, so that "1 to 3 sentences" can be asked for.

const ABBREVIATIONS: [&str; 14] =
    ["e.g", "i.e", "etc", "vs", "cf", "approx", "resp", "incl", "no", "fig", "dr", "mr", "ms", "st"];

/// How many sentences a text has: ends of words with `.`, `!`, `?` or `…` that are followed by space or the end.
///
/// Versions, paths, numbers and abbreviations do not end a sentence; a text without any end is one sentence.
pub fn count(text: &str) -> usize {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut sentences = 0;
    for (index, word) in words.iter().enumerate() {
        let last = index + 1 == words.len();
        if last || ends_sentence(word, words.get(index + 1).copied().unwrap_or_default()) {
            sentences += 1;
        }
    }
    sentences
}

fn ends_sentence(word: &str, next: &str) -> bool {
    let bare = word.trim_end_matches(['"', '\'', ')', ']', '”', '’', '*', '`']);
    if bare.ends_with(['!', '?', '…', '。']) {
        return true;
    }
    let Some(stem) = bare.strip_suffix('.') else { return false };
    let stem = stem.trim_start_matches(['(', '[', '"', '“']).to_lowercase();
    let initial = stem.chars().count() == 1 && stem.chars().all(char::is_alphabetic);
    let goes_on = next.starts_with(|c: char| c.is_lowercase());
    !(initial || goes_on || ABBREVIATIONS.contains(&stem.as_str()))
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn sentences_are_counted() {
        for (text, sentences) in [
            ("", 0),
            ("   ", 0),
            ("Three tools compared", 1),
            ("Three tools compared.", 1),
            ("Done. Tested. Shipped.", 3),
            ("Done. Tested. Shipped. Celebrated.", 4),
            ("Works with e.g. v1.2 and src/api/avatar.py now.", 1),
            ("Uses 5.3 MB, i.e. less.", 1),
            ("Really? Yes! Good…", 3),
            ("See (fig. 3). Then go on.", 2),
            ("Endpoint of J. Doe. Works.", 2),
            ("Tests failed — uploads >2MB timeout", 1),
        ] {
            assert_eq!(count(text), sentences, "{text}");
        }
    }
}
