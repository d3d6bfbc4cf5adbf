//! How strict a rule is and what it is told: `rules:` of the configuration and of profiles.

use std::collections::BTreeMap;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize};

/// The rules by their ids; which there are is known to those who run them.
pub type Rules = BTreeMap<String, Setting>;

/// How strict a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// It does not run.
    Off,
    /// What it finds is said.
    Warn,
    /// What it finds refuses the commit.
    Error,
}

impl Level {
    /// The word in files, on screen and in `--json`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }

    fn of(word: &str) -> Option<Self> {
        [Self::Off, Self::Warn, Self::Error].into_iter().find(|level| level.word() == word)
    }
}

/// A level, or a level with options.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Setting {
    /// How strict it is; as the process or the rule itself says, when absent.
    pub level: Option<Level>,
    /// How strict it is about files like these; the longest pattern that fits counts.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub paths: BTreeMap<String, Level>,
    /// Files that it is about besides those of the process.
    pub files: Option<Vec<String>>,
    /// Files, or branches, that it leaves out.
    pub exclude: Option<Vec<String>>,
    /// Words that it knows: types of commits, names of branches, files.
    pub allow: Option<Vec<String>>,
    /// Scopes of commits; any, when absent.
    pub scopes: Option<Vec<String>>,
    /// At most so many.
    pub max: Option<usize>,
    /// Whether it asks for more than it usually does: `true` of the rule `item-reference` wants the trailer itself.
    pub strict: Option<bool>,
}

// A word is a level. `off` is no in some versions of YAML, so no is taken for it.
impl<'de> Deserialize<'de> for Setting {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Full {
            level: Option<Level>,
            #[serde(default, deserialize_with = "super::table::unique")]
            paths: BTreeMap<String, Level>,
            files: Option<Vec<String>>,
            exclude: Option<Vec<String>>,
            allow: Option<Vec<String>>,
            scopes: Option<Vec<String>>,
            max: Option<usize>,
            strict: Option<bool>,
        }
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Setting;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("off, warn, error, or a mapping with `level`")
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<Setting, E> {
                let level = Level::of(word).ok_or_else(|| unknown(word))?;
                Ok(Setting { level: Some(level), ..Setting::default() })
            }

            fn visit_bool<E: de::Error>(self, word: bool) -> Result<Setting, E> {
                if word { Err(unknown("true")) } else { self.visit_str("off") }
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Setting, A::Error> {
                let Full { level, paths, files, exclude, allow, scopes, max, strict } =
                    Full::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(Setting { level, paths, files, exclude, allow, scopes, max, strict })
            }
        }
        from.deserialize_any(Either)
    }
}

impl<'de> Deserialize<'de> for Level {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Word;
        impl Visitor<'_> for Word {
            type Value = Level;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("off, warn or error")
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<Level, E> {
                Level::of(word).ok_or_else(|| unknown(word))
            }

            fn visit_bool<E: de::Error>(self, word: bool) -> Result<Level, E> {
                if word { Err(unknown("true")) } else { Ok(Level::Off) }
            }
        }
        from.deserialize_any(Word)
    }
}

fn unknown<E: de::Error>(word: &str) -> E {
    E::custom(format!("`{word}` is no level: off, warn or error"))
}

impl JsonSchema for Level {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Level".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "How strict a rule is.", "enum": ["off", "warn", "error", false] })
    }
}

/// The JSON Schema of [`Rules`]: a level, or a mapping.
pub fn schema(generator: &mut SchemaGenerator) -> Schema {
    let setting = generator.subschema_for::<Setting>();
    let level = generator.subschema_for::<Level>();
    json_schema!({
        "description": "The rules by their ids: git track explain lists them.",
        "type": "object",
        "additionalProperties": { "anyOf": [level, setting] }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Setting, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn a_setting_is_a_level_or_a_mapping() {
        assert_eq!(read("\"warn\"").unwrap().level, Some(Level::Warn));
        assert_eq!(read("false").unwrap().level, Some(Level::Off));
        let full = read(r#"{"level": "error", "max": 60, "paths": {"docs/**": "off", "a": false}}"#).unwrap();
        assert_eq!((full.level, full.max, full.paths.len()), (Some(Level::Error), Some(60), 2));
        assert_eq!(full.paths.get("a"), Some(&Level::Off));
        assert!(read("\"loud\"").unwrap_err().contains("`loud` is no level"));
        assert!(read("true").is_err());
        assert!(read(r#"{"levle": "off"}"#).unwrap_err().contains("levle"));
    }
}
