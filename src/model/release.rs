//! Where versions stand, and how the next one is found: what the team decided about its releases.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::location::Location;
use super::path::RepoPath;
use crate::error::{Error, Result};

/// What stands for the version in the name of a tag or a branch.
pub const VERSION: &str = "{version}";

/// What stands for the tag in the message of a commit.
pub const TAG: &str = "{tag}";

/// How a tag is called, where the team says nothing.
const USUAL_TAG: &str = "v{version}";

/// The subject of the commit of a bump, where the team says nothing.
const USUAL_MESSAGE: &str = "chore(release): {tag}";

/// Places that hold versions, and how they are released.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Group {
    /// How the places belong together.
    #[serde(skip_serializing_if = "is_usual")]
    pub policy: Policy,
    /// The places; none: the version is in the tags alone.
    pub locations: Vec<Place>,
    /// What a pinned group must hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// How the tags of its releases are called, with `{version}` in it; `v{version}` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The subject of the commit of a bump, with `{tag}` or `{version}` in it; `chore(release): {tag}` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The files and folders that it is made from: only commits that change them count. None: all count.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<RepoPath>,
    /// What a change means before 1.0.0.
    #[serde(skip_serializing_if = "is_usual")]
    pub zero: Zero,
    /// What the types of commits raise, where that is not as usual: `feat` the minor version, `fix` and `perf` the patch.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "super::table::unique")]
    pub types: BTreeMap<String, Level>,
    /// Whether the messages of merges count, too.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub merges: bool,
    /// Whether the lines of a squashed message count that list the commits in it: `* feat: …`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub squash: bool,
    /// The changelog that a bump adds a section to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changelog: Option<RepoPath>,
}

/// One place of a version, or several alike in one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The file.
    pub file: RepoPath,
    /// The value in it: `project.version`, `plugins[0].version`, `plugins[*].version`, `plugins[name=demo].version`, or an
    /// expression with a group: `/^VERSION = "(?P<version>[^"]+)"/`.
    pub path: String,
    /// The format of the file, where its name does not say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// How it is called where it is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// How many values are there; one when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u16>,
}

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// JSON, with comments where they are.
    Json,
    /// TOML.
    Toml,
    /// YAML.
    Yaml,
    /// XML.
    Xml,
}

/// How the places of a group belong together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    /// All hold the same version, and move together.
    #[default]
    Lockstep,
    /// Each holds a version of its own; a bump raises each from where it is.
    Independent,
    /// A bump leaves them; they hold what `value` says.
    Pinned,
}

/// What a change means before 1.0.0, when nothing is promised yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Zero {
    /// What breaks raises the minor version, a feature too.
    #[default]
    Minor,
    /// Everything raises one place lower: what breaks the minor version, a feature the patch.
    Shift,
    /// The same as later; since 1.0.0 has to be asked for, what breaks is then refused.
    Strict,
}

/// What a change raises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Nothing.
    None,
    /// The last of three numbers.
    Patch,
    /// The second.
    Minor,
    /// The first.
    Major,
}

impl Level {
    /// Every level that raises something.
    pub const RAISING: [Self; 3] = [Self::Patch, Self::Minor, Self::Major];

    /// How it is written.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }
}

impl Policy {
    /// How it is written.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Lockstep => "lockstep",
            Self::Independent => "independent",
            Self::Pinned => "pinned",
        }
    }
}

impl Zero {
    /// Every rule.
    pub const ALL: [Self; 3] = [Self::Minor, Self::Shift, Self::Strict];

    /// How it is written.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Minor => "minor",
            Self::Shift => "shift",
            Self::Strict => "strict",
        }
    }
}

fn is_usual<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Default for Group {
    fn default() -> Self {
        Self {
            policy: Policy::Lockstep,
            locations: Vec::new(),
            value: None,
            tag: None,
            message: None,
            paths: Vec::new(),
            zero: Zero::Minor,
            types: BTreeMap::new(),
            merges: false,
            squash: false,
            changelog: None,
        }
    }
}

impl Group {
    /// How the tags of its releases are called, with [`VERSION`] in it.
    pub fn tag(&self) -> &str {
        self.tag.as_deref().unwrap_or(USUAL_TAG)
    }

    /// The subject of the commit of a bump, with [`TAG`] or [`VERSION`] in it.
    pub fn message(&self) -> &str {
        self.message.as_deref().unwrap_or(USUAL_MESSAGE)
    }

    /// Refuses what no reader of a single key sees.
    pub fn validate(&self) -> Result<()> {
        if self.tag().matches(VERSION).count() != 1 {
            return Err(Error::state(format!("the tag `{}` does not have `{VERSION}` once", self.tag()))
                .hint(format!("write it like `{USUAL_TAG}` or `name-{USUAL_TAG}`")));
        }
        if self.value.is_some() != (self.policy == Policy::Pinned) {
            let what = if self.value.is_some() { "only a pinned group has" } else { "a pinned group needs" };
            return Err(Error::state(format!("{what} a `value:`")));
        }
        if let Some(kind) = self.types.keys().find(|kind| kind.to_lowercase() != **kind) {
            return Err(Error::state(format!("the type `{kind}` has capital letters"))
                .hint("types are compared in lower case"));
        }
        for place in &self.locations {
            place.location()?;
            if self.changelog.as_ref() == Some(&place.file) {
                return Err(Error::state(format!("`{}` is a version file and the changelog", place.file)));
            }
            if place.count == Some(0) {
                return Err(Error::state(format!("`{}` is to be there 0 times", place.path)));
            }
        }
        Ok(())
    }
}

impl Place {
    /// The same as it is written in one line.
    pub fn location(&self) -> Result<Location> {
        Location::new(self.file.clone(), &self.path, self.label.as_deref())
    }

    /// How many values are to be there.
    pub fn count(&self) -> usize {
        self.count.unwrap_or(1).into()
    }
}
