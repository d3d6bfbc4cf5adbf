//! Processes: those that come with the program, every folder of `templates/` built in, and the team's own over them.

use include_dir::{Dir, include_dir};

use crate::error::{Error, Result, nearest};
use crate::files::EntryKind;
use crate::formats::yaml;
use crate::model::edit::Root;
use crate::model::id::Id;
use crate::model::path::RepoPath;
use crate::model::profile::{Profile, ROOT};
use crate::model::workflow::SCHEMA;

use super::configuration::newer;
use super::snapshot::source;
use super::{At, FOLDER, Store};

static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// A process that comes with the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shipped {
    /// The name of its folder.
    pub name: &'static str,
    /// Its files: the path inside the folder, and the text.
    pub files: Vec<(&'static str, &'static str)>,
}

/// The processes that come with the program, by name.
pub fn shipped() -> Vec<Shipped> {
    let mut all: Vec<Shipped> = TEMPLATES
        .dirs()
        .filter_map(|dir| {
            let name = dir.path().to_str()?;
            let file = |file: &'static include_dir::File<'static>| {
                Some((file.path().strip_prefix(name).ok()?.to_str()?, file.contents_utf8()?))
            };
            Some(Shipped { name, files: dir.files().filter_map(file).collect() })
        })
        .collect();
    all.sort_by_key(|shipped| shipped.name);
    all
}

/// A file of a process that comes with the program.
pub(super) fn shipped_file(process: &str, name: &str) -> Option<&'static str> {
    TEMPLATES.get_file(format!("{process}/{name}"))?.contents_utf8()
}

/// A template that all processes share.
pub(super) fn shared(name: &str) -> Option<&'static str> {
    TEMPLATES.get_file(name)?.contents_utf8()
}

/// The process of that name that comes with the program.
pub(super) fn shipped_profile(name: &Id) -> Option<Profile> {
    let text = shipped_file(name.as_str(), "profile.yaml")?;
    yaml::read_own(text.as_bytes(), "profile.yaml").ok()
}

impl Store {
    /// The process of that name or alias: the team's own, else the shipped one.
    pub fn profile(&self, at: &At, name: &Id) -> Result<Profile> {
        if let Some(profile) = self.profile_named(at, name)? {
            return Ok(profile);
        }
        let known = self.profile_names(at)?;
        for other in known.iter().filter_map(|other| Id::parse(other).ok()) {
            if let Some(profile) = self.profile_named(at, &other)?
                && profile.answers_to(name)
            {
                return Ok(profile);
            }
        }
        let error = Error::not_found(format!("there is no profile `{name}`"));
        Err(match nearest(name.as_str(), known.iter().map(String::as_str)) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint(format!("known profiles: {}", known.join(", "))),
        })
    }

    /// The names of all processes, shipped or the team's own.
    pub fn profile_names(&self, at: &At) -> Result<Vec<String>> {
        let folder = RepoPath::parse(&format!("{FOLDER}/profiles"))?;
        let mut names: Vec<String> = shipped().iter().map(|shipped| shipped.name.to_owned()).collect();
        match source(at) {
            None => {
                let entries = self.files.list(Root::WorkTree, &folder)?;
                names.extend(
                    entries.into_iter().filter(|entry| entry.kind == EntryKind::Dir).map(|entry| entry.name),
                );
            }
            Some(source) => {
                let files = self.repo.list(&source, &folder)?;
                let name = |path: &RepoPath| path.components().nth(2).map(str::to_owned);
                names.extend(files.iter().filter_map(|file| name(&file.path)));
            }
        }
        names.sort();
        names.dedup();
        Ok(names)
    }

    fn profile_named(&self, at: &At, name: &Id) -> Result<Option<Profile>> {
        let name = name.as_str();
        let path = RepoPath::parse(&format!("{FOLDER}/profiles/{name}/profile.yaml"))?;
        let own = self.read(at, &path)?;
        let (text, file) = match (&own, shipped_file(name, "profile.yaml")) {
            (Some(own), _) => (own.as_slice(), path.to_string()),
            (None, Some(shipped)) => (shipped.as_bytes(), format!("templates/{name}/profile.yaml")),
            (None, None) => return Ok(None),
        };
        let profile: Profile =
            if own.is_some() { yaml::read(text, &file)? } else { yaml::read_own(text, &file)? };
        if profile.schema != SCHEMA {
            return Err(newer(profile.schema, text, &file));
        }
        let unsound = |message: String, keys: &[&str]| match yaml::locate(
            &String::from_utf8_lossy(text),
            &file,
            keys,
        ) {
            Some(at) => Error::state(message).at(at),
            None => Error::state(message),
        };
        if profile.profile.as_str() != name {
            let message = format!("the profile is called {} but its folder {name}", profile.profile);
            return Err(unsound(message, &["profile"]));
        }
        if let Some((keys, message)) = profile.dangling() {
            return Err(unsound(message, &keys.iter().map(String::as_str).collect::<Vec<_>>()));
        }
        match profile.unknown_kind() {
            None => Ok(Some(profile)),
            Some((kind, under)) => {
                let error = unsound(
                    format!("there is no kind `{under}` for {kind} to stand under"),
                    &["kinds", kind, "under"],
                );
                let known = profile.kinds.keys().map(Id::as_str).chain([ROOT]);
                Err(nearest(under, known)
                    .into_iter()
                    .fold(error, |error, near| error.hint(format!("did you mean `{near}`?"))))
            }
        }
    }
}
