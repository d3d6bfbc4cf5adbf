//! The fields that a process declares for itself.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor, value};
use serde::{Deserialize, Serialize};

use super::check::Checks;
use super::id::Id;
use super::location::Location;
use super::path::RepoPath;
use super::table::Table;
use super::time::{Date, Time};

/// A field as a profile declares it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// What may stand in it.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// How it is called on screen and in documents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The only values it may have; of a mapping: its keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<String>,
    /// Of a mapping: the only values that these keys may have.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "super::table::unique")]
    pub values: BTreeMap<String, Vec<String>>,
    /// The document whose front matter gives its value as soon as it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Id>,
    /// The variable of the environment that a new workflow takes it from, where it is a path in the repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variable: Option<String>,
    /// No two open workflows of the process may have the same value.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unique: bool,
    /// What must hold before it may get one of these values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "super::table::unique")]
    pub guards: BTreeMap<String, Checks>,
    /// Of a yes or no: the word that marks a workflow which says yes, wherever its state is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
    /// Whether `new` and `add` insist on it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
}

/// The type of a declared field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FieldType {
    /// Any text.
    Text,
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Int,
    /// A calendar date.
    Date,
    /// A moment.
    Time,
    /// A path in the repository.
    Path,
    /// Texts.
    List,
    /// Texts by name.
    Map,
    /// Values in files, each as the file, the path of the value in it and perhaps `as` with a label.
    Locations,
}

impl fmt::Display for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "a text",
            Self::Bool => "true or false",
            Self::Int => "a whole number",
            Self::Date => "a date like 2026-02-12",
            Self::Time => "a time like 2026-02-12T09:00:00Z",
            Self::Path => "a path relative to the repository",
            Self::List => "a list of texts",
            Self::Map => "a mapping of texts",
            Self::Locations => "a list of locations like `pyproject.toml project.version`",
        })
    }
}

impl Field {
    /// Checks a stored value; the error completes "`name` is …".
    pub fn check(&self, value: &FieldValue) -> Result<(), String> {
        let fits = match (self.kind, value) {
            (FieldType::Text, FieldValue::Text(_))
            | (FieldType::Bool, FieldValue::Bool(_))
            | (FieldType::Int, FieldValue::Int(_))
            | (FieldType::List | FieldType::Locations, FieldValue::List(_))
            | (FieldType::Map, FieldValue::Map(_)) => true,
            (FieldType::Date, FieldValue::Text(text)) => Date::parse(text).is_ok(),
            (FieldType::Time, FieldValue::Text(text)) => Time::parse(text).is_ok(),
            (FieldType::Path, FieldValue::Text(text)) => RepoPath::parse(text).is_ok(),
            _ => false,
        };
        if !fits {
            return Err(format!("not {}", self.kind));
        }
        match value {
            FieldValue::Text(text) if !self.of.is_empty() && !self.of.contains(text) => {
                Err(format!("none of {}", self.of.join(", ")))
            }
            FieldValue::Map(map)
                if !self.of.is_empty()
                    && !map.keys().all(|key| self.of.iter().any(|known| known == key.as_str())) =>
            {
                Err(format!("not a mapping of {}", self.of.join(", ")))
            }
            FieldValue::Map(map) => {
                let strange = map.iter().find_map(|(key, value)| {
                    let known = self.values.get(key.as_str())?;
                    (!known.contains(value)).then(|| format!("not one of `{key}: {}`", known.join(", ")))
                });
                strange.map_or(Ok(()), Err)
            }
            FieldValue::List(list) if self.kind == FieldType::Locations => {
                let wrong = list.iter().find_map(|text| Location::parse(text).err());
                wrong.map_or(Ok(()), |error| Err(format!("not {}: {}", self.kind, error.message())))
            }
            _ => Ok(()),
        }
    }

    /// Reads a value as it is typed on the command line: lists with commas, mappings as `key: value, …`.
    pub fn parse(&self, text: &str) -> Result<FieldValue, String> {
        let unfit = || format!("not {}", self.kind);
        let parts = || text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let value = match self.kind {
            FieldType::Bool => FieldValue::Bool(match text {
                "true" | "yes" => true,
                "false" | "no" => false,
                _ => return Err(unfit()),
            }),
            FieldType::Int => FieldValue::Int(text.parse().map_err(|_| unfit())?),
            FieldType::List => FieldValue::List(parts().map(str::to_owned).collect()),
            FieldType::Locations => {
                let list = Location::list(text);
                let list = list.map_err(|error| format!("{}: {}", unfit(), error.message()))?;
                FieldValue::List(list.iter().map(Location::to_string).collect())
            }
            FieldType::Map => {
                let pair = |part: &str| {
                    let (key, value) = part.split_once(':')?;
                    Some((Id::parse(key.trim()).ok()?, value.trim().to_owned()))
                };
                FieldValue::Map(parts().map(pair).collect::<Option<_>>().ok_or_else(unfit)?)
            }
            _ => FieldValue::Text(text.to_owned()),
        };
        self.check(&value).map(|()| value)
    }
}

