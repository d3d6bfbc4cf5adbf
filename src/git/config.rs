//! Settings, with everything that `git -c` and the environment add.

use std::collections::BTreeMap;
use std::path::PathBuf;

use git2::ConfigLevel;

use super::ask::{path_line, records, split_once};
use super::{Repo, Trouble};
use crate::error::{Error, Result};
use crate::model::facts::Identity;

/// Who answers questions about settings.
pub(super) enum Settings {
    /// libgit2 reads the same files as git.
    Files,
    /// Git did, once, because libgit2 does not know all the places.
    Asked(BTreeMap<Vec<u8>, Vec<u8>>),
}

impl Repo {
    /// The value that counts of a setting; `true` for one without a value.
    pub fn config(&self, key: &str) -> Result<Option<String>> {
        let bytes = match self.settings()? {
            Settings::Asked(all) => all.get(canonical(key).as_bytes()).cloned(),
            Settings::Files => self.value_in_files(key)?,
        };
        bytes
            .map(|value| {
                String::from_utf8(value)
                    .map_err(|_| Error::repository(format!("the setting `{key}` is not UTF-8")))
            })
            .transpose()
    }

    /// The author that git would record, if somebody told it; never one made up from the host name.
    pub fn identity(&self) -> Result<Option<Identity>> {
        let Some(name) = self.author("GIT_AUTHOR_NAME", "name")? else { return Ok(None) };
        let email = self.author("GIT_AUTHOR_EMAIL", "email")?.unwrap_or_default();
        Ok(Some(Identity { name, email }))
    }

    fn author(&self, var: &str, key: &str) -> Result<Option<String>> {
        let given =
            self.vars.get(std::ffi::OsStr::new(var)).map(|value| value.to_string_lossy().into_owned());
        let places = [format!("author.{key}"), format!("user.{key}")];
        let mut places = places.iter();
        let mut value = given.filter(|text| !text.trim().is_empty());
        while value.is_none()
            && let Some(place) = places.next()
        {
            value = self.config(place)?.filter(|text| !text.trim().is_empty());
        }
        Ok(value)
    }

    /// Where git looks for hooks.
    pub fn hooks_dir(&self) -> Result<PathBuf> {
        if self.config("core.hooksPath")?.is_none() {
            return Ok(self.common_dir.join("hooks"));
        }
        // Only git knows all that may stand in such a path: `~user/`, `%(prefix)/`.
        let call = self.ask(["rev-parse", "--path-format=absolute", "--git-path", "hooks"]);
        let output = call.run()?;
        if output.is_success() { Ok(path_line(&output)) } else { Err(call.failure(&output)) }
    }

    pub(super) fn settings(&self) -> Result<&Settings> {
        if let Some(known) = self.config.get() {
            return Ok(known);
        }
        let files = if self.environment_adds() { false } else { self.files_suffice()? };
        let settings = if files { Settings::Files } else { self.asked_settings()? };
        Ok(self.config.get_or_init(|| settings))
    }

    fn environment_adds(&self) -> bool {
        let set =
            |name: &str| self.vars.get(std::ffi::OsStr::new(name)).is_some_and(|value| !value.is_empty());
        set("GIT_CONFIG_PARAMETERS")
            || set("GIT_CONFIG_COUNT")
            || set("GIT_CONFIG_SYSTEM")
            || (set("GIT_CONFIG_GLOBAL") && !self.without_global())
    }

    fn without_global(&self) -> bool {
        self.vars
            .get(std::ffi::OsStr::new("GIT_CONFIG_GLOBAL"))
            .is_some_and(|value| value.is_empty() || value == "/dev/null")
    }

    fn without_system(&self) -> bool {
        self.vars.get(std::ffi::OsStr::new("GIT_CONFIG_NOSYSTEM")).is_some_and(|value| {
            !["", "0", "false", "no", "off"].iter().any(|no| value.eq_ignore_ascii_case(no))
        })
    }

    /// libgit2 passes over `includeIf.hasconfig:…` without a word.
    fn files_suffice(&self) -> Result<bool> {
        self.read(
            |lib| {
                let config = lib.config()?;
                let mut unseen = config.entries(Some("^includeif\\.hasconfig:"))?;
                Ok(unseen.next().is_none())
            },
            || Ok(false),
        )
    }

    fn asked_settings(&self) -> Result<Settings> {
        let listing = self.ask(["config", "--list", "-z"]).checked()?;
        let pairs = records(&listing).map(|record| {
            let (key, value) = split_once(record, b'\n').unwrap_or((record, b"true"));
            (key.to_vec(), value.to_vec())
        });
        // The last one wins, and a map keeps the last one.
        Ok(Settings::Asked(pairs.collect()))
    }

    fn value_in_files(&self, key: &str) -> Result<Option<Vec<u8>>> {
        let Some(lib) = &self.lib else { return Ok(None) };
        let found = || -> Result<Option<Vec<u8>>, git2::Error> {
            let config = lib.config()?.snapshot()?;
            let mut values = config.multivar(key, None)?;
            let mut last = None;
            while let Some(entry) = values.next() {
                let entry = entry?;
                let skipped = match entry.level() {
                    ConfigLevel::Global | ConfigLevel::XDG => self.without_global(),
                    ConfigLevel::System | ConfigLevel::ProgramData => self.without_system(),
                    _ => false,
                };
                if !skipped {
                    last =
                        Some(if entry.has_value() { entry.value_bytes().to_vec() } else { b"true".to_vec() });
                }
            }
            Ok(last)
        };
        match found() {
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            other => other.map_err(|error| match Trouble::from(error) {
                Trouble::Fatal(error) => error.context(format!("the setting `{key}`")),
                Trouble::AskGit => Error::repository(format!("the setting `{key}` cannot be read")),
            }),
        }
    }
}

/// As `git config --list` prints it: section and name are lower case, what is between them is not.
fn canonical(key: &str) -> String {
    match (key.find('.'), key.rfind('.')) {
        (Some(first), Some(last)) => {
            let (head, rest) = key.split_at(first);
            let (middle, name) = rest.split_at(last - first);
            format!("{}{middle}{}", head.to_ascii_lowercase(), name.to_ascii_lowercase())
        }
        _ => key.to_ascii_lowercase(),
    }
}
