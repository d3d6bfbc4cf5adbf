//! The folder of a workflow is called as the workflow is.

use std::collections::BTreeSet;

use crate::derive::shell::word;
use crate::error::nearest;
use crate::model::path::RepoPath;
use crate::model::profile::Profile;
use crate::model::rule::Level;

use super::folders::{below, is_made, roots, shape};
use super::{About, Case, Check, Complaint, Rule};

pub(super) const RULE: Rule = Rule {
    id: "folder-name",
    about: About::State,
    level: Level::Off,
    summary: "what lies below the folder of all changes is in a folder that is named as ids are",
    help: "Documents of a workflow are found by the name of their folder. A folder that is named otherwise belongs to no\n\
           workflow, and nobody looks at what is in it. Hyphens are plain ones.\n\
           Rename it: `git mv OLD NEW`. Files whose names begin with a dot may lie beside the folders.",
    check: Check::Pure(check),
};

fn check(case: &Case) -> Vec<Complaint> {
    let mut found = Vec::new();
    for profile in case.after.profiles {
        for root in roots(case, profile) {
            found.extend(below_root(case, profile, &root));
        }
    }
    found
}

fn below_root(case: &Case, profile: &Profile, root: &RepoPath) -> Vec<Complaint> {
    let (mut found, mut told) = (Vec::new(), BTreeSet::new());
    for path in case.paths_below(root) {
        let Some(rest) = below(root, &path) else { continue };
        let (folder, is_file) = rest.split_once('/').map_or((rest, true), |(folder, _)| (folder, false));
        if (is_file && folder.starts_with('.')) || is_known(case, profile, folder, is_file) {
            continue;
        }
        if told.insert(folder.to_owned()) {
            found.push(complaint(case, profile, (&path, folder), is_file, root.as_str()));
        }
    }
    found
}

fn is_known(case: &Case, profile: &Profile, folder: &str, is_file: bool) -> bool {
    let is_workflow = |folder: &str| {
        let mut boards = case.after.world.boards.iter();
        boards.any(|board| board.profile.profile == profile.profile && board.workflow.id.as_str() == folder)
    };
    !is_file && (is_made(&profile.id, folder) || is_workflow(folder))
}

fn complaint(
    case: &Case,
    profile: &Profile,
    (path, folder): (&str, &str),
    is_file: bool,
    root: &str,
) -> Complaint {
    let shape = shape(&profile.id);
    let message = if is_file {
        format!("it lies in no folder of a workflow ({shape})")
    } else {
        format!("the folder `{folder}` is not named {shape}")
    };
    let plain = plain(folder);
    let ids = case.after.world.boards.iter().map(|board| board.workflow.id.as_str());
    let near =
        Some(plain.as_str()).filter(|plain| is_made(&profile.id, plain)).or_else(|| nearest(folder, ids));
    let from = word(path.get(..root.len() + 1 + folder.len()).unwrap_or(path));
    let to = match near.filter(|_| !is_file) {
        Some(near) => format!("{root}/{near}"),
        None => format!("{root}/{shape}"),
    };
    let fix = format!("git mv {from} {}", word(&to));
    Complaint { profile: Some(profile.profile.clone()), ..Complaint::new(message).file(path).fix(fix) }
}

// What was meant, perhaps: plain hyphens, small letters after the fixed beginning.
fn plain(folder: &str) -> String {
    let hyphen = |c: char| matches!(c, '\u{2010}'..='\u{2015}' | '_' | ' ');
    let plain: String = folder.chars().map(|c| if hyphen(c) { '-' } else { c }).collect();
    let split = plain.match_indices('-').nth(1).map_or(0, |(at, _)| at);
    let (head, tail) = plain.split_at(split);
    format!("{head}{}", tail.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{CHANGE, judged};
    use super::*;

    fn folder(path: &str) -> Vec<String> {
        judged(&RULE, |case| case.process(CHANGE).adds(path, "x"))
    }

    #[test]
    fn a_folder_is_named_as_ids_are() {
        let none: [&str; 0] = [];
        assert_eq!(folder("changes/CHG-20260212-auth/x.md"), none);
        assert_eq!(folder("changes/.keep"), none);
        assert_eq!(folder("other/foo/x.md"), none);
        assert_eq!(
            folder("changes/foo/x.md"),
            [
                "changes/foo/x.md: the folder `foo` is not named CHG-YYYYMMDD-<slug> (git mv changes/foo \"changes/CHG-YYYYMMDD-<slug>\")"
            ]
        );
        assert_eq!(
            folder("changes/CHG-20260212-Foo/x.md"),
            [
                "changes/CHG-20260212-Foo/x.md: the folder `CHG-20260212-Foo` is not named CHG-YYYYMMDD-<slug> (git mv changes/CHG-20260212-Foo changes/CHG-20260212-foo)"
            ]
        );
        assert_eq!(folder("changes/CHG\u{2011}20260212\u{2011}foo/x.md").len(), 1);
        assert_eq!(
            folder("changes/readme.md"),
            [
                "changes/readme.md: it lies in no folder of a workflow (CHG-YYYYMMDD-<slug>) (git mv changes/readme.md \"changes/CHG-YYYYMMDD-<slug>\")"
            ]
        );
    }
}