/// The value of a declared field.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum FieldValue {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any text.
    Text(String),
    /// Texts.
    List(Vec<String>),
    /// Texts by name.
    Map(Table<String>),
}

impl fmt::Display for FieldValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Text(text) => f.write_str(text),
            Self::List(list) => f.write_str(&list.join(", ")),
            Self::Map(map) => {
                let pairs: Vec<_> = map.iter().map(|(key, value)| format!("{key}: {value}")).collect();
                f.write_str(&pairs.join(", "))
            }
        }
    }
}

// By hand, because serde's untagged enums lose the position of an error and hide a key given twice.
impl<'de> Deserialize<'de> for FieldValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = FieldValue;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, true or false, a whole number, a list or a mapping of texts")
            }

            fn visit_bool<E>(self, value: bool) -> Result<FieldValue, E> {
                Ok(FieldValue::Bool(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<FieldValue, E> {
                Ok(FieldValue::Int(value))
            }

            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<FieldValue, E> {
                i64::try_from(value).map(FieldValue::Int).map_err(|_| E::custom("the number is too large"))
            }

            fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<FieldValue, E> {
                Err(E::custom(format!("a number with a point loses digits here; quote it: \"{value}\"")))
            }

            fn visit_str<E>(self, text: &str) -> Result<FieldValue, E> {
                Ok(FieldValue::Text(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<FieldValue, A::Error> {
                Vec::deserialize(value::SeqAccessDeserializer::new(seq)).map(FieldValue::List)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<FieldValue, A::Error> {
                Table::deserialize(value::MapAccessDeserializer::new(map)).map(FieldValue::Map)
            }

            fn visit_unit<E: serde::de::Error>(self) -> Result<FieldValue, E> {
                Err(E::custom("there is no value; write one or remove the key"))
            }
        }

        deserializer.deserialize_any(Any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(kind: FieldType, of: &[&str]) -> Field {
        Field {
            kind,
            title: None,
            of: of.iter().map(|&s| s.to_owned()).collect(),
            values: BTreeMap::new(),
            from: None,
            unique: false,
            guards: BTreeMap::new(),
            mark: None,
            required: false,
            variable: None,
        }
    }

    #[test]
    fn values_are_typed() {
        let text = |text: &str| FieldValue::Text(text.to_owned());
        let risk = field(FieldType::Text, &["low", "high"]);
        assert_eq!(risk.parse("low"), Ok(text("low")));
        assert_eq!(risk.parse("huge"), Err("none of low, high".to_owned()));
        assert_eq!(field(FieldType::Bool, &[]).parse("false"), Ok(FieldValue::Bool(false)));
        assert!(field(FieldType::Bool, &[]).parse("maybe").is_err());
        assert_eq!(field(FieldType::Int, &[]).parse("-3"), Ok(FieldValue::Int(-3)));
        let list = FieldValue::List(vec!["a".to_owned(), "b".to_owned()]);
        assert_eq!(field(FieldType::List, &[]).parse("a, b"), Ok(list));
        let map = field(FieldType::Map, &[]).parse("agent: x, version: 2").unwrap();
        assert_eq!(map.to_string(), "agent: x, version: 2");
        assert!(field(FieldType::Map, &[]).parse("agent").is_err());
        let values = BTreeMap::from([("size".to_owned(), vec!["s".to_owned(), "m".to_owned()])]);
        let shirt = Field { values, ..field(FieldType::Map, &["size", "colour"]) };
        assert!(shirt.parse("size: m, colour: any").is_ok());
        assert_eq!(shirt.parse("size: xl"), Err("not one of `size: s, m`".to_owned()));
        let places = field(FieldType::Locations, &[]);
        let two = ["a.toml v as x", "b.json \"c,d\""].map(str::to_owned).to_vec();
        assert_eq!(places.parse("a.toml  v as x, b.json \"c,d\""), Ok(FieldValue::List(two)));
        let wrong = "not a list of locations like `pyproject.toml project.version`";
        assert_eq!(places.check(&text("a.toml v")), Err(wrong.to_owned()));
        let why = format!("{wrong}: `a.toml` names no path in the file");
        assert_eq!(places.check(&FieldValue::List(vec!["a.toml".to_owned()])), Err(why.clone()));
        assert_eq!(places.parse("a.toml"), Err(why));
        assert!(field(FieldType::Date, &[]).check(&text("2026-02-30")).is_err());
        assert!(field(FieldType::Text, &[]).check(&FieldValue::Int(1)).is_err());
    }
}
