//! Changes in words: `TASK-001 started by alice`.

use indexmap::{IndexMap, IndexSet};
use serde_json::Value;

use super::changes::Change;

/// A number of things: `1 commit`, `3 commits`.
pub fn several(count: usize, noun: &str) -> String {
    format!("{count} {}", plural(count, noun))
}

/// A noun for so many things: `commit`, `commits`.
pub fn plural(count: usize, noun: &str) -> String {
    if count == 1 { noun.to_owned() } else { format!("{noun}s") }
}

/// A line for each thing that changed, in the order in which things first appear.
pub fn lines(changes: &[Change]) -> Vec<String> {
    let mut groups: IndexMap<&str, Vec<&Change>> = IndexMap::new();
    for change in changes {
        groups.entry(&change.reference).or_default().push(change);
    }
    groups.iter().flat_map(|(reference, group)| group_lines(reference, group)).collect()
}

fn group_lines(reference: &str, group: &[&Change]) -> Vec<String> {
    let whole = |change: &&Change| change.from.is_object() || change.to.is_object();
    let (things, fields): (Vec<&Change>, Vec<&Change>) = group.iter().copied().partition(whole);
    let mut lines: Vec<String> = things.into_iter().map(whole_line).collect();
    let find = |field: &str| fields.iter().copied().find(|change| change.field == field);
    let by = find("by").and_then(|change| change.to.as_str());
    let mut told: Vec<&str> = Vec::new();
    if let Some(moved) = find("state") {
        let who = by.map(|by| format!(" by {by}")).unwrap_or_default();
        let reason = match moved.to.as_str() {
            Some("dropped") => find("why").or_else(|| find("not_triggered.why")),
            _ => find("summary"),
        };
        let text =
            reason.and_then(|change| change.to.as_str()).map(|text| format!(": {text}")).unwrap_or_default();
        lines.push(format!("{reference} {}{who}{text}", verb(moved)));
        told.extend(["state", "label", "by", "started", "finished", "summary", "why"]);
        told.extend(["not_triggered.by", "not_triggered.at", "not_triggered.why"]);
        if moved.to.as_str() == Some("done") {
            told.extend(["focus", "progress"]);
        }
        // Whoever begins something without an owner becomes its owner.
        if by.is_some()
            && find("owner").is_some_and(|change| change.to.as_str() == by && change.from.is_null())
        {
            told.push("owner");
        }
    }
    // What is derived stores no state: its stamps alone say that it was begun.
    let begun = find("started").filter(|change| change.from.is_null() && !change.to.is_null());
    if let (None, Some(_), Some(by)) = (find("state"), begun, by) {
        lines.push(format!("{reference} started by {by}"));
        told.extend(["started", "by"]);
        if find("owner").is_some_and(|change| change.to.as_str() == Some(by) && change.from.is_null()) {
            told.push("owner");
        }
    }
    lines.extend(settled(reference, &find, &mut told));
    if let Some(line) = fixed(reference, &find) {
        lines.push(line);
        told.extend(["fixed", "fixed_by"]);
    }
    if let Some(at) = find("submitted.at").filter(|change| !change.to.is_null()) {
        let commit = find("submitted.commit").map(|change| format!(" at {}", show(&change.to)));
        let by = find("submitted.by").map(|change| format!(" by {}", show(&change.to)));
        let [by, commit] = [by, commit].map(Option::unwrap_or_default);
        lines.push(format!("{} submitted{by}{commit}", at.reference));
        told.extend(["submitted.at", "submitted.by", "submitted.commit"]);
    }
    if let Some(line) = decided(reference, &find) {
        lines.push(line);
        told.extend(["triggered.at", "triggered.by", "triggered.why", "triggered.met"]);
    }
    let read: IndexSet<&str> = fields.iter().filter_map(|change| reading(change)).collect();
    lines.extend(read.into_iter().map(|key| match find(&format!("read.{key}.as")) {
        Some(alias) => format!("{reference} has read {key}, as {}", show(&alias.to)),
        None => format!("{reference} has read {key}"),
    }));
    let rest = fields.iter().filter(|change| !told.contains(&change.field.as_str()));
    let rest = rest.filter(|change| reading(change).is_none());
    lines.extend(rest.map(|change| field_line(reference, change)));
    lines
}

