//! A version by the rules of Semantic Versioning, as places and tags hold it.

use std::cmp::Ordering;
use std::fmt;

use crate::error::{Error, Result};
use crate::model::release::{Level, Zero};

/// A version: three numbers, perhaps what comes before it is out, perhaps the build.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(semver::Version);

impl Version {
    /// What stands where nothing was released.
    pub const ZERO: Self = Self(semver::Version::new(0, 0, 0));

    /// A version as it is written; nothing may stand before or behind it.
    pub fn parse(text: &str) -> Option<Self> {
        semver::Version::parse(text).ok().map(Self)
    }

    /// The same with a `v` before it, where one is, or the sign of a requirement: `=1.2.3`.
    pub fn parse_prefixed(text: &str) -> Option<(&str, Self)> {
        let rest = text.strip_prefix(['v', 'V', '=', '^', '~']).unwrap_or(text);
        let (prefix, rest) = text.split_at(text.len() - rest.len());
        Self::parse(rest).map(|version| (prefix, version))
    }

    /// Whether it is not out yet: `1.0.0-rc.1`.
    pub fn is_pre(&self) -> bool {
        !self.0.pre.is_empty()
    }

    /// Whether nothing is promised yet.
    pub fn is_initial(&self) -> bool {
        self.0.major == 0
    }

    /// The three numbers alone.
    #[must_use]
    pub fn core(&self) -> Self {
        Self(semver::Version::new(self.0.major, self.0.minor, self.0.patch))
    }

    /// How the two compare when they are released: builds make no difference.
    pub fn precedence(&self, other: &Self) -> Ordering {
        self.0.cmp_precedence(&other.0)
    }

    /// The next version of a level. What is not out yet comes out, when that is as much as was asked for.
    #[must_use]
    pub fn raised(&self, level: Level) -> Self {
        let semver::Version { major, minor, patch, .. } = self.0;
        let fits = match level {
            Level::None => return self.clone(),
            Level::Patch => true,
            Level::Minor => patch == 0,
            Level::Major => patch == 0 && minor == 0,
        };
        if self.is_pre() && fits {
            return self.core();
        }
        let (major, minor, patch) = match level {
            Level::Major => (major.saturating_add(1), 0, 0),
            Level::Minor => (major, minor.saturating_add(1), 0),
            Level::Patch | Level::None => (major, minor, patch.saturating_add(1)),
        };
        Self(semver::Version::new(major, minor, patch))
    }

    /// What a level means for the version after this one.
    pub fn effective(&self, level: Level, zero: Zero) -> Level {
        match (zero, level) {
            _ if !self.is_initial() => level,
            (Zero::Minor | Zero::Shift, Level::Major) => Level::Minor,
            (Zero::Shift, Level::Minor) => Level::Patch,
            _ => level,
        }
    }

    /// The level that leads from an earlier version to this one.
    pub fn level_from(&self, before: &Self) -> Level {
        if self.0.major != before.0.major {
            Level::Major
        } else if self.0.minor != before.0.minor {
            Level::Minor
        } else if self.core() == before.core() {
            Level::None
        } else {
            Level::Patch
        }
    }

    /// The number behind a label: 2 of `1.0.0-rc.2`; 0 of `1.0.0-rc`.
    pub fn number_of(&self, label: &str) -> Option<u64> {
        let rest = self.0.pre.as_str().strip_prefix(label)?;
        if rest.is_empty() {
            return Some(0);
        }
        rest.strip_prefix('.')?.parse().ok()
    }

    /// The three numbers with a label and its number behind them: `1.0.0-rc.2`.
    pub fn with_label(&self, label: &str, number: u64) -> Result<Self> {
        let refuse = || {
            Error::usage(format!("`{}` is no label of a version that is not out yet", label.escape_debug()))
                .hint("letters, digits and hyphens, like rc or beta")
        };
        let is_plain = |char: char| char.is_ascii_alphanumeric() || char == '-';
        // A label of digits alone would be a number itself.
        if label.is_empty() || !label.chars().all(is_plain) || label.chars().all(|char| char.is_ascii_digit())
        {
            return Err(refuse());
        }
        let pre = semver::Prerelease::new(&format!("{label}.{number}")).map_err(|_| refuse())?;
        Ok(Self(semver::Version { pre, ..self.core().0 }))
    }

