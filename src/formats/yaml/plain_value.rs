//! The serde side of the plain subset: every answer is the one that `serde_yaml` gives for the same node.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::plain::{Form, Node, NotMine, Reader, Result, is_dash, skip};
use super::scan::MAX_DEPTH;

impl fmt::Display for NotMine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not in the plain subset")
    }
}

impl std::error::Error for NotMine {}

impl de::Error for NotMine {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// A value to be read as some type.
pub(super) struct Value<'r, 't> {
    pub(super) reader: &'r mut Reader<'t>,
    pub(super) node: Node<'t>,
}

impl<'t> Value<'_, 't> {
    fn entries<T>(self, form: Form, visit: impl FnOnce(&mut Entries<'_, 't>) -> Result<T>) -> Result<T> {
        if self.reader.depth >= MAX_DEPTH {
            return Err(NotMine);
        }
        self.reader.depth += 1;
        let mut entries = Entries { reader: &mut *self.reader, form, first: true, done: false };
        let value = visit(&mut entries)?;
        let done = entries.done;
        self.reader.depth -= 1;
        if done { Ok(value) } else { Err(NotMine) }
    }
}

/// The entries of a collection, one after the other.
struct Entries<'r, 't> {
    reader: &'r mut Reader<'t>,
    form: Form,
    first: bool,
    done: bool,
}

impl<'r, 't> Entries<'r, 't> {
    fn none(reader: &'r mut Reader<'t>) -> Self {
        Self { reader, form: Form::Flow, first: false, done: true }
    }

    fn has_more(&mut self, close: char) -> Result<bool> {
        let more = match self.form {
            Form::Block(column) => self.reader.has_more(column)?,
            Form::Flow => !self.done && self.reader.has_more_inline(close, self.first)?,
        };
        self.first = false;
        self.done |= !more;
        Ok(more)
    }
}

impl<'t> de::MapAccess<'t> for Entries<'_, 't> {
    type Error = NotMine;

    fn next_key_seed<K: DeserializeSeed<'t>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        if !self.has_more('}')? {
            return Ok(None);
        }
        let node = self.reader.key(self.form)?;
        seed.deserialize(Value { reader: &mut *self.reader, node }).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'t>>(&mut self, seed: S) -> Result<S::Value> {
        self.reader.entry(self.form, false, seed)
    }
}

impl<'t> de::SeqAccess<'t> for Entries<'_, 't> {
    type Error = NotMine;

    fn next_element_seed<S: DeserializeSeed<'t>>(&mut self, seed: S) -> Result<Option<S::Value>> {
        if !self.has_more(']')? {
            return Ok(None);
        }
        if let Form::Block(_) = self.form {
            if !is_dash(self.reader.line) {
                // Below a list without an indent of its own, the mapping that it belongs to goes on.
                self.done = true;
                return Ok(None);
            }
            let content = skip(self.reader.line.strip_prefix('-').unwrap_or_default());
            self.reader.column += self.reader.line.len() - content.len();
            self.reader.line = content;
        }
        self.reader.entry(self.form, true, seed).map(Some)
    }
}

macro_rules! refuse {
    ($($name:ident($($arg:ty),*))*) => {
        $(fn $name<V: Visitor<'t>>(self, $(_: $arg,)* _: V) -> Result<V::Value> {
            Err(NotMine)
        })*
    };
}

impl<'t> Deserializer<'t> for Value<'_, 't> {
    type Error = NotMine;

    fn deserialize_any<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value> {
        match self.node {
            Node::Empty => visitor.visit_unit(),
            Node::Plain(text) => visit_plain(text, visitor),
            Node::Quoted(Cow::Borrowed(text)) => visitor.visit_borrowed_str(text),
            Node::Quoted(Cow::Owned(text)) => visitor.visit_string(text),
            Node::Map(form) => self.entries(form, |entries| visitor.visit_map(entries)),
            Node::List(form) => self.entries(form, |entries| visitor.visit_seq(entries)),
        }
    }

    fn deserialize_str<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value> {
        match self.node {
            Node::Empty => visitor.visit_borrowed_str(""),
            Node::Plain(text) => visitor.visit_borrowed_str(text),
            Node::Quoted(_) => self.deserialize_any(visitor),
            _ => Err(NotMine),
        }
    }

