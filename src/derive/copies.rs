//! Two copies of one workflow: what the other one knows later.

use serde_json::Value;

use crate::model::id::Id;
use crate::model::item::Item;
use crate::model::time::Time;
use crate::model::workflow::{Workflow, tree};

/// An item of which another copy knows more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newer {
    /// The item.
    pub item: Id,
    /// The latest moment that stands in the other copy of it.
    pub at: Time,
}

/// The items of which another copy holds something later than this one, or which only it has, in its order.
///
/// An item is what stands in it, its children left out. Of two, that is newer of which the state changed later, and with
/// the same state that in which the later moment stands.
pub fn newer(own: &Workflow, other: &Workflow) -> Vec<Newer> {
    let mut found = Vec::new();
    compare(&own.root, &other.root, &mut found);
    found
}

fn compare(own: &Item, other: &Item, found: &mut Vec<Newer>) {
    for (id, theirs) in other.items.iter() {
        let mine = own.find(id);
        if mine.is_none_or(|mine| mine != theirs) {
            let knows_more = |mine: &Item| match (moved(mine), moved(theirs)) {
                (own, there) if own != there => own < there,
                _ => {
                    mine.state() == theirs.state()
                        && latest(mine) < latest(theirs)
                        && bare(mine) != bare(theirs)
                }
            };
            if let Some(at) = latest(theirs).filter(|_| mine.is_none_or(knows_more)) {
                found.push(Newer { item: id.clone(), at });
            }
            compare(own, theirs, found);
        }
    }
}

// When its state last changed: a remark that came later does not make an older state newer.
fn moved(item: &Item) -> Option<Time> {
    item.started.max(item.finished)
}

fn bare(item: &Item) -> Value {
    let mut value = tree(item);
    if let Value::Object(map) = &mut value {
        map.remove("items");
    }
    value
}

fn latest(item: &Item) -> Option<Time> {
    fn visit(value: &Value, latest: &mut Option<Time>) {
        match value {
            Value::String(text) if text.ends_with('Z') => {
                *latest = (*latest).max(Time::parse(text).ok());
            }
            Value::Array(list) => list.iter().for_each(|value| visit(value, latest)),
            Value::Object(map) => map.values().for_each(|value| visit(value, latest)),
            _ => {}
        }
    }
    let mut found = None;
    visit(&bare(item), &mut found);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::derive::testing::{Scene, TEAM};

    fn copy(items: &str) -> Workflow {
        Scene::new(TEAM, &[&format!("items: {items}")]).workflows.remove(0)
    }

    fn told(own: &str, other: &str) -> Vec<String> {
        newer(&copy(own), &copy(other)).iter().map(|newer| format!("{} {}", newer.item, newer.at)).collect()
    }

    const TODO: &str = "{a: {title: A, items: {b: {title: B}}}}";
    const BEGUN: &str =
        "{a: {title: A, items: {b: {title: B, state: active, started: \"2026-02-12T09:00:00Z\"}}}}";
    const DONE: &str = "{a: {title: A, items: {b: {title: B, state: done, started: \"2026-02-12T09:00:00Z\", \
                        finished: \"2026-02-12T10:00:00Z\"}}}}";

    #[test]
    fn what_has_the_later_moment_is_newer() {
        assert_eq!(told(TODO, BEGUN), ["b 2026-02-12T09:00:00Z"]);
        assert_eq!(told(BEGUN, DONE), ["b 2026-02-12T10:00:00Z"]);
        assert_eq!(told(DONE, BEGUN), [""; 0]);
        assert_eq!(told(DONE, DONE), [""; 0]);
        assert_eq!(told(BEGUN, TODO), [""; 0]);
    }

    #[test]
    fn what_has_no_moment_is_not_known_to_be_newer() {
        assert_eq!(told(TODO, "{a: {title: Other, items: {b: {title: B}}}}"), [""; 0]);
        assert_eq!(told(TODO, "{c: {title: C}}"), [""; 0]);
    }

    #[test]
    fn a_later_remark_hides_no_later_state() {
        let noted =
            "{a: {title: A, items: {b: {title: B, notes: {n1: {text: x, at: \"2026-02-12T23:00:00Z\"}}}}}}";
        assert_eq!(told(noted, DONE), ["b 2026-02-12T10:00:00Z"]);
        assert_eq!(told(DONE, noted), [""; 0]);
    }

    #[test]
    fn records_count_and_so_does_what_is_only_there() {
        let noted =
            "{a: {title: A, notes: {n1: {text: x, at: \"2026-02-12T08:00:00Z\"}}, items: {b: {title: B}}}}";
        assert_eq!(told(TODO, noted), ["a 2026-02-12T08:00:00Z"]);
        let more = "{c: {title: C, state: active, started: \"2026-02-12T09:00:00Z\"}}";
        assert_eq!(told(TODO, more), ["c 2026-02-12T09:00:00Z"]);
        assert_eq!(
            told("{a: {title: A}, b: {title: B}}", BEGUN),
            ["b 2026-02-12T09:00:00Z"],
            "wherever it stands"
        );
    }
}