// The commit that fixes a defect.
fn fixed<'c>(reference: &str, find: &impl Fn(&str) -> Option<&'c Change>) -> Option<String> {
    let commit = find("fixed")?.to.as_str()?;
    let by = find("fixed_by").and_then(|change| change.to.as_str());
    let by = by.map(|by| format!(" by {by}")).unwrap_or_default();
    Some(format!("{reference} fixed{by} in {commit}"))
}

// What was decided about a conditional item, or that it is open again.
fn decided<'c>(reference: &str, find: &impl Fn(&str) -> Option<&'c Change>) -> Option<String> {
    if find("triggered.at")?.to.is_null() {
        return Some(format!("{reference} is undecided again"));
    }
    let text = |field: &str| find(field).map(|change| show(&change.to));
    let by = text("triggered.by").map(|by| format!(" by {by}")).unwrap_or_default();
    let why = text("triggered.why").map(|why| format!(": {why}")).unwrap_or_default();
    let met = text("triggered.met").map(|met| format!(" ({met})")).unwrap_or_default();
    Some(format!("{reference} triggered{by}{why}{met}"))
}

// What an agent has read, where a change is about that.
fn reading(change: &Change) -> Option<&str> {
    let (key, _) = change.field.strip_prefix("read.")?.rsplit_once('.')?;
    (!change.to.is_null()).then_some(key)
}

// Records that were settled, and those that are open again.
fn settled<'c>(
    reference: &str,
    find: &dyn Fn(&str) -> Option<&'c Change>,
    told: &mut Vec<&'c str>,
) -> Vec<String> {
    let mut lines = Vec::new();
    for (stamp, word, who) in STAMPS {
        if find(stamp).is_some_and(|change| !change.to.is_null()) {
            let text = |field: &str| find(field).and_then(|change| change.to.as_str());
            let by = who.iter().find_map(|who| text(who)).map(|by| format!(" by {by}")).unwrap_or_default();
            let why =
                text("why").or_else(|| text("answer")).map(|why| format!(": {why}")).unwrap_or_default();
            lines.push(format!("{reference} {word}{by}{why}"));
            told.extend([stamp, "on", "why", "answer"]);
            told.extend(who);
            // Of two answers the new one is told.
            let old = STAMPS.iter().filter(|(old, ..)| find(old).is_some_and(|change| change.to.is_null()));
            told.extend(old.map(|(old, ..)| *old));
        }
    }
    for (stamp, word, who) in STAMPS {
        if !told.contains(&stamp) && find(stamp).is_some_and(|change| change.to.is_null()) {
            lines.push(format!("{reference} not {word} any more"));
            told.extend([stamp, "on", "why", "answer"]);
            told.extend(who);
        }
    }
    lines
}

/// The times that records bear, the words for them, and who they are by.
const STAMPS: [(&str, &str, &[&str]); 9] = [
    ("cleared", "cleared", &["cleared_by"]),
    ("done", "ticked", &["by"]),
    ("verified", "verified", &["verified_by"]),
    ("approved", "approved", &["approved_by", "by"]),
    ("rejected", "rejected", &["rejected_by", "decided_by", "by"]),
    ("passed", "passed", &["by"]),
    ("failed", "failed", &["by"]),
    ("waived", "waived", &["waived_by", "by"]),
    ("accepted", "accepted", &["decided_by"]),
];

