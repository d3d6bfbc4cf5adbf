//! Whether work trees are as clean as it takes to begin, to finish and to close.

use std::collections::BTreeSet;

use crate::model::field::FieldValue;
use crate::model::gate::FullPart;
use crate::model::id::Id;
use crate::model::suite::Checkout;

use super::board::Board;
use super::conditions::Condition;
use super::shell;
use super::world::{Spot, World};

/// The folder of the state, which every command changes.
const STATE: &str = ".track/";

/// How many files are named before the others are only counted.
const NAMED: usize = 2;

/// What of the repository `gate run` looks up for a part of a gate, besides the work trees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Around {
    /// The branches of this repository.
    pub branches: Vec<String>,
    /// The hooks that do not run as they should.
    pub hooks: Vec<String>,
}

/// Whether nothing is changed where the branch of an item is checked out.
pub(super) fn tree_clean(world: &World, spot: Spot) -> Vec<Condition> {
    let Some(all) = world.board(spot).pages.checkouts() else { return Vec::new() };
    let Some(here) = all.iter().find(|checkout| checkout.here) else { return Vec::new() };
    let open = dirt(world, here);
    if open.is_empty() { vec![Condition::met("everything here is committed")] } else { open }
}

/// Whether what is checked out has what was made on the branch of an item.
pub(super) fn own_branch(world: &World, spot: Spot) -> Option<Condition> {
    let board = world.board(spot);
    let branch = board.node(spot.place).item.branch.as_deref()?;
    if board.pages.holds(branch) != Some(false) {
        return None;
    }
    let mut all = board.pages.checkouts().unwrap_or_default().iter();
    let there = all.find(|checkout| !checkout.here && checkout.branch.as_deref() == Some(branch));
    let command = match there {
        Some(checkout) => format!("cd {}", shell::word(&checkout.path)),
        None => format!("git switch {}", shell::word(branch)),
    };
    Some(Condition::unmet(format!("what is checked out has everything of branch {branch}"), command))
}

/// Whether no work tree holds what is not committed, or is in the middle of something.
pub(super) fn worktrees_clean(world: &World) -> Vec<Condition> {
    let Some(all) = world.boards.first().and_then(|board| board.pages.checkouts()) else { return Vec::new() };
    let open: Vec<Condition> = all.iter().flat_map(|checkout| dirt(world, checkout)).collect();
    if open.is_empty() { vec![Condition::met("no worktree is dirty")] } else { open }
}

/// What `gate run` says about a part of a gate that it looks up.
pub fn looked_up(world: &World, spot: Spot, part: &FullPart, around: &Around) -> Vec<Condition> {
    if part.worktrees_clean == Some(true) {
        return worktrees_clean(world);
    }
    if let Some(named) = &part.branch_clean {
        return branch_clean(world, spot, named, around);
    }
    match around.hooks.as_slice() {
        [] => vec![Condition::met("the hooks run git-track")],
        missing => {
            let text = format!("{} git-track", counted(missing, ("runs", "run")));
            vec![Condition::unmet(format!("hook {text}"), "git track hooks install".to_owned())]
        }
    }
}

fn branch_clean(world: &World, spot: Spot, named: &str, around: &Around) -> Vec<Condition> {
    let board = world.board(spot);
    let Some(branch) = branch_of(board, named) else {
        let command = format!("git track set {} {}", board.workflow.id, setting(named));
        return vec![Condition::unmet(format!("the workflow says `{named}`"), command)];
    };
    if !around.branches.contains(&branch) {
        let command = format!("git branch {}", shell::word(&branch));
        return vec![Condition::unmet(format!("branch {branch} is there"), command)];
    }
    let all = board.pages.checkouts().unwrap_or_default();
    let there = all.iter().filter(|checkout| checkout.branch.as_ref() == Some(&branch));
    let open: Vec<Condition> = there.flat_map(|checkout| dirt(world, checkout)).collect();
    if open.is_empty() { vec![Condition::met(format!("branch {branch} is there and clean"))] } else { open }
}

