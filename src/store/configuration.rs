//! What the team decided, as it is read from its file.

use crate::error::{Error, Result};
use crate::formats::locate::Path;
use crate::formats::yaml;
use crate::model::config::{Config, SERIES};
use crate::model::release::Policy;
use crate::model::workflow::SCHEMA;

use super::CONFIG;
use super::snapshot::placed;

pub(super) fn read_config(bytes: &[u8]) -> Result<Config> {
    let config: Config = match yaml::read(bytes, CONFIG) {
        Ok(config) => config,
        Err(error) => return Err(newer_schema(bytes, CONFIG).unwrap_or(error)),
    };
    if config.schema != SCHEMA {
        return Err(newer(config.schema, bytes, CONFIG));
    }
    match &config.git_track {
        Some(series) if series != SERIES => {
            let text = String::from_utf8_lossy(bytes);
            let error = Error::state(format!("this repository is for git-track {series}; this is {SERIES}"))
                .hint(format!(
                    "install git-track {series}, or set `git_track: \"{SERIES}\"` after upgrading the team"
                ));
            Err(match yaml::locate(&text, CONFIG, &["git_track"]) {
                Some(at) => error.at(at),
                None => error,
            })
        }
        _ => {
            for (id, group) in config.versions.iter() {
                let paths = group.locations.iter().try_for_each(|place| Path::parse(&place.path).map(drop));
                paths
                    .and_then(|()| group.validate())
                    .map_err(|error| placed(error, bytes, CONFIG, &["versions", id.as_str()]))?;
            }
            let moving = || config.versions.iter().filter(|(_, group)| group.policy == Policy::Lockstep);
            for (at, (id, group)) in moving().enumerate() {
                if let Some((other, _)) = moving().take(at).find(|(_, other)| other.tag() == group.tag()) {
                    let error = Error::state(format!("its tags are called like those of `{other}`"))
                        .hint(format!("set `tag: \"{id}-{}\"`", group.tag()));
                    return Err(placed(error, bytes, CONFIG, &["versions", id.as_str()]));
                }
            }
            Ok(config)
        }
    }
}

pub(super) fn newer_schema(bytes: &[u8], file: &str) -> Option<Error> {
    let schema = yaml::tree(bytes, file).ok()?.get("schema")?.as_u64()?;
    let schema = u32::try_from(schema).ok().filter(|&schema| schema > SCHEMA)?;
    Some(newer(schema, bytes, file))
}

pub(super) fn newer(schema: u32, bytes: &[u8], file: &str) -> Error {
    let error = Error::state(format!(
        "schema {schema} was written by a newer git-track; this one reads schema {SCHEMA}"
    ))
    .hint("upgrade git-track; nothing is written");
    match yaml::locate(&String::from_utf8_lossy(bytes), file, &["schema"]) {
        Some(at) => error.at(at),
        None => error,
    }
}