fn verb(moved: &Change) -> &'static str {
    match (moved.from.as_str().unwrap_or("todo"), moved.to.as_str().unwrap_or("todo")) {
        ("done" | "dropped", _) => "reopened",
        ("failed", "active") => "retried",
        ("review", "active") => "sent back",
        (_, "active") => "started",
        (_, "review") => "submitted",
        (_, "done") => "done",
        (_, "failed") => "failed",
        (_, "dropped") => "dropped",
        _ => "back to do",
    }
}

fn whole_line(change: &Change) -> String {
    let (reference, kind) = (&change.reference, singular(&change.field));
    let value = if change.to.is_object() { &change.to } else { &change.from };
    let text =
        ["text", "title", "path", "score", "role"].into_iter().find_map(|key| value.get(key)?.as_str());
    let text = text.map(|text| format!(": {text}")).unwrap_or_default();
    if change.field == "drift" && change.to.is_object() {
        let why = value.get("why").and_then(Value::as_str).unwrap_or_default();
        return format!("{reference} accepted: {why}");
    }
    if change.field == "runs" && change.to.is_object() {
        return format!("{reference} {}", ran(value));
    }
    let happened = if change.to.is_object() { "added" } else { "removed" };
    let state =
        change.to.get("state").and_then(Value::as_str).map(|state| format!(", {state}")).unwrap_or_default();
    let settled = if change.to.get("cleared").is_some() { " (cleared)" } else { "" };
    format!("{reference} {kind} {happened}{text}{state}{settled}")
}

// What a run of a suite came to.
fn ran(run: &Value) -> String {
    let text = |key: &str| run.get(key).and_then(Value::as_str).unwrap_or_default();
    let took = Some(text("seconds")).filter(|seconds| !seconds.is_empty());
    let took = took.map(|seconds| format!(" in {seconds} s")).unwrap_or_default();
    match run.get("exit").and_then(Value::as_i64) {
        Some(0) => format!("{} passed{took}", text("suite")),
        exit => format!("{} failed{took} ({}): {}", text("suite"), exit.unwrap_or_default(), text("failed")),
    }
}

fn singular(collection: &str) -> &str {
    match collection {
        "items" => "item",
        "parts" => "gate part",
        "lines" => "checklist line",
        other => other.strip_suffix('s').unwrap_or(other),
    }
}

fn field_line(reference: &str, change: &Change) -> String {
    let field = change.field.strip_prefix("fields.").unwrap_or(&change.field);
    match (&change.from, &change.to) {
        (Value::Null, to) => format!("{reference} {field}: {}", show(to)),
        (from, Value::Null) => format!("{reference} {field} removed: {}", show(from)),
        (from, to) => format!("{reference} {field}: {} -> {}", show(from), show(to)),
    }
}

