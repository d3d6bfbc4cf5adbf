//! Suites: commands that say whether the work holds, their runs, and how finished work is handed on.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, SeqAccess, Visitor, value};
use serde::{Deserialize, Serialize};

use super::facts::Operation;
use super::id::Id;
use super::time::Time;

/// The field of a workflow that says how a finished item is handed on: a line for the shell.
pub const SUBMIT_COMMAND: &str = "submit_command";

/// The exit status that stands for a command that did not end in time, as timeout(1) has it.
pub const TIMED_OUT: i32 = 124;

/// Commands that run one after the other, from the top of the work tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// How it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What runs; the first that fails ends it.
    pub commands: Vec<CommandLine>,
    /// After how many seconds each command is killed; an hour when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u32>,
}

/// A command of a suite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum CommandLine {
    /// A line for `sh -c`.
    Shell(String),
    /// A program and its arguments, without a shell.
    Argv(Vec<String>),
}

impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shell(line) => f.write_str(line),
            Self::Argv(words) => f.write_str(&words.join(" ")),
        }
    }
}

// By hand, because serde's untagged enums lose the position of an error.
impl<'de> Deserialize<'de> for CommandLine {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = CommandLine;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a line for the shell, or a list: a program and its arguments")
            }

            fn visit_str<E>(self, text: &str) -> Result<CommandLine, E> {
                Ok(CommandLine::Shell(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<CommandLine, A::Error> {
                Vec::deserialize(value::SeqAccessDeserializer::new(list)).map(CommandLine::Argv)
            }
        }

        deserializer.deserialize_any(Either)
    }
}

impl JsonSchema for CommandLine {
    fn schema_name() -> Cow<'static, str> {
        "CommandLine".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "description": "A line for `sh -c`.", "type": "string" },
                {
                    "description": "A program and its arguments, without a shell.",
                    "type": "array", "items": { "type": "string" }, "minItems": 1,
                },
            ],
        })
    }
}

/// A run of a suite (`r1`, `r2`, …).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// Which suite.
    pub suite: Id,
    /// The exit status: 0 when all passed, else that of the first command that failed; 124: it did not end in time.
    pub exit: i32,
    /// The first command that failed.
    pub failed: Option<String>,
    /// How long it took.
    pub seconds: Option<Seconds>,
    /// The tree that it was about, without the state and what is rendered from it.
    pub on: Option<String>,
    /// When it began.
    pub at: Option<Time>,
    /// Who ran it.
    pub by: Option<String>,
}

impl Run {
    /// Whether every command passed.
    pub fn is_passed(&self) -> bool {
        self.exit == 0
    }
}

/// A duration in seconds with one decimal: `12.5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Seconds {
    tenths: u64,
}

impl From<Duration> for Seconds {
    fn from(duration: Duration) -> Self {
        Self { tenths: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX).saturating_add(50) / 100 }
    }
}

impl TryFrom<String> for Seconds {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (whole, tenth) = text.split_once('.').unwrap_or((&text, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let read = || {
            let whole: u64 = whole.parse().ok()?;
            whole.checked_mul(10)?.checked_add(tenth.parse().ok()?)
        };
        let tenths = if digits(whole) && digits(tenth) && tenth.len() == 1 { read() } else { None };
        tenths.map(|tenths| Self { tenths }).ok_or_else(|| format!("`{text}` is not a time like \"12.5\""))
    }
}

impl From<Seconds> for String {
    fn from(seconds: Seconds) -> Self {
        seconds.to_string()
    }
}

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.tenths / 10, self.tenths % 10)
    }
}

impl JsonSchema for Seconds {
    fn schema_name() -> Cow<'static, str> {
        "Seconds".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]+(\\.[0-9])?$" })
    }
}

/// That a finished item was handed on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Submission {
    /// When.
    pub at: Option<Time>,
    /// Who did it.
    pub by: Option<String>,
    /// The commit that was checked out.
    pub commit: Option<String>,
}

/// A work tree of the repository, as far as it is looked at before something is finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkout {
    /// Where it is.
    pub path: String,
    /// Whether it is the one that is asked about.
    pub here: bool,
    /// The branch that is checked out.
    pub branch: Option<String>,
    /// What differs from the commit, untracked files too; `None`: it cannot be looked into.
    pub changed: Option<Vec<String>>,
    /// What git has begun there and not finished.
    pub operation: Option<Operation>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn durations_have_one_decimal() {
        let written = |millis| Seconds::from(Duration::from_millis(millis)).to_string();
        assert_eq!([written(0), written(49), written(50), written(12_460)], ["0.0", "0.0", "0.1", "12.5"]);
        let read = |text: &str| Seconds::try_from(text.to_owned()).map(|seconds| seconds.to_string());
        assert_eq!(read("12.5").unwrap(), "12.5");
        assert_eq!(read("7").unwrap(), "7.0");
        for wrong in ["", ".5", "1.", "1.25", "-1", "1e3", "99999999999999999999"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_command_is_a_line_or_a_list() {
        let read = |value| serde_json::from_value::<CommandLine>(value);
        let argv = read(json!(["bun", "run", "a b"])).unwrap();
        assert_eq!(argv, CommandLine::Argv(vec!["bun".into(), "run".into(), "a b".into()]));
        assert_eq!(read(json!("make test")).unwrap(), CommandLine::Shell("make test".into()));
        assert_eq!(serde_json::to_value(&argv).unwrap(), json!(["bun", "run", "a b"]));
        assert!(read(json!({"run": "x"})).is_err());
        assert!(read(json!([1])).is_err());
    }
}
