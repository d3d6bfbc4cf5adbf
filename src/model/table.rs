//! A mapping keyed by id that keeps the order of the file and refuses the same id twice.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use indexmap::IndexMap;
use indexmap::map::Slice;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use super::id::Id;

/// Values by id, in the order of the file.
#[derive(Clone, Debug)]
pub struct Table<V>(Option<Box<IndexMap<Id, V>>>);

impl<V> Table<V> {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.slice().is_empty()
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.slice().len()
    }

    /// The value of an id.
    pub fn get(&self, id: &Id) -> Option<&V> {
        self.0.as_ref()?.get(id)
    }

    /// The value of an id, to change it.
    pub fn get_mut(&mut self, id: &Id) -> Option<&mut V> {
        self.0.as_mut()?.get_mut(id)
    }

    /// Adds or replaces a value.
    pub fn insert(&mut self, id: Id, value: V) -> Option<V> {
        self.0.get_or_insert_default().insert(id, value)
    }

    /// Ids and values in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Id, &V)> + ExactSizeIterator {
        self.slice().iter()
    }

    /// Ids and values in order, to change the values.
    pub fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = (&Id, &mut V)> + ExactSizeIterator {
        match &mut self.0 {
            Some(map) => map.as_mut_slice().iter_mut(),
            None => Slice::new_mut().iter_mut(),
        }
    }

    /// The values in order.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + ExactSizeIterator {
        self.slice().values()
    }

    /// The ids in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Id> + ExactSizeIterator {
        self.slice().keys()
    }

    /// The last value and its id.
    pub fn last(&self) -> Option<(&Id, &V)> {
        self.slice().last()
    }

    fn slice(&self) -> &Slice<Id, V> {
        match &self.0 {
            Some(map) => map.as_slice(),
            None => Slice::new(),
        }
    }

    /// The next free id of a record: the letter of its kind and a number from one.
    pub fn free(&self, letter: char) -> Id {
        let mut number = self.len() + 1;
        loop {
            let id = Id::numbered(letter, number);
            if self.get(&id).is_none() {
                return id;
            }
            number += 1;
        }
    }

    /// Adds a record under the next free id of its kind.
    pub fn push(&mut self, letter: char, value: V) -> Id {
        let id = self.free(letter);
        self.insert(id.clone(), value);
        id
    }
}

// An item has many tables and most are empty, so that an empty one must cost nothing; the order does not count.
impl<V: PartialEq> PartialEq for Table<V> {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(own), Some(other)) => own == other,
            _ => self.is_empty() && other.is_empty(),
        }
    }
}

impl<V> Default for Table<V> {
    fn default() -> Self {
        Self(None)
    }
}

impl<V> FromIterator<(Id, V)> for Table<V> {
    fn from_iter<I: IntoIterator<Item = (Id, V)>>(pairs: I) -> Self {
        Self(Some(Box::new(pairs.into_iter().collect())))
    }
}

impl<V: Serialize> Serialize for Table<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Table<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<V>(PhantomData<V>);

        impl<'de, V: Deserialize<'de>> Visitor<'de> for Entries<V> {
            type Value = Table<V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping keyed by id")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Table<V>, A::Error> {
                let mut entries: IndexMap<Id, V> = IndexMap::new();
                while let Some(id) = map.next_key::<Id>()? {
                    if entries.contains_key(&id) {
                        return Err(A::Error::custom(format!("duplicate id `{id}`")));
                    }
                    let value = map.next_value()?;
                    entries.insert(id, value);
                }
                Ok(Table(Some(Box::new(entries))))
            }
        }

        deserializer.deserialize_map(Entries(PhantomData))
    }
}

/// Reads a sorted mapping that is not keyed by ids, and refuses the same key twice as well.
pub fn unique<'de, K, V, D>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
where
    K: Deserialize<'de> + Ord + fmt::Debug,
    V: Deserialize<'de>,
    D: Deserializer<'de>,
{
    struct Entries<K, V>(PhantomData<(K, V)>);

    impl<'de, K: Deserialize<'de> + Ord + fmt::Debug, V: Deserialize<'de>> Visitor<'de> for Entries<K, V> {
        type Value = BTreeMap<K, V>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a mapping")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<BTreeMap<K, V>, A::Error> {
            let mut entries = BTreeMap::new();
            while let Some((key, value)) = map.next_entry::<K, V>()? {
                if entries.contains_key(&key) {
                    return Err(A::Error::custom(format!("duplicate key {key:?}")));
                }
                entries.insert(key, value);
            }
            Ok(entries)
        }
    }

    deserializer.deserialize_map(Entries(PhantomData))
}

impl<V: JsonSchema> JsonSchema for Table<V> {
    fn schema_name() -> Cow<'static, str> {
        format!("TableOf{}", V::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<V>();
        schemars::json_schema!({
            "type": "object",
            "additionalProperties": value,
            "propertyNames": { "pattern": "^[A-Za-z][A-Za-z0-9._-]{0,63}$" },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Result<Table<u8>, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn order_is_kept_and_ids_are_single() {
        let known = table(r#"{"b": 1, "a": 2}"#).unwrap();
        assert_eq!(known.keys().map(Id::as_str).collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(serde_json::to_string(&known).unwrap(), r#"{"b":1,"a":2}"#);
        for (text, message) in [
            (r#"{"a": 1, "A": 2}"#, "duplicate id `A`"),
            (r#"{"1": 1}"#, "`1` is not an id"),
            ("[]", "a mapping keyed by id"),
        ] {
            assert!(table(text).unwrap_err().contains(message), "{text}");
        }
    }

    #[test]
    fn new_records_get_the_next_free_number() {
        let mut records = table(r#"{"f1": 1, "f3": 2}"#).unwrap();
        assert_eq!(records.push('f', 3).as_str(), "f4");
        assert_eq!(records.push('f', 3).as_str(), "f5");
        assert_eq!(records.push('d', 3).as_str(), "d5");
    }
}
