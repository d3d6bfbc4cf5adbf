//! The documents of a workflow are written one after the other.

use std::collections::BTreeSet;

use crate::derive::shell;
use crate::model::id::Id;
use crate::model::item::Item;
use crate::model::path::RepoPath;
use crate::model::place::path_of;
use crate::model::profile::Profile;
use crate::model::rule::Level;

use super::folders::{below, files, is_made, roots, steps};
use super::{About, Case, Check, Complaint, Rule};

pub(super) const RULE: Rule = Rule {
    id: "artifact-order",
    about: About::State,
    level: Level::Off,
    summary: "a document of a workflow is there only when those before it are, the first one always",
    help: "What is planned rests on what was found out before: an analysis without an intent, or a plan without an\n\
           analysis, cannot be reviewed. A step that a person left out (`git track skip`) needs no document.\n\
           Begin the missing one: `git track start STEP`.",
    check: Check::Pure(check),
};

fn check(case: &Case) -> Vec<Complaint> {
    let mut found = Vec::new();
    for profile in case.after.profiles {
        let below_root = |root: RepoPath| {
            let paths = case.paths_below(&root);
            let folder = |path: &String| Some(below(&root, path)?.split_once('/')?.0.to_owned());
            paths.iter().filter_map(folder).collect::<Vec<_>>()
        };
        let folders: BTreeSet<String> = roots(case, profile).into_iter().flat_map(below_root).collect();
        for folder in folders {
            let Ok(id) = Id::parse(&folder) else { continue };
            // A folder that no workflow can be called like is told by another rule.
            if case.after.world.find(&id).is_none() && !is_made(&profile.id, &folder) {
                continue;
            }
            found.extend(gap(case, profile, &id));
        }
    }
    found
}

// The first document of a workflow that is missing, though a later one, or anything else, is there.
fn gap(case: &Case, profile: &Profile, id: &Id) -> Option<Complaint> {
    let board = case.after.world.find(id).map(|(_, board)| board);
    let board = board.filter(|board| board.profile.profile == profile.profile);
    let steps: Vec<(&Id, RepoPath)> = match board {
        Some(board) => {
            files(board).into_iter().map(|(step, _, path)| (step.kind.unwrap_or(step.name), path)).collect()
        }
        // A folder without a workflow is held to the same order.
        None => steps(profile)
            .into_iter()
            .filter_map(|step| {
                let nothing = Item::default();
                let whole = (id, &nothing);
                let path = path_of(step.document, whole, whole, profile, case.after.places).ok()?;
                Some((step.kind.unwrap_or(step.name), path))
            })
            .collect(),
    };
    let is_there = |path: &RepoPath| case.after.pages.exists(path);
    let at = steps.iter().position(|(_, path)| !is_there(path))?;
    let (name, missing) = steps.get(at)?;
    let later = steps.iter().skip(at + 1).find(|(_, path)| is_there(path)).map(|(_, path)| path.to_string());
    let file = match later {
        Some(later) => later,
        None if at == 0 => missing.as_str().rsplit_once('/')?.0.to_owned(),
        None => return None,
    };
    let fix = match board {
        Some(board) if at > 0 => format!("git track start {}:{name}", board.workflow.id),
        _ => format!("write {}", shell::word(missing.as_str())),
    };
    let message = format!("{} comes before it and is not there", missing.file_name());
    Some(Complaint { profile: Some(profile.profile.clone()), ..Complaint::new(message).file(file).fix(fix) })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{CHANGE, judged};
    use super::*;

    const FOLDER: &str = "changes/CHG-20260212-a";

    fn order(names: &[&str]) -> Vec<String> {
        judged(&RULE, |case| {
            names.iter().fold(case.process(CHANGE), |case, name| case.adds(&format!("{FOLDER}/{name}"), "x"))
        })
    }

    #[test]
    fn what_comes_later_needs_what_comes_before() {
        let none: [&str; 0] = [];
        assert_eq!(order(&["00-intent.md"]), none);
        assert_eq!(order(&["00-intent.md", "01-triage.md"]), none);
        assert_eq!(
            order(&["00-intent.md", "02-plan.md"]),
            [format!(
                "{FOLDER}/02-plan.md: 01-triage.md comes before it and is not there (write {FOLDER}/01-triage.md)"
            )]
        );
        assert_eq!(
            order(&["01-triage.md"]),
            [format!(
                "{FOLDER}/01-triage.md: 00-intent.md comes before it and is not there (write {FOLDER}/00-intent.md)"
            )]
        );
        assert_eq!(
            order(&["notes.md"]),
            [format!(
                "{FOLDER}: 00-intent.md comes before it and is not there (write {FOLDER}/00-intent.md)"
            )]
        );
    }
}