fn setting(named: &str) -> String {
    match named.split_once('.') {
        Some((field, key)) => format!("{field}=\"{key}: BRANCH\""),
        None => format!("{named}=BRANCH"),
    }
}

/// The branch that is meant by the field of the workflow that names it, else by its own name; `None`: the field says
/// nothing.
pub fn branch_of(board: &Board, named: &str) -> Option<String> {
    let (field, key) = named.split_once('.').map_or((named, None), |(field, key)| (field, Some(key)));
    let declared = &board.profile.workflow.fields;
    let known = declared.iter().find(|(id, _)| id.as_str() == field);
    let Some((id, _)) = known else { return Some(named.to_owned()) };
    let branch = match (board.root().item.fields.get(id)?, key) {
        (FieldValue::Map(map), Some(key)) => map.get(&Id::parse(key).ok()?)?,
        (FieldValue::Text(branch), None) => branch,
        _ => return None,
    };
    Some(branch.clone()).filter(|branch| !branch.is_empty())
}

/// What somebody has to commit in a work tree; `None`: it cannot be looked into.
pub fn uncommitted<'c>(world: &World, checkout: &'c Checkout) -> Option<Vec<&'c str>> {
    // Here every command changes the state and what is rendered from it; elsewhere that waits to be committed, too.
    let rendered = if checkout.here { world.rendered() } else { BTreeSet::new() };
    let counts = |path: &&String| {
        let state = path.starts_with(STATE) || rendered.iter().any(|document| document.as_str() == *path);
        !(checkout.here && state)
    };
    Some(checkout.changed.as_ref()?.iter().filter(counts).map(String::as_str).collect())
}

fn dirt(world: &World, checkout: &Checkout) -> Vec<Condition> {
    // What is recorded names no folder of somebody's machine; the command does.
    let name = checkout.path.rsplit('/').next().unwrap_or_default();
    let place = if checkout.here { "here".to_owned() } else { format!("in worktree {name}") };
    let command = if checkout.here {
        "git status".to_owned()
    } else {
        format!("git -C {} status", shell::word(&checkout.path))
    };
    let mut open = Vec::new();
    if let Some(operation) = checkout.operation {
        open.push(Condition::unmet(
            format!("no {} is in progress {place}", operation.word()),
            command.clone(),
        ));
    }
    let Some(files) = uncommitted(world, checkout) else {
        open.push(Condition::unmet(format!("git can say what is changed {place}"), command));
        return open;
    };
    if !files.is_empty() {
        let text = format!("{} committed {place}", counted(&files, ("is", "are")));
        open.push(Condition::unmet(text, command));
    }
    open
}

