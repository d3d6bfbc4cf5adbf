//! What every place of a group says, and what disagrees.

use crate::error::Result;
use crate::formats::line_of;
use crate::formats::locate::{self, File, Kind, Located};
use crate::model::path::RepoPath;
use crate::model::release::{Format, Group, Place, Policy};

use super::Version;
use super::companions::{companions, is_requirement};

/// Where the bytes of files come from: one version of the repository.
pub struct Sources<'a> {
    /// The bytes of a file; `None`: there is none.
    pub read: &'a dyn Fn(&RepoPath) -> Result<Option<Vec<u8>>>,
    /// All files of a name, wherever they are.
    pub named: &'a dyn Fn(&str) -> Result<Vec<RepoPath>>,
}

/// The places of a group and what they say.
#[derive(Clone, Debug)]
pub struct Table {
    /// The name of the group.
    pub group: String,
    /// How its places belong together.
    pub policy: Policy,
    /// What a pinned group must hold.
    pub pinned: Option<String>,
    /// Its places, those that follow another one behind it.
    pub rows: Vec<Row>,
}

/// A place and what it says.
#[derive(Clone, Debug)]
pub struct Row {
    /// The place.
    pub place: Place,
    /// Whether the team named it, or it follows one that it named.
    pub role: Role,
    /// What stands there, in the order of the file.
    pub values: Vec<Value>,
    /// Why it cannot be said what stands there, or what is wrong with it.
    pub problem: Option<String>,
}

/// Whether the team named a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It did.
    Named,
    /// It follows the place with this index in the group: the entry of a lock file.
    Follows(usize),
}

/// What stands at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// As it is written, without quotes.
    pub text: String,
    /// The line, from one.
    pub line: usize,
    /// What stands before the version: `v` or nothing.
    pub prefix: String,
    /// The version.
    pub version: Option<Version>,
    /// Whether it is the one that is meant; another package of the same name is not.
    pub meant: bool,
}

impl Row {
    /// The values that are meant.
    pub fn meant(&self) -> impl Iterator<Item = &Value> {
        self.values.iter().filter(|value| value.meant)
    }

    /// The only version that is meant.
    pub fn version(&self) -> Option<&Version> {
        let mut all = self.meant().map(|value| value.version.as_ref());
        let first = all.next()??;
        all.all(|other| other == Some(first)).then_some(first)
    }
}

impl Table {
    /// The version that all places of a group in lockstep say; `None`: they do not, or there are none.
    pub fn version(&self) -> Option<&Version> {
        let mut versions = self.rows.iter().map(Row::version);
        let first = versions.next()??;
        let agreed = self.problems().next().is_none() && versions.all(|other| other == Some(first));
        (self.policy == Policy::Lockstep && agreed).then_some(first)
    }

    /// Whether places disagree, or something is wrong with one.
    pub fn is_diverged(&self) -> bool {
        self.problems().next().is_some()
            || match self.policy {
                Policy::Lockstep => self.version().is_none() && !self.rows.is_empty(),
                Policy::Pinned | Policy::Independent => !self.odd().is_empty(),
            }
    }

    /// What is wrong with places, each with its row.
    pub fn problems(&self) -> impl Iterator<Item = (&Row, &str)> {
        self.rows.iter().filter_map(|row| Some((row, row.problem.as_deref()?)))
    }

    /// All versions that places say, each once, in the order of the places.
    pub fn versions(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for value in self.rows.iter().flat_map(Row::meant) {
            if !all.contains(&value.text) {
                all.push(value.text.clone());
            }
        }
        all
    }

    /// What every place says, in order; a place that says nothing is a dash.
    pub fn said(&self) -> Vec<&str> {
        self.rows.iter().map(|row| row.meant().next().map_or("-", |value| value.text.as_str())).collect()
    }

    /// The highest version that a place says.
    pub fn highest(&self) -> Option<&Version> {
        self.rows.iter().flat_map(Row::meant).filter_map(|value| value.version.as_ref()).max()
    }

    /// The rows that disagree with what most others, or the pin, or what they follow, say.
    pub fn odd(&self) -> Vec<usize> {
        let usual = self.usual();
        let differs = |row: &Row| match self.policy {
            Policy::Pinned => row.meant().any(|value| !self.is_pin(value)),
            Policy::Independent => self.leads_elsewhere(row),
            Policy::Lockstep => match (usual, row.version()) {
                (Some(usual), Some(version)) => usual != version,
                _ => false,
            },
        };
        let rows = self.rows.iter().enumerate();
        rows.filter(|(_, row)| row.problem.is_some() || differs(row)).map(|(at, _)| at).collect()
    }

