//! Where documents are: what the names in braces of their paths stand for.

use std::collections::BTreeMap;

use super::document::Document;
use super::field::FieldValue;
use super::id::Id;
use super::item::Item;
use super::path::RepoPath;
use super::profile::Profile;

/// What the team decided about the places that documents name: `paths:` of the configuration.
pub type Places = BTreeMap<String, RepoPath>;

/// Where a document of a workflow, or of one of its items, is; the error says what its path lacks.
///
/// What a name in braces stands for may hold names in turn, of which none may hold more.
pub fn path_of(
    document: &Document,
    (workflow, root): (&Id, &Item),
    (id, item): (&Id, &Item),
    profile: &Profile,
    places: &Places,
) -> Result<RepoPath, String> {
    let known = |name: &str| match name {
        "workflow" => Ok(workflow.to_string()),
        "id" => Ok(id.to_string()),
        "owner" => {
            let nobody = || format!("{id} has no owner, whose {} it is", document.title);
            item.owner.clone().ok_or_else(nobody)
        }
        _ => {
            let unknown = || format!("nobody knows where `{name}` is: git track config list");
            let said = Id::parse(name).ok().and_then(|name| match root.fields.get(&name)? {
                FieldValue::Text(text) => Some(text.clone()),
                _ => None,
            });
            let place = || Some(places.get(name).or_else(|| profile.paths.get(name))?.to_string());
            said.or_else(place).ok_or_else(unknown)
        }
    };
    let path = fill(&fill(&document.path, known)?, known)?;
    let path = RepoPath::parse(&path).map_err(|error| error.message().to_owned())?;
    if is_of_the_state(&path) {
        return Err(format!("{path} is where git-track keeps its state; choose another place"));
    }
    Ok(path)
}

/// What no document may be written over or into, however a file system takes capital letters.
const STATE: [&str; 3] = [".track/config.yaml", ".track/workflows", ".track/profiles"];

fn is_of_the_state(path: &RepoPath) -> bool {
    let path = path.as_str().to_lowercase();
    let is =
        |kept: &str| path.strip_prefix(kept).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    path == ".track" || STATE.into_iter().any(is)
}

/// Whether a document is about one workflow, not about all of its process.
pub fn is_of_one(document: &Document, profile: &Profile, places: &Places) -> bool {
    let known = |name: &str| {
        let place = places.get(name).or_else(|| profile.paths.get(name));
        Ok(place.map_or_else(|| format!("{{{name}}}"), ToString::to_string))
    };
    fill(&document.path, known).is_ok_and(|path| path.contains('{'))
}

/// Where a document is, of any workflow: what is not decided before there is one stands in angle brackets.
pub fn at_large(document: &Document, profile: &Profile, places: &Places) -> String {
    let known = |name: &str| {
        let place = places.get(name).or_else(|| profile.paths.get(name));
        Ok(place.map_or_else(|| format!("<{name}>"), ToString::to_string))
    };
    let filled = fill(&document.path, known).and_then(|path| fill(&path, known));
    filled.unwrap_or_else(|_| document.path.clone())
}

fn fill(pattern: &str, known: impl Fn(&str) -> Result<String, String>) -> Result<String, String> {
    let mut filled = String::new();
    let mut rest = pattern;
    while let Some((fixed, tail)) = rest.split_once('{') {
        let Some((name, tail)) = tail.split_once('}') else { break };
        filled.push_str(fixed);
        filled.push_str(&known(name)?);
        rest = tail;
    }
    filled.push_str(rest);
    Ok(filled)
}
