//! Process documents hold neither credentials nor the home folders of people.

use regex::bytes::Regex;

use crate::error::Result;
use crate::model::facts::FileMode;
use crate::model::rule::Level;

use super::folders::is_planning;
use super::{About, Case, Check, Complaint, Rule};

pub(super) const RULE: Rule = Rule {
    id: "secrets",
    about: About::Change,
    level: Level::Warn,
    summary: "state and documents hold no credentials and no path of somebody's home folder",
    help: "Notes and logs are pasted from terminals, and stay in history. Lines that a commit adds to the state or to\n\
           documents of a workflow are looked at for tokens of well-known services, private keys, passwords and paths\n\
           below a home folder. Take it out, and revoke what was published. Source files are left to scanners.",
    check: Check::Asking(check),
};

/// What a line must hold for a pattern to be tried, the pattern, and what it finds.
const PATTERNS: [(&str, &str, &str); 11] = [
    ("AKIA", r"\bAKIA[0-9A-Z]{16}\b", "an access key"),
    ("gh", r"\bgh[pousr]_[A-Za-z0-9]{36,}", "a token"),
    ("github_pat_", r"\bgithub_pat_[A-Za-z0-9_]{22,}", "a token"),
    ("glpat-", r"\bglpat-[A-Za-z0-9_-]{20,}", "a token"),
    ("xox", r"\bxox[abprs]-[A-Za-z0-9-]{10,}", "a token"),
    ("sk-", r"\bsk-[A-Za-z0-9_-]{32,}", "a key"),
    ("eyJ", r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+", "a web token"),
    ("PRIVATE KEY", r"-----BEGIN [A-Z ]*PRIVATE KEY-----", "a private key"),
    ("/home/", r"(?:^|[^A-Za-z0-9_.~/-])/home/[a-z][a-z0-9._-]*/", "the path of a home folder"),
    ("/Users/", r"(?:^|[^A-Za-z0-9_.~/-])/Users/[A-Za-z][A-Za-z0-9._-]*/", "the path of a home folder"),
    ("\\Users\\", r"[A-Za-z]:\\Users\\[A-Za-z]", "the path of a home folder"),
];

/// Words before a value that is no one's business, in small letters.
const NAMED: [&str; 5] = ["password", "passwd", "secret", "api_key", "apikey"];

fn check(case: &Case) -> Result<Vec<Complaint>> {
    let mut found = Vec::new();
    for file in case.files {
        let Some(after) =
            file.after.as_ref().filter(|side| matches!(side.mode, FileMode::Regular | FileMode::Executable))
        else {
            continue;
        };
        let mut boards = case.after.world.boards.iter();
        if !file.path.starts_with(".track/") && !boards.any(|board| is_planning(board, &file.path)) {
            continue;
        }
        let text = (case.sources.bytes)(&after.id)?;
        let old =
            file.before.as_ref().map(|side| (case.sources.bytes)(&side.id)).transpose()?.unwrap_or_default();
        let old: std::collections::HashSet<&[u8]> = old.split(|&byte| byte == b'\n').collect();
        let lines = text.split(|&byte| byte == b'\n').enumerate().filter(|(_, line)| !old.contains(line));
        found.extend(lines.filter_map(|(index, line)| {
            let what = holds(line)?;
            let complaint =
                Complaint::new(format!("it holds {what}")).file(&file.path).fix("take it out".to_owned());
            Some(Complaint { line: Some(index + 1), ..complaint })
        }));
    }
    Ok(found)
}

fn holds(line: &[u8]) -> Option<&'static str> {
    let has = |needle: &str| line.windows(needle.len()).any(|part| part == needle.as_bytes());
    let by_pattern = PATTERNS.iter().find(|(needle, pattern, _)| {
        has(needle) && Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(line))
    });
    by_pattern.map(|(_, _, what)| *what).or_else(|| names_one(line).then_some("a password, by its name"))
}

// `password: hunter2abc`, and not `password: <yours>` or a sentence about passwords.
fn names_one(line: &[u8]) -> bool {
    let line = String::from_utf8_lossy(line);
    let lower = line.to_ascii_lowercase();
    NAMED.iter().any(|name| {
        lower.match_indices(name).any(|(at, found)| {
            let rest = lower.get(at + found.len()..).unwrap_or_default().trim_start_matches(['"', '\'', ' ']);
            let Some(value) = rest.strip_prefix([':', '=']) else { return false };
            let value = value.trim_start_matches([' ', '"', '\'']);
            let value: String =
                value.chars().take_while(|c| !c.is_whitespace() && !"\"'".contains(*c)).collect();
            let mixed = value.contains(|c: char| c.is_ascii_digit()) && value.contains(char::is_alphabetic);
            value.len() >= 8 && mixed && !value.starts_with(['<', '$', '{', '*'])
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{CHANGE, judged};
    use super::*;

    #[test]
    fn what_gives_something_away() {
        let token = format!("token gh{}_{}", "p", "a1".repeat(18));
        let key = format!("AK{}{}", "IA", "ABCDEFGH12345678");
        for (line, expected) in [
            (token.as_str(), true),
            (key.as_str(), true),
            ("see /home/maria/work/x.md", true),
            ("C:\\Users\\maria", true),
            ("password: hunter2secret", true),
            ("password: <yours>", false),
            ("the secret: nobody reads it", false),
            ("https://x.example/home/page/", false),
            ("docs/home/user/", false),
            ("task-AKIA", false),
        ] {
            assert_eq!(holds(line.as_bytes()).is_some(), expected, "{line}");
        }
    }

    #[test]
    fn only_what_a_commit_adds_to_the_state_is_looked_at() {
        let adds = |path: &str| {
            judged(&RULE, |case| case.process(CHANGE).workflow("w", "").adds(path, "a\nsee /home/maria/x\n"))
        };
        assert_eq!(
            adds(".track/notes.yaml"),
            [".track/notes.yaml:2: it holds the path of a home folder (take it out)"]
        );
        assert_eq!(adds("src/main.rs"), [""; 0]);
    }
}
