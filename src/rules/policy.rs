//! How strict the rules are: the team decides, then the process, then the rule itself.

use globset::GlobBuilder;

use crate::derive::board::Board;
use crate::derive::world::World;
use crate::error::nearest;
use crate::model::config::Config;
use crate::model::id::Id;
use crate::model::item::Item;
use crate::model::profile::Profile;
use crate::model::rule::{Level, Setting};

use super::{Complaint, RULES, Rule};

/// What decides how strict the rules are, and by which limits they judge.
pub struct Policy<'a, 'w> {
    /// The team's configuration.
    pub config: &'a Config,
    /// The processes in use.
    pub profiles: Vec<&'a Profile>,
    /// The workflows.
    pub world: &'a World<'w>,
}

impl<'a> Policy<'a, '_> {
    /// The process that a workflow is judged by: the one that it followed, even when it says that it follows another now.
    pub fn process(&self, board: &Board<'a>) -> &'a Profile {
        let before = self.world.find(&board.workflow.id).map(|(_, before)| before.profile);
        before.or_else(|| self.profile(&board.profile.profile)).unwrap_or(board.profile)
    }

    /// An item as it was.
    pub fn item(&self, workflow: &Id, item: &Id) -> Option<&'a Item> {
        let (_, board) = self.world.find(workflow)?;
        board.nodes().find(|(_, node)| node.id == item).map(|(_, node)| node.item)
    }

    /// The process of this name, as it was before the change.
    pub fn profile(&self, name: &Id) -> Option<&'a Profile> {
        self.profiles.iter().find(|profile| profile.answers_to(name)).copied()
    }

    /// How strict a rule is about a complaint.
    pub fn level(&self, rule: &Rule, complaint: &Complaint) -> Level {
        let level = self.team(rule, complaint).unwrap_or_else(|| match &complaint.profile {
            // A process that there was not may not say how strict it is with itself.
            Some(name) => match self.profile(name) {
                Some(profile) => said(profile, rule).unwrap_or(rule.level),
                None => self.strictest(rule),
            },
            None => self.strictest(rule),
        });
        complaint.at_most.map_or(level, |most| level.min(most))
    }

    /// Whether a rule can say anything at all.
    pub fn may_run(&self, rule: &Rule) -> bool {
        match self.config.rules.get(rule.id) {
            Some(setting) if setting.level == Some(Level::Off) => {
                setting.paths.values().any(|level| *level != Level::Off)
            }
            Some(_) => true,
            None => {
                rule.level != Level::Off || self.profiles.iter().any(|profile| said(profile, rule).is_some())
            }
        }
    }

    /// The options of a rule: the team's, then those of the processes, then its own.
    pub fn option<T>(&self, rule: &Rule, pick: impl Fn(&'a Setting) -> Option<T>) -> Option<T> {
        let team = self.config.rules.get(rule.id).and_then(&pick);
        team.or_else(|| self.profiles.iter().find_map(|profile| pick(profile.rules.get(rule.id)?)))
    }

    fn team(&self, rule: &Rule, complaint: &Complaint) -> Option<Level> {
        let setting = self.config.rules.get(rule.id)?;
        let fitting = |file: &str| {
            let fitting = setting.paths.iter().filter(|(pattern, _)| fits(pattern, file));
            fitting.max_by_key(|(pattern, _)| pattern.len()).map(|(_, level)| *level)
        };
        complaint.file.as_deref().and_then(fitting).or(setting.level)
    }

    fn strictest(&self, rule: &Rule) -> Level {
        self.profiles.iter().filter_map(|profile| said(profile, rule)).max().unwrap_or(rule.level)
    }
}

fn said(profile: &Profile, rule: &Rule) -> Option<Level> {
    profile.rules.get(rule.id)?.level
}

/// The first rule of a configuration or a profile that there is none of, and the nearest that there is.
pub fn misspelt<'r>(rules: impl Iterator<Item = &'r String>) -> Option<(&'r str, Option<&'static str>)> {
    let mut unknown = rules.filter(|id| !RULES.iter().any(|rule| rule.id == id.as_str()));
    let id = unknown.next()?;
    Some((id, nearest(id, RULES.iter().map(|rule| rule.id))))
}

/// Whether a file is one of those that a pattern stands for; one without a slash is about the name alone, as in
/// `.gitignore`.
pub(super) fn fits(pattern: &str, file: &str) -> bool {
    let anywhere = !pattern.trim_end_matches('/').contains('/');
    let pattern = pattern.trim_start_matches('/');
    let folder = pattern.strip_suffix('/').map(|folder| format!("{folder}/**"));
    let pattern = folder.as_deref().unwrap_or(pattern);
    let pattern = if anywhere { format!("**/{pattern}") } else { pattern.to_owned() };
    let glob = GlobBuilder::new(&pattern).literal_separator(true).backslash_escape(true).build();
    // Names like `[id].tsx` may be no patterns.
    glob.map_or(pattern == file, |glob| glob.compile_matcher().is_match(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_about_names_or_paths() {
        for (pattern, file, expected) in [
            ("*.lock", "Cargo.lock", true),
            ("*.lock", "a/b/Cargo.lock", true),
            ("docs/*.md", "docs/a.md", true),
            ("docs/*.md", "docs/a/b.md", false),
            ("docs/**", "docs/a/b.md", true),
            ("docs/", "docs/a/b.md", true),
            ("/a.md", "x/a.md", false),
            ("progress-tracking/scripts/W*", "progress-tracking/scripts/W1.sh", true),
            ("[", "[", false),
            ("Jenkinsfile", "ci/Jenkinsfile", true),
        ] {
            assert_eq!(fits(pattern, file), expected, "{pattern} {file}");
        }
    }
}