/// A value as people write it.
pub fn show(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(show).collect::<Vec<_>>().join(", "),
        Value::Null => "nothing".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::derive::changes::changes;
    use serde_json::json;

    fn told(before: Value, after: Value) -> Vec<String> {
        let wrap = |item: Value| json!({ "items": { "a": item } });
        lines(&changes("w", &wrap(before), &wrap(after)))
    }

    #[test]
    fn moves_read_as_sentences() {
        let todo = json!({"title": "A"});
        let active =
            json!({"title": "A", "state": "active", "started": "t", "by": "alice", "owner": "alice"});
        let done = json!({"title": "A", "state": "done", "finished": "t", "by": "bob", "summary": "Fine."});
        assert_eq!(told(todo.clone(), active.clone()), ["a started by alice"]);
        let given = json!({"title": "A", "state": "active", "by": "alice", "owner": "bob"});
        assert_eq!(told(todo.clone(), given), ["a started by alice", "a owner: bob"]);
        let derived = json!({"title": "A", "started": "t", "by": "alice", "owner": "alice"});
        assert_eq!(told(todo, derived), ["a started by alice"]);
        assert_eq!(told(active, done.clone())[0], "a done by bob: Fine.");
        assert_eq!(told(done, json!({"title": "A", "state": "active", "by": "bob"}))[0], "a reopened");
    }

    #[test]
    fn records_and_fields_read_as_sentences() {
        let before = json!({"title": "A", "progress": 20});
        let after = json!({"title": "A", "progress": 50, "blockers": {"b1": {"text": "no disk"}}});
        assert_eq!(told(before, after), ["a progress: 20 -> 50", "a.b1 blocker added: no disk"]);
        let open = json!({"title": "A", "blockers": {"b1": {"text": "no disk"}}});
        let cleared =
            json!({"title": "A", "blockers": {"b1": {"text": "no disk", "cleared": "t", "cleared_by": "x"}}});
        assert_eq!(told(open, cleared), ["a.b1 cleared by x"]);
    }

    #[test]
    fn decisions_fixes_and_readings_are_one_line_each() {
        let plain = json!({"title": "A"});
        let verdict = |met: Value| json!({"title": "A", "triggered": {"by": "bob", "at": "t", "why": "two locks", "met": met}});
        let triggered = verdict(json!(["x", "y"]));
        assert_eq!(told(plain.clone(), triggered.clone()), ["a triggered by bob: two locks (x, y)"]);
        assert_eq!(told(triggered, plain.clone()), ["a is undecided again"]);
        let finding = |more: Value| {
            let mut finding = json!({"text": "x"});
            finding.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            json!({"title": "A", "findings": {"f1": finding}})
        };
        let fixed = finding(json!({"fixed": "abc1234", "fixed_by": "bob"}));
        assert_eq!(told(finding(json!({})), fixed), ["a.f1 fixed by bob in abc1234"]);
        let agent = |read: Value| json!({"title": "A", "agents": {"P1": {"role": "R", "read": read}}});
        let read = agent(json!({"goals": {"at": "t", "on": "o"}, "old": {"at": "t", "as": "x.md"}}));
        assert_eq!(told(agent(json!({})), read), ["a.P1 has read goals", "a.P1 has read old, as x.md"]);
        assert_eq!(told(plain, json!({"title": "A", "fields": {"posture": "ready"}})), ["a posture: ready"]);
    }

    #[test]
    fn answers_replace_each_other() {
        let item = |checkpoint: Value| json!({"title": "A", "checkpoints": {"C": checkpoint}});
        let no = item(json!({"rejected": "t", "by": "bob", "why": "thin"}));
        let yes = item(json!({"approved": "u", "by": "ann", "on": "abc", "why": "fine"}));
        assert_eq!(told(no, yes.clone()), ["C approved by ann: fine"]);
        assert_eq!(told(yes, item(json!({"title": "C"}))), ["C not approved any more", "C title: C"]);
    }

    #[test]
    fn every_move_has_its_word() {
        let state = |state: &str| json!({"title": "A", "state": state});
        for (from, to, words) in [
            ("active", "review", "a submitted"),
            ("review", "active", "a sent back"),
            ("failed", "active", "a retried"),
            ("active", "failed", "a failed"),
            ("todo", "dropped", "a dropped"),
            ("dropped", "todo", "a reopened"),
            ("active", "todo", "a back to do"),
        ] {
            assert_eq!(told(state(from), state(to)), [words]);
        }
        let decided = json!({"title": "A", "state": "dropped", "finished": "t", "by": "bob",
            "not_triggered": {"why": "never", "by": "bob", "at": "t"}});
        assert_eq!(told(json!({"title": "A"}), decided), ["a dropped by bob: never"]);
        let ticked =
            json!({"title": "A", "checklist": {"lines": {"l1": {"text": "x", "done": "t", "by": "bob"}}}});
        assert_eq!(
            told(json!({"title": "A", "checklist": {"lines": {"l1": {"text": "x"}}}}), ticked),
            ["a.l1 ticked by bob"]
        );
        assert_eq!(
            told(json!({"title": "A", "owner": "bob"}), json!({"title": "A"})),
            ["a owner removed: bob"]
        );
    }
}