    /// The same with what is said about the build: `1.0.0+20260212`.
    pub fn with_build(&self, build: &str) -> Result<Self> {
        let build = semver::BuildMetadata::new(build).map_err(|_| {
            Error::usage(format!("`{}` cannot stand behind the `+` of a version", build.escape_debug()))
                .hint("letters, digits, hyphens and dots, like 20260212.1")
        })?;
        Ok(Self(semver::Version { build, ..self.0.clone() }))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn levels_raise_and_candidates_come_out() {
        use Level::{Major, Minor, None, Patch};
        for (from, level, to) in [
            ("1.2.3", Patch, "1.2.4"),
            ("1.2.3", Minor, "1.3.0"),
            ("1.2.3", Major, "2.0.0"),
            ("1.2.3+b", Patch, "1.2.4"),
            ("1.2.3", None, "1.2.3"),
            ("1.2.3-rc.1", Patch, "1.2.3"),
            ("1.2.3-rc.1", Minor, "1.3.0"),
            ("1.3.0-rc.1", Minor, "1.3.0"),
            ("1.3.0-rc.1", Major, "2.0.0"),
            ("2.0.0-rc.1", Major, "2.0.0"),
            ("2.0.0-rc.1", Patch, "2.0.0"),
            ("0.1.0", Major, "1.0.0"),
        ] {
            assert_eq!(version(from).raised(level).to_string(), to, "{from} {level:?}");
        }
        let last = format!("{0}.{0}.{0}", u64::MAX);
        assert_eq!(version(&last).raised(Patch).to_string(), last);
    }

    #[test]
    fn before_the_first_promise_levels_mean_less() {
        use Level::{Major, Minor, Patch};
        for (zero, level, initial) in [
            (Zero::Minor, Major, Minor),
            (Zero::Minor, Minor, Minor),
            (Zero::Minor, Patch, Patch),
            (Zero::Shift, Major, Minor),
            (Zero::Shift, Minor, Patch),
            (Zero::Shift, Patch, Patch),
            (Zero::Strict, Major, Major),
            (Zero::Strict, Minor, Minor),
        ] {
            assert_eq!(version("0.4.1").effective(level, zero), initial, "{zero:?} {level:?}");
            assert_eq!(version("1.0.0").effective(level, zero), level, "{zero:?} {level:?}");
        }
    }

    #[test]
    fn versions_are_read_as_they_are_written() {
        for (text, prefix) in [
            ("1.2.3", ""),
            ("v1.2.3", "v"),
            ("V1.2.3-rc.1+b.7", "V"),
            ("=1.2.3", "="),
            ("1.2.3-x-y-z.--", ""),
        ] {
            let (found, version) = Version::parse_prefixed(text).unwrap();
            assert_eq!((found, format!("{found}{version}").as_str()), (prefix, text));
        }
        for text in ["", "1", "1.2", "1.2.3.4", "01.2.3", "vv1.2.3", " 1.2.3", "1.2.3-01", "1.2.3-", ">1.2.3"]
        {
            assert!(Version::parse_prefixed(text).is_none(), "{text}");
        }
        assert!(version("1.0.0-alpha.9") < version("1.0.0-alpha.10"));
        assert!(version("1.0.0-rc.1") < version("1.0.0"));
        assert_eq!(version("1.0.0+a").precedence(&version("1.0.0+b")), Ordering::Equal);
    }

    #[test]
    fn labels_have_numbers() {
        let rc = version("1.3.0").with_label("rc", 2).unwrap();
        assert_eq!((rc.to_string().as_str(), rc.number_of("rc")), ("1.3.0-rc.2", Some(2)));
        assert_eq!(version("1.3.0-rc").number_of("rc"), Some(0));
        for (text, label) in
            [("1.3.0-rc.2", "beta"), ("1.3.0-rc.2.1", "rc"), ("1.3.0-rc2", "rc"), ("1.3.0", "rc")]
        {
            assert_eq!(version(text).number_of(label), None, "{text}");
        }
        for label in ["", "r c", "rc.", "1", "é", "a+b"] {
            assert!(version("1.0.0").with_label(label, 1).is_err(), "{label}");
        }
        assert_eq!(rc.with_build("7").unwrap().to_string(), "1.3.0-rc.2+7");
        assert!(rc.with_build("a b").is_err());
    }
}
