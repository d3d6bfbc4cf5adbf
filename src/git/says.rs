//! What a commit says about work.

use std::borrow::Cow;

use super::history::{Stored, subject};
use crate::message::{self, Kind};
use crate::model::facts::CommitId;
use crate::model::id;
use crate::model::landing::{How, Mention, Work};

const TRACK: &str = "Track";
const KEYS: [&str; 5] = [TRACK, "Refs", "Closes", "Fixes", "Resolves"];
/// No more words of one subject are looked up.
const WORDS: usize = 8;

/// What a commit says, from the object as it is stored; `None` if that is none.
pub(super) fn work(id: &CommitId, raw: &[u8]) -> Option<Work> {
    let stored = Stored::new(raw)?;
    let (author, committer) = (stored.person(b"author ")?, stored.person(b"committer ")?);
    let text = text(&stored);
    let subject = subject(&text);
    let kind = Kind::of(&subject);
    let reverts = reverts(&subject, &text);
    let known_as = if author.email.is_empty() { author.name } else { author.email.to_lowercase().into() };
    Some(Work {
        id: id.clone(),
        author: known_as.into_owned(),
        authored: author.time,
        committed: committer.time,
        parents: stored.header(b"parent ").filter_map(parent).collect(),
        mentions: mentions(&subject, &kind, &text),
        undoes: undone(&subject, &kind).filter(|_| reverts.is_empty()),
        reverts,
        beside_state: None,
        squash: is_squash(&subject, &text),
        unread: false,
        subject,
    })
}

fn parent(id: &[u8]) -> Option<CommitId> {
    CommitId::parse(std::str::from_utf8(id).ok()?).ok()
}

fn text<'r>(stored: &Stored<'r>) -> Cow<'r, str> {
    match stored.header(b"encoding ").next() {
        None => String::from_utf8_lossy(stored.message),
        Some(name) => {
            let name = String::from_utf8_lossy(name);
            Cow::Owned(message::parse_bytes(stored.message, Some(&*name)).text)
        }
    }
}

fn reverts(subject: &str, text: &str) -> Vec<String> {
    let named = |word: &str| word.as_bytes().windows(6).any(|part| part.eq_ignore_ascii_case(b"revert"));
    // Few messages are worth to be read as a whole.
    if text.contains("reverts") || named(subject) { message::parse(text).reverts } else { Vec::new() }
}

fn mentions(subject: &str, kind: &Kind, text: &str) -> Vec<Mention> {
    let mut found = Vec::new();
    let mut add = |how: How, text: &str| {
        if !text.is_empty() && !found.iter().any(|known: &Mention| known.how == how && known.text == text) {
            found.push(Mention { how, text: text.to_owned() });
        }
    };
    let mut values = message::values(text, &KEYS);
    // In the text of an ordinary commit such a line may be quoted.
    if !(*kind == Kind::Merge || is_squash(subject, text)) {
        values.lines.clear();
    }
    for (how, all) in [(None, &values.trailers), (Some(How::Line), &values.lines)] {
        for trailer in all {
            if trailer.key.eq_ignore_ascii_case(TRACK) {
                add(how.unwrap_or(How::Track), &trailer.value);
                continue;
            }
            let words = trailer.value.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'));
            words.for_each(|word| add(how.unwrap_or(How::Refers), word));
        }
    }
    match kind {
        _ if is_merged_request(subject) => {
            from_request(subject).into_iter().for_each(|name| add(How::Merged, name));
        }
        Kind::Merge => merged(subject).into_iter().for_each(|name| add(How::Merged, name)),
        Kind::Revert { .. } | Kind::Reapply { .. } | Kind::Empty => {}
        _ => words(subject).take(WORDS).for_each(|word| add(How::Subject, word)),
    }
    found
}

