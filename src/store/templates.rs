//! Templates: those that come with the program, the team's own over them, and which of those this machine trusts.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{Error, Result};
use crate::files::EntryKind;
use crate::model::edit::{Edit, Root};
use crate::model::id::Id;
use crate::model::path::RepoPath;

use super::profiles::{shared, shipped_file};
use super::{At, FOLDER, Store};

/// The file below the git directory of all worktrees that lists what is trusted: an id of content in each line.
const TRUST: &str = "track/trust";

/// The longest list of what is trusted, in bytes.
const LONGEST: u64 = 1024 * 1024;

/// The largest template, in bytes; one more than may be, so that it can be said.
const LARGEST: u64 = 32 * 1024 + 1;

/// A template and those that it may use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bundle {
    /// By the name that they are asked for.
    pub templates: BTreeMap<String, String>,
    /// Those that come from the repository.
    pub own: Vec<Own>,
}

/// A template or commands of the team that run only when they are trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    /// Where it stands: a file, of commands with the key in it.
    pub name: String,
    /// The id of its content.
    pub id: String,
    /// The commands; none of a template.
    pub commands: Vec<String>,
}

impl Store {
    /// A template of a process with everything that it names.
    pub fn templates(&self, at: &At, profile: &Id, name: &str) -> Result<Bundle> {
        let mut bundle = Bundle::default();
        let mut open = vec![name.to_owned()];
        while let Some(name) = open.pop() {
            if bundle.templates.contains_key(&name) {
                continue;
            }
            let Some(text) = self.template(at, profile, &name, &mut bundle.own)? else {
                if bundle.templates.is_empty() {
                    let error = Error::state(format!("profile {profile} has no template `{name}`"));
                    return Err(error.hint(format!("write {FOLDER}/profiles/{profile}/{name}")));
                }
                continue;
            };
            open.extend(named(&text));
            bundle.templates.insert(name, text);
        }
        Ok(bundle)
    }

    // The team's own, else the shipped one, else the one that all processes share.
    fn template(&self, at: &At, profile: &Id, name: &str, own: &mut Vec<Own>) -> Result<Option<String>> {
        let shipped = || shipped_file(profile.as_str(), name).or_else(|| shared(name));
        let Ok(path) = RepoPath::parse(&format!("{FOLDER}/profiles/{profile}/{name}")) else {
            return Ok(None);
        };
        let Some(bytes) = self.read(at, &path)? else { return Ok(shipped().map(str::to_owned)) };
        if bytes.len() as u64 >= LARGEST {
            return Err(Error::state(format!("the template {path} is larger than 32 KiB")));
        }
        let text = String::from_utf8(bytes)
            .map_err(|_| Error::state(format!("the template {path} is not UTF-8")))?;
        // How a checkout ends its lines is no part of what a template says.
        let text = text.replace("\r\n", "\n");
        let id = self.repo.hash(text.as_bytes())?.to_string();
        // A copy that nobody has changed is as good as the original.
        if shipped() != Some(text.as_str()) {
            own.push(Own { name: path.to_string(), id, commands: Vec::new() });
        }
        Ok(Some(text))
    }

    /// The templates of the team in the work tree, changed or added ones only.
    pub fn own_templates(&self) -> Result<Vec<Own>> {
        let folder = RepoPath::parse(&format!("{FOLDER}/profiles"))?;
        let mut own = Vec::new();
        for profile in self.files.list(Root::WorkTree, &folder)? {
            let Ok(id) = Id::parse(&profile.name) else { continue };
            if profile.kind != EntryKind::Dir {
                continue;
            }
            self.own_below(&id, &folder.join(&profile.name)?, "", &mut own)?;
        }
        Ok(own)
    }

    // Of a folder of a process and those in it; `above` is the way to it, with a `/` at its end.
    fn own_below(&self, profile: &Id, folder: &RepoPath, above: &str, own: &mut Vec<Own>) -> Result<()> {
        for file in self.files.list(Root::WorkTree, folder)? {
            let name = format!("{above}{}", file.name);
            match file.kind {
                EntryKind::Dir => {
                    self.own_below(profile, &folder.join(&file.name)?, &format!("{name}/"), own)?;
                }
                EntryKind::File if name != "profile.yaml" => {
                    self.template(&At::WorkTree, profile, &name, own)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The ids of content that this machine trusts for this repository.
    pub fn trusted(&self) -> Result<BTreeSet<String>> {
        let bytes = self.files.read(Root::CommonDir, &RepoPath::parse(TRUST)?, LONGEST)?;
        let text = String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned();
        let id = |line: &str| line.split_whitespace().next().map(str::to_owned);
        Ok(text.lines().filter_map(id).collect())
    }

    /// The edit after which these files are trusted, too: other worktrees have other ones.
    pub fn trust(&self, own: &[Own]) -> Result<Option<Edit>> {
        let own: BTreeSet<String> = own.iter().map(|own| format!("{} {}", own.id, own.name)).collect();
        self.trusting(|known| known.union(&own).cloned().collect())
    }

    /// The edit after which nothing is trusted.
    pub fn distrust(&self) -> Result<Option<Edit>> {
        self.trusting(|_| BTreeSet::new())
    }

    fn trusting(&self, changed: impl FnOnce(&BTreeSet<String>) -> BTreeSet<String>) -> Result<Option<Edit>> {
        let path = RepoPath::parse(TRUST)?;
        let before = self.files.read(Root::CommonDir, &path, LONGEST)?;
        let known = String::from_utf8_lossy(before.as_deref().unwrap_or_default()).into_owned();
        let known = known.lines().map(str::to_owned).filter(|line| !line.trim().is_empty()).collect();
        let text: String = changed(&known).into_iter().map(|line| line + "\n").collect();
        let after = Some(text.into_bytes()).filter(|text| !text.is_empty());
        let edit = Edit { root: Root::CommonDir, path, before, after, executable: false };
        Ok((edit.before != edit.after).then_some(edit))
    }
}

// The names of templates stand in quotes where they are used. A name that is put together there cannot be found, and
// the template is refused for not having it.
fn named(text: &str) -> Vec<String> {
    let quoted = text.split(['"', '\'']).skip(1);
    let is_name = |name: &&str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
        name.contains('.') && name.chars().all(plain) && !name.starts_with(['.', '/'])
    };
    quoted.filter(is_name).map(str::to_owned).collect()
}