fn counted(names: &[impl AsRef<str>], (one, several): (&str, &str)) -> String {
    let named = names.iter().take(NAMED).map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 if names.len() == 1 => format!("{named} {one}"),
        0 => format!("{named} {several}"),
        more => format!("{named} and {more} more {several}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Scene, Trees, spot};
    use super::*;
    use crate::model::facts::Operation;

    fn tree(path: &str, branch: &str, changed: &[&str]) -> Checkout {
        Checkout {
            path: format!("/home/a b/{path}"),
            here: path == "here",
            branch: Some(branch.to_owned()),
            changed: Some(changed.iter().map(|&path| path.to_owned()).collect()),
            operation: None,
        }
    }

    fn told(list: impl IntoIterator<Item = Condition>) -> Vec<String> {
        let line = |condition: Condition| match condition.command {
            Some(command) => format!("FAIL {} | {command}", condition.text),
            None => format!("ok {}", condition.text),
        };
        list.into_iter().map(line).collect()
    }

    fn scene(trees: Vec<Checkout>) -> Scene {
        let body = "fields: {branches: {parent: main, planning: ''}}\nitems: {s: {kind: stage, title: S, items: {c: \
                    {title: C, branch: feat/c}}}}";
        Scene::shipped("phase", body).among(Trees { checkouts: Some(trees), elsewhere: vec!["feat/c"] })
    }

    #[test]
    fn a_tree_is_clean_but_for_the_state_and_what_is_rendered() {
        let clean = |trees| told(tree_clean(&scene(trees).world(), spot(&scene(vec![]).world(), "c")));
        let ours = [".track/workflows/w.yaml", "planning/runtime/w/READINESS.md"];
        assert_eq!(clean(vec![tree("here", "main", &ours)]), ["ok everything here is committed"]);
        assert_eq!(
            clean(vec![tree("here", "main", &["a", "b", "c"]), tree("there", "x", &["d"])]),
            ["FAIL a, b and 1 more are committed here | git status"]
        );
        let rebase = Checkout { operation: Some(Operation::Rebase), ..tree("here", "main", &[]) };
        assert_eq!(clean(vec![rebase]), ["FAIL no rebase is in progress here | git status"]);
        assert_eq!(clean(vec![]), [""; 0], "in a commit nobody works");
    }

    #[test]
    fn other_worktrees_have_to_commit_their_state_too() {
        let clean = |trees| told(worktrees_clean(&scene(trees).world()));
        assert_eq!(clean(vec![tree("here", "main", &[".track/config.yaml"])]), ["ok no worktree is dirty"]);
        assert_eq!(
            clean(vec![tree("here", "main", &[]), tree("plan", "p", &[".track/workflows/w.yaml"])]),
            ["FAIL .track/workflows/w.yaml is committed in worktree plan | git -C \"/home/a b/plan\" status"]
        );
        let gone = Checkout { changed: None, ..tree("far", "f", &[]) };
        assert_eq!(
            clean(vec![gone]),
            ["FAIL git can say what is changed in worktree far | git -C \"/home/a b/far\" status"]
        );
    }

    #[test]
    fn what_was_made_on_the_branch_of_an_item_is_checked_out() {
        let own = |trees, id: &str| {
            let scene = scene(trees);
            let world = scene.world();
            told(own_branch(&world, spot(&world, id)))
        };
        let here = || tree("here", "main", &[]);
        let text = "FAIL what is checked out has everything of branch feat/c";
        assert_eq!(own(vec![here()], "c"), [format!("{text} | git switch feat/c")]);
        assert_eq!(
            own(vec![here(), tree("c", "feat/c", &[])], "c"),
            [format!("{text} | cd \"/home/a b/c\"")]
        );
        assert_eq!(own(vec![here()], "s"), [""; 0], "it has no branch");
    }

    #[test]
    fn a_branch_is_named_by_itself_or_by_a_field() {
        let looked = |part: &str, hooks: &[&str], trees| {
            let scene = scene(trees);
            let world = scene.world();
            let part: FullPart = crate::formats::yaml::read(part.as_bytes(), "part.yaml").unwrap();
            let around = Around {
                branches: vec!["main".to_owned(), "dev".to_owned()],
                hooks: hooks.iter().map(|&hook| hook.to_owned()).collect(),
            };
            told(looked_up(&world, spot(&world, "c"), &part, &around))
        };
        let named = |name: &str, trees| looked(&format!("{{branch_clean: {name}}}"), &[], trees);
        let trees = || vec![tree("here", "dev", &["x"])];
        assert_eq!(named("branches.parent", trees()), ["ok branch main is there and clean"]);
        assert_eq!(named("dev", trees()), ["FAIL x is committed here | git status"]);
        assert_eq!(named("gone", trees()), ["FAIL branch gone is there | git branch gone"]);
        for unsaid in ["branches.planning", "branches.implementation"] {
            let key = unsaid.split_once('.').unwrap().1;
            let command = format!("git track set w branches=\"{key}: BRANCH\"");
            assert_eq!(named(unsaid, trees()), [format!("FAIL the workflow says `{unsaid}` | {command}")]);
        }
        assert_eq!(looked("{hooks_installed: true}", &[], trees()), ["ok the hooks run git-track"]);
        assert_eq!(
            looked("{hooks_installed: true}", &["pre-commit"], trees()),
            ["FAIL hook pre-commit runs git-track | git track hooks install"]
        );
    }
}