/// Whether a message looks as git or a forge makes it of those of several commits: its subject ends in the number of a
/// request, or its body lists them.
fn is_squash(subject: &str, text: &str) -> bool {
    let numbered = || {
        let number = subject.trim_end().strip_suffix(')')?.rsplit_once('(')?.1;
        let number = number.strip_prefix(['#', '!'])?;
        Some(!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let listed = |line: &str| {
        let commit = line.strip_prefix("commit ").is_some_and(|id| id.len() >= 40);
        line.starts_with("* ") || commit || line.starts_with("Squashed commit of the following")
    };
    numbered() == Some(true) || text.lines().any(listed)
}

/// The words of a subject that can be the id of an item, or a workflow and an item: `w:U01`.
fn words(subject: &str) -> impl Iterator<Item = &str> {
    // Another letter beside it makes it a part of a longer word.
    let of_word = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | ':' | '/');
    subject.split(move |c: char| !of_word(c)).filter_map(|word| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        let counted = word.bytes().any(|byte| byte.is_ascii_digit());
        (counted && word.split([':', '/']).all(is_id)).then_some(word)
    })
}

fn is_id(word: &str) -> bool {
    let goes_on = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    word.starts_with(|c: char| c.is_ascii_alphabetic()) && word.chars().all(goes_on) && word.len() <= id::MAX
}

/// The branches that the subject of a merge names.
fn merged(subject: &str) -> Vec<&str> {
    if let Some(rest) = subject.strip_prefix("Merged in ") {
        let end = rest.rfind(" (pull request #").unwrap_or(rest.len());
        return rest.get(..end).into_iter().collect();
    }
    let Some(mut rest) = subject.strip_prefix("Merge ") else { return Vec::new() };
    let (mut found, mut remote, mut branch) = (Vec::new(), false, false);
    // What stands between two names says what the next ones are, unless it only joins them.
    while let Some((before, after)) = rest.split_once('\'') {
        if before.contains(" into ") {
            break;
        }
        if !matches!(before, ", " | " and ") {
            branch = before.contains("branch");
            remote = before.contains("remote");
        }
        let ends = |at: &usize| {
            let next = after.get(at + 1..).unwrap_or_default();
            next.is_empty() || next.starts_with([' ', ','])
        };
        let Some(end) = after.match_indices('\'').map(|(at, _)| at).find(ends) else { break };
        let name = after.get(..end).unwrap_or_default();
        let name = name.split_once('/').filter(|_| remote).map_or(name, |(_, name)| name);
        found.extend(Some(name).filter(|_| branch));
        rest = after.get(end + 1..).unwrap_or_default();
    }
    found
}

/// Whether a forge wrote the subject for what it calls a pull request.
fn is_merged_request(subject: &str) -> bool {
    ["Merge pull request #", "Merge pull request '"].iter().any(|before| subject.starts_with(before))
}

/// The branch of `Merge pull request #1 from owner/branch`, `… #1 in PROJECT/repository from branch to base` and
/// `… 'title' (#1) from owner:branch into base`.
fn from_request(subject: &str) -> Option<&str> {
    let titled = subject.starts_with("Merge pull request '");
    // A title may have any words in it.
    let (before, after) =
        if titled { subject.rsplit_once(" from ")? } else { subject.split_once(" from ")? };
    let name = after.split_whitespace().next()?;
    if titled {
        return Some(name.split_once(':').map_or(name, |(_, name)| name));
    }
    let owned = !before.contains(" in ");
    Some(name.split_once('/').filter(|_| owned).map_or(name, |(_, name)| name))
}

/// The subject of the commit that a subject takes back. A forge may have written ` (#1)` behind the quotation marks.
fn undone(subject: &str, kind: &Kind) -> Option<String> {
    let (of, again) = match kind {
        Kind::Revert { of } => (of, false),
        Kind::Reapply { of } => (of, true),
        _ => return None,
    };
    let whole = subject.ends_with('"');
    let number = |tail: &str| tail.strip_suffix(')').is_some_and(|tail| tail.parse::<u64>().is_ok());
    let cut = of.rsplit_once("\" (#").filter(|(_, tail)| !whole && number(tail));
    let of = cut.map_or(of.as_str(), |(inner, _)| inner);
    Some(if again { format!("Revert \"{of}\"") } else { of.to_owned() })
}