    // What more places say than anything else; nothing when that is not clear.
    fn usual(&self) -> Option<&Version> {
        let count = |version: &Version| self.rows.iter().filter(|row| row.version() == Some(version)).count();
        let versions: Vec<&Version> = self.rows.iter().filter_map(Row::version).collect();
        let most = versions.iter().map(|version| count(version)).max()?;
        let mut usual = versions.into_iter().filter(|version| count(version) == most);
        let first = usual.next()?;
        usual.all(|other| other == first).then_some(first)
    }

    // A `v` before it makes no difference.
    fn is_pin(&self, value: &Value) -> bool {
        let bare = value.text.strip_prefix(&value.prefix).unwrap_or(&value.text);
        self.pinned.as_ref().is_some_and(|pinned| value.text == *pinned || bare == pinned)
    }

    fn leads_elsewhere(&self, row: &Row) -> bool {
        let Role::Follows(leader) = row.role else { return false };
        self.rows.get(leader).is_some_and(|leader| leader.version() != row.version())
    }
}

/// Reads the places of a group.
pub fn table(name: &str, group: &Group, sources: &Sources) -> Table {
    let mut rows: Vec<Row> =
        group.locations.iter().map(|place| row(place.clone(), Role::Named, sources)).collect();
    for at in 0..rows.len() {
        let Some(leader) = rows.get(at).cloned() else { break };
        let found = match companions(&leader, sources) {
            Ok(found) => found,
            Err(error) => {
                let row = rows.get_mut(at);
                row.into_iter().for_each(|row| row.problem = Some(format!("what follows it: {error}")));
                continue;
            }
        };
        for place in found {
            if rows.iter().any(|row| row.place.file == place.file && row.place.path == place.path) {
                continue;
            }
            let follower = following(row(place, Role::Follows(at), sources), &leader);
            let counts = if is_requirement(&follower.place) {
                leader.version().is_some() && follower.version() == leader.version()
            } else {
                !follower.values.is_empty() || follower.problem.is_some()
            };
            rows.extend(counts.then_some(follower));
        }
    }
    Table { group: name.to_owned(), policy: group.policy, pinned: group.value.clone(), rows }
}

fn row(place: Place, role: Role, sources: &Sources) -> Row {
    let mut row = Row { place, role, values: Vec::new(), problem: None };
    match read_place(&row.place, sources) {
        Ok(Some(values)) => row.values = values,
        Ok(None) => row.problem = Some("the file is missing".to_owned()),
        Err(error) => row.problem = Some(error.to_string()),
    }
    if row.problem.is_some() || role != Role::Named {
        return row;
    }
    let (found, wanted) = (row.values.len(), row.place.count());
    let strange = row.values.iter().find(|value| value.version.is_none());
    row.problem = if found == 0 {
        Some("nothing stands there".to_owned())
    } else if found != wanted {
        let number =
            |count: usize| if count == 1 { "one value".to_owned() } else { format!("{count} values") };
        Some(format!("{} stand there, not {}", number(found), number(wanted)))
    } else {
        strange.map(|value| format!("`{}` is not a version like 1.2.3", value.text))
    };
    row
}

// Of several packages of one name the one is meant that says what its manifest says.
fn following(mut row: Row, leader: &Row) -> Row {
    if row.values.len() > 1 {
        let same = |value: &Value| value.version.is_some() && value.version.as_ref() == leader.version();
        if row.values.iter().filter(|value| same(value)).count() == 1 {
            row.values.iter_mut().for_each(|value| value.meant = same(value));
        } else {
            row.problem = Some(format!("{} packages have this name", row.values.len()));
        }
    }
    row
}

/// What stands at a place; `None`: there is no such file.
pub(super) fn read_place(place: &Place, sources: &Sources) -> Result<Option<Vec<Value>>> {
    let Some(bytes) = (sources.read)(&place.file)? else { return Ok(None) };
    let path = locate::Path::parse(&place.path)?;
    let found = file(place, &bytes).locate(&path)?;
    Ok(Some(found.into_iter().map(|located| value(located, &bytes)).collect()))
}

/// The file of a place with these bytes.
pub(super) fn file<'t>(place: &'t Place, bytes: &'t [u8]) -> File<'t> {
    let kind = place.format.map(|format| match format {
        Format::Json => Kind::Json,
        Format::Toml => Kind::Toml,
        Format::Yaml => Kind::Yaml,
        Format::Xml => Kind::Xml,
    });
    File::new(place.file.as_str(), bytes, kind)
}

fn value(located: Located, bytes: &[u8]) -> Value {
    let (prefix, version) = match Version::parse_prefixed(&located.text) {
        Some((prefix, version)) => (prefix.to_owned(), Some(version)),
        None => (String::new(), None),
    };
    Value { line: line_of(bytes, located.span.start), text: located.text, prefix, version, meant: true }
}