    fn deserialize_string<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_f64<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value> {
        match self.node {
            Node::Plain(text) if number(text).is_some() => visitor.visit_f64(float(text)?),
            _ => Err(NotMine),
        }
    }

    fn deserialize_option<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value> {
        match self.node {
            Node::Empty => visitor.visit_none(),
            Node::Plain(text) if is_null(text) => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'t>>(self, _: &'static str, visitor: V) -> Result<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value> {
        match self.node {
            Node::Empty => visitor.visit_seq(Entries::none(self.reader)),
            Node::List(_) => self.deserialize_any(visitor),
            _ => Err(NotMine),
        }
    }

    fn deserialize_map<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value> {
        match self.node {
            Node::Empty => visitor.visit_map(Entries::none(self.reader)),
            Node::Map(_) => self.deserialize_any(visitor),
            _ => Err(NotMine),
        }
    }

    fn deserialize_struct<V: Visitor<'t>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'t>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        match self.node {
            Node::Plain(text) => visitor.visit_enum(StrDeserializer::new(text)),
            Node::Quoted(text) => visitor.visit_enum(text.into_deserializer()),
            _ => Err(NotMine),
        }
    }

    fn deserialize_unit<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value> {
        match self.node {
            Node::Empty => visitor.visit_unit(),
            Node::Plain(text) if is_null(text) => visitor.visit_unit(),
            _ => Err(NotMine),
        }
    }

    // For these the type's own visitor refuses what does not fit.
    forward_to_deserialize_any! { <V: Visitor<'t>> bool i8 i16 i32 i64 u8 u16 u32 u64 ignored_any }

    // No state has these; the general parser knows what to do with them.
    refuse! {
        deserialize_f32() deserialize_char() deserialize_bytes() deserialize_byte_buf()
        deserialize_unit_struct(&'static str) deserialize_tuple(usize)
        deserialize_tuple_struct(&'static str, usize)
    }
}

fn visit_plain<'t, V: Visitor<'t>>(text: &'t str, visitor: V) -> Result<V::Value> {
    match text {
        "true" | "True" | "TRUE" => return visitor.visit_bool(true),
        "false" | "False" | "FALSE" => return visitor.visit_bool(false),
        text if is_null(text) => return visitor.visit_unit(),
        text if !text.starts_with(|first: char| first == '-' || first.is_ascii_digit()) => {
            return visitor.visit_borrowed_str(text);
        }
        _ => {}
    }
    match number(text) {
        Some(true) => visitor.visit_f64(float(text)?),
        Some(false) if text.starts_with('-') => visitor.visit_i64(text.parse().map_err(|_| NotMine)?),
        Some(false) => visitor.visit_u64(text.parse().map_err(|_| NotMine)?),
        // What might be a number in some other notation is left to the general parser.
        None if text.bytes().all(|byte| b"0123456789abcdefABCDEFox_.+-".contains(&byte)) => Err(NotMine),
        None => visitor.visit_borrowed_str(text),
    }
}

fn float(text: &str) -> Result<f64> {
    text.parse().ok().filter(|value: &f64| value.is_finite()).ok_or(NotMine)
}

/// Whether a text is a number in the one notation that all readers share, and whether it has a point.
fn number(text: &str) -> Option<bool> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').map_or((unsigned, None), |(w, f)| (w, Some(f)));
    let (fraction, exponent) = match fraction.and_then(|fraction| fraction.split_once('e')) {
        Some((fraction, exponent)) => (Some(fraction), exponent.strip_prefix(['-', '+']).unwrap_or("")),
        None => (fraction, "0"),
    };
    // `serde_yaml` takes -0 for an integer that is not unsigned.
    let odd = (whole.starts_with('0') && whole.len() > 1) || text == "-0";
    (digits(whole) && !odd && fraction.is_none_or(digits) && digits(exponent)).then_some(fraction.is_some())
}

fn is_null(text: &str) -> bool {
    matches!(text, "null" | "Null" | "NULL" | "~")
}
