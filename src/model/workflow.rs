//! A workflow: one file, one tree of items.

use serde_json::Value;

use super::id::Id;
use super::item::Item;

/// The version of the format of state files that this program reads and writes.
pub const SCHEMA: u32 = 1;

/// A whole workflow.
#[derive(Clone, Debug, PartialEq)]
pub struct Workflow {
    /// Its id; also the name of its file.
    pub id: Id,
    /// The process it follows.
    pub profile: Id,
    /// The tree of items; the root is the workflow itself.
    pub root: Item,
}

impl Workflow {
    /// Takes the header out of a root item; the error names the missing or impossible key.
    pub fn from_root(mut root: Item) -> Result<Self, Misplaced> {
        let missing =
            |key: &'static str| Misplaced { path: Vec::new(), message: format!("missing field `{key}`") };
        match root.schema.take() {
            Some(SCHEMA) => {}
            Some(newer) => {
                return Err(Misplaced {
                    path: vec!["schema".to_owned()],
                    message: format!(
                        "schema {newer} was written by a newer git-track; this one reads schema {SCHEMA}"
                    ),
                });
            }
            None => return Err(missing("schema")),
        }
        let id = root.id.take().ok_or_else(|| missing("id"))?;
        let profile = root.profile.take().ok_or_else(|| missing("profile"))?;
        let workflow = Self { id, profile, root };
        match workflow.header_below() {
            None => Ok(workflow),
            Some(misplaced) => Err(misplaced),
        }
    }

    /// The item under these ids, from the root downwards; the root itself for none.
    pub fn item_mut(&mut self, ids: &[&Id]) -> Option<&mut Item> {
        ids.iter().try_fold(&mut self.root, |item, id| item.items.get_mut(id))
    }

    /// The tree as it is written: keys in their order, what is empty left out.
    pub fn to_value(&self) -> Value {
        let mut root = self.root.clone();
        root.schema = Some(SCHEMA);
        root.id = Some(self.id.clone());
        root.profile = Some(self.profile.clone());
        tree(&root)
    }

    fn header_below(&self) -> Option<Misplaced> {
        fn visit(item: &Item, path: &mut Vec<String>) -> Option<Misplaced> {
            for (id, child) in item.items.iter() {
                path.extend(["items".to_owned(), id.to_string()]);
                let header = [
                    ("schema", child.schema.is_some()),
                    ("id", child.id.is_some()),
                    ("profile", child.profile.is_some()),
                    ("home", child.home.is_some()),
                ];
                if let Some((key, _)) = header.into_iter().find(|(_, there)| *there) {
                    path.push(key.to_owned());
                    let more = if key == "id" { "; an item's id is the key it stands under" } else { "" };
                    let message = format!("`{key}` belongs to the workflow{more}");
                    return Some(Misplaced { path: path.clone(), message });
                }
                if let Some(misplaced) = visit(child, path) {
                    return Some(misplaced);
                }
                path.truncate(path.len().saturating_sub(2));
            }
            None
        }
        visit(&self.root, &mut Vec::new())
    }
}

/// A key or value that is wrong for what it says, not for how it is written: where it is and what is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misplaced {
    /// The keys from the root of the file.
    pub path: Vec<String>,
    /// What is wrong, in one sentence.
    pub message: String,
}

/// Any part of the model as an untyped tree without its empty parts.
pub fn tree(part: &impl serde::Serialize) -> Value {
    let mut value = serde_json::to_value(part).unwrap_or_default();
    prune(&mut value);
    value
}

// A collection without entries says nothing; a record without fields (`when: {}`, a gate that has only its id) does. A
// record always has keys before its own empty parts are left out.
fn prune(value: &mut Value) {
    let Value::Object(map) = value else { return };
    map.retain(|_, child| match child {
        Value::Null => false,
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
        _ => true,
    });
    for (key, child) in map {
        // What stands in declared fields is a value, whatever it looks like.
        if key != "fields" {
            prune(child);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(tree: Value) -> Result<Workflow, String> {
        let root: Item = serde_json::from_value(tree).map_err(|error| error.to_string())?;
        Workflow::from_root(root)
            .map_err(|Misplaced { path, message }| format!("{}: {message}", path.join(".")))
    }

    #[test]
    fn what_is_empty_is_left_out_and_what_is_bare_is_kept() {
        let tree = json!({
            "schema": 1, "id": "w", "profile": "p", "title": "W", "when": {},
            "fields": {"none": [], "nothing": {}}, "gates": {"G": {}, "H": {"parts": {"p": "all"}}},
        });
        let mut more = tree.clone();
        more["needs"] = json!([]);
        more["items"] = json!({});
        more["owner"] = Value::Null;
        assert_eq!(read(more.clone()).unwrap().to_value(), tree);
        assert_eq!(read(tree).unwrap(), read(more).unwrap());
    }

    #[test]
    fn the_header_stands_once() {
        let with = |key: &str, value: Value| {
            let mut tree =
                json!({"schema": 1, "id": "w", "profile": "p", "title": "W", "items": {"a": {"title": "A"}}});
            match key.split_once('.') {
                Some((_, key)) => tree["items"]["a"][key] = value,
                None => tree[key] = value,
            }
            read(tree).unwrap_err()
        };
        assert_eq!(with("schema", Value::Null), ": missing field `schema`");
        assert_eq!(with("id", Value::Null), ": missing field `id`");
        assert_eq!(with("profile", Value::Null), ": missing field `profile`");
        assert!(with("schema", json!(2)).starts_with("schema: schema 2 was written by a newer git-track"));
        let message = "`id` belongs to the workflow; an item's id is the key it stands under";
        assert_eq!(with("a.id", json!("x")), format!("items.a.id: {message}"));
    }
}
