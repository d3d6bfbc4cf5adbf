//! What a subject was probably meant to be.

use crate::error::nearest;

use super::header::Header;

/// Words that people write for a type.
const MEANT: [(&str, &str); 20] = [
    ("bug", "fix"),
    ("bugfix", "fix"),
    ("bugs", "fix"),
    ("dependencies", "build"),
    ("deps", "build"),
    ("documentation", "docs"),
    ("enhancement", "feat"),
    ("feature", "feat"),
    ("features", "feat"),
    ("formatting", "style"),
    ("hotfix", "fix"),
    ("improvement", "feat"),
    ("maintenance", "chore"),
    ("misc", "chore"),
    ("optimisation", "perf"),
    ("optimization", "perf"),
    ("patch", "fix"),
    ("performance", "perf"),
    ("refactoring", "refactor"),
    ("testing", "test"),
];

/// Verbs that a subject without a type begins with: the type, and what the description then begins with, when the
/// type does not say it.
const VERBS: [(&str, &str, &str); 25] = [
    ("add", "feat", "add "),
    ("added", "feat", "add "),
    ("adds", "feat", "add "),
    ("adding", "feat", "add "),
    ("allow", "feat", "allow "),
    ("create", "feat", "create "),
    ("created", "feat", "create "),
    ("correct", "fix", "correct "),
    ("corrected", "fix", "correct "),
    ("document", "docs", ""),
    ("documented", "docs", ""),
    ("documents", "docs", ""),
    ("fix", "fix", ""),
    ("fixed", "fix", ""),
    ("fixes", "fix", ""),
    ("fixing", "fix", ""),
    ("implement", "feat", "implement "),
    ("implemented", "feat", "implement "),
    ("introduce", "feat", "introduce "),
    ("introduced", "feat", "introduce "),
    ("refactored", "refactor", ""),
    ("repair", "fix", "repair "),
    ("support", "feat", "support "),
    ("tested", "test", ""),
    ("tests", "test", ""),
];

/// The subject as it was probably meant, a header with one of `types`; none when it is one already or when nothing is
/// near.
pub fn suggest(subject: &str, types: &[&str]) -> Option<String> {
    let is_good =
        |subject: &str| Header::parse(subject).is_ok_and(|header| types.contains(&header.kind.as_str()));
    // Nobody writes so long a subject, and the marks in it are looked for from the left again and again.
    if is_good(subject) || subject.len() > 1000 {
        return None;
    }
    let plain = subject.trim().replace('：', ":");
    let found = with_colon(&plain, types).or_else(|| without_colon(&plain, types))?;
    is_good(&found).then_some(found)
}

fn with_colon(subject: &str, types: &[&str]) -> Option<String> {
    let (word, rest) = subject.split_at_checked(subject.find(|c: char| !c.is_alphanumeric() && c != '-')?)?;
    let kind = known(word, types)?;
    let (mut scope, mut breaking) = (None, false);
    let mut rest = rest.trim_start();
    loop {
        if let Some(after) = rest.strip_prefix('!') {
            breaking = true;
            rest = after.trim_start();
        } else if let Some(after) = rest.strip_prefix('(').filter(|_| scope.is_none()) {
            let end = after.find([')', ':'])?;
            let (inner, after) = after.split_at_checked(end)?;
            scope = Some(inner.trim().trim_matches('(')).filter(|scope| !scope.is_empty());
            rest = after.trim_start_matches(')').trim_start();
        } else {
            break;
        }
    }
    let description = described(rest.strip_prefix(':')?);
    let scope = scope.map(str::to_owned);
    Some(Header { kind: kind.to_owned(), scope, breaking, description }.to_string())
}

fn without_colon(subject: &str, types: &[&str]) -> Option<String> {
    let (word, rest) = subject.split_once(char::is_whitespace)?;
    let word = word.trim_end_matches(',').to_lowercase();
    let (kind, begins) = match VERBS.iter().find(|(verb, ..)| *verb == word) {
        Some((_, kind, begins)) => (*kind, *begins),
        None => (word.as_str(), ""),
    };
    let kind = types.iter().find(|known| **known == kind)?;
    let rest = described(rest.trim_start().trim_start_matches(['-', ':']));
    Some(format!("{kind}: {begins}{rest}"))
}

fn known<'t>(word: &str, types: &[&'t str]) -> Option<&'t str> {
    let word = word.to_lowercase();
    let exact = |word: &str| types.iter().copied().find(|known| *known == word);
    let meant = MEANT.iter().find(|(written, _)| *written == word).and_then(|(_, kind)| exact(kind));
    let verb = VERBS.iter().find(|(verb, ..)| *verb == word).and_then(|(_, kind, _)| exact(kind));
    exact(&word).or(meant).or(verb).or_else(|| nearest(&word, types.iter().copied()))
}

// Begins small unless its first word is a name, and has no dot at the end.
fn described(text: &str) -> String {
    let text = text.trim();
    let text = text.strip_suffix('.').filter(|text| !text.ends_with('.')).unwrap_or(text).trim_end();
    let word = text.split(char::is_whitespace).next().unwrap_or_default();
    let mut letters = word.chars();
    match letters.next() {
        Some(first)
            if first.is_uppercase() && word.len() > 1 && !letters.as_str().contains(char::is_uppercase) =>
        {
            let rest = text.get(first.len_utf8()..).unwrap_or_default();
            first.to_lowercase().chain(rest.chars()).collect()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPES: [&str; 11] =
        ["feat", "fix", "docs", "style", "refactor", "perf", "test", "build", "ci", "chore", "revert"];

    #[test]
    fn subjects_are_corrected() {
        for (subject, expected) in [
            ("Feat : Add x.", "feat: add x"),
            ("feature: x", "feat: x"),
            ("fixed login", "fix: login"),
            ("Fixes: the login", "fix: the login"),
            ("feta: x", "feat: x"),
            ("FIX(Api):Close the socket", "fix(Api): close the socket"),
            ("feat!(api): x", "feat(api)!: x"),
            ("feat (api) ! : x", "feat(api)!: x"),
            ("feat(api: x", "feat(api): x"),
            ("feat(): x", "feat: x"),
            ("feat:x", "feat: x"),
            ("feat:   x", "feat: x"),
            (" feat: x", "feat: x"),
            ("feat：x", "feat: x"),
            ("documentation: API of x", "docs: API of x"),
            ("docs update the README", "docs: update the README"),
            ("Added a GitHub login.", "feat: add a GitHub login"),
            ("test - x", "test: x"),
            ("refactored the reader", "refactor: the reader"),
            ("Perf: wait...", "perf: wait..."),
        ] {
            assert_eq!(suggest(subject, &TYPES).as_deref(), Some(expected), "{subject}");
        }
    }

    #[test]
    fn what_is_good_or_far_is_left_alone() {
        for subject in [
            "feat: x",
            "feat(a)!: x",
            "",
            ":",
            "feat",
            "feat:",
            "update things",
            "zzzzzz: x",
            "12: x",
            "hotfix - x",
            "!",
        ] {
            assert_eq!(suggest(subject, &TYPES), None, "{subject}");
        }
        assert_eq!(suggest("feature: x", &["fix"]), None);
        assert_eq!(suggest("feat: x", &[]), None);
        assert_eq!(suggest(&"(".repeat(2000), &TYPES), None);
    }
}
