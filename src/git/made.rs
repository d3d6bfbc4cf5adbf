//! Which commits were made on a branch in this clone, as its log says.

use std::collections::HashSet;

use super::Repo;
use super::ask::{split_once, text};
use crate::error::Result;
use crate::files::read_outside;
use crate::model::facts::CommitId;

/// More than the log of any branch has.
const LARGEST: u64 = 1 << 26;

impl Repo {
    /// The commits that were made on a local branch in this clone, the latest first: by commits, merges, picks, reverts
    /// and applied patches, and the ends of rebases that were more than a move to another commit. Where the branch was
    /// set to commits that others had made is left out. Without a log there are none; a log forgets after some months.
    pub fn made_on(&self, branch: &str) -> Result<Vec<CommitId>> {
        let entries = if self.is_fast() { self.log_file(branch)? } else { self.ask_log(branch)? };
        let mut seen = HashSet::new();
        let made = entries.into_iter().filter(|(id, message)| makes(id, message)).map(|(id, _)| id);
        Ok(made.filter(|id| seen.insert(id.clone())).collect())
    }

    fn log_file(&self, branch: &str) -> Result<Vec<(CommitId, String)>> {
        // A name like this is none, and must not lead out of the folder.
        if branch.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return Ok(Vec::new());
        }
        let path = self.common_dir.join("logs/refs/heads").join(branch);
        // A folder that other branches have left may be there instead.
        if !path.is_file() {
            return Ok(Vec::new());
        }
        let bytes = read_outside(&path, LARGEST)?;
        let entry = |line| {
            let (facts, message) = split_once(line, b'\t')?;
            let id = facts.split(|&byte| byte == b' ').nth(1)?;
            let id = CommitId::parse(std::str::from_utf8(id).ok()?).ok()?;
            Some((id, String::from_utf8_lossy(message).into_owned()))
        };
        Ok(bytes.split(|&byte| byte == b'\n').rev().filter_map(entry).collect())
    }

    fn ask_log(&self, branch: &str) -> Result<Vec<(CommitId, String)>> {
        let name = format!("refs/heads/{branch}");
        if !self.ask(["reflog", "exists", &name]).run()?.is_success() {
            return Ok(Vec::new());
        }
        let call = self.ask(["log", "--walk-reflogs", "--format=%H%x09%gs", &name, "--"]);
        let listing = text(&call, call.checked()?)?;
        let entries = listing.lines().filter_map(|line| line.split_once('\t'));
        entries.map(|(id, message)| Ok((CommitId::parse(id)?, message.to_owned()))).collect()
    }
}

/// Whether an entry says that the commit was made then.
pub(super) fn makes(id: &CommitId, message: &str) -> bool {
    let (action, how) = message.split_once(": ").unwrap_or((message, ""));
    let verb = action.split(' ').next().unwrap_or_default();
    if action.ends_with("(finish)") {
        return how.rsplit_once(" onto ").is_none_or(|(_, onto)| onto != id.as_str());
    }
    match verb {
        "commit" | "revert" | "am" => true,
        // Each step of a rebase, in the log of HEAD.
        "rebase" => ["(pick)", "(squash)", "(fixup)", "(reword)"].iter().any(|step| action.ends_with(step)),
        "cherry-pick" => how != "fast-forward",
        "merge" => !how.starts_with("Fast-forward"),
        "pull" => ["Merge made by", "In-index merge"].iter().any(|merged| how.starts_with(merged)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::sandbox::Sandbox;
    use super::*;

    #[test]
    fn entries_of_logs() {
        let id = CommitId::parse(&"a".repeat(40)).unwrap();
        let (same, other) = ("a".repeat(40), "b".repeat(40));
        for (message, made) in [
            ("commit: x", true),
            ("commit (initial): x", true),
            ("commit (amend): x", true),
            ("commit (merge): x", true),
            ("commit (cherry-pick): x", true),
            ("cherry-pick: x", true),
            ("cherry-pick: fast-forward", false),
            ("revert: Revert \"x\"", true),
            ("am: x", true),
            ("merge main: Merge made by the 'ort' strategy.", true),
            ("merge main: Fast-forward", false),
            ("merge main: Fast-forward (no commit created; -m option ignored)", false),
            ("pull: Fast-forward", false),
            ("pull: initial pull", false),
            ("pull origin main: Merge made by the 'ort' strategy.", true),
            (&format!("rebase (finish): refs/heads/b onto {other}"), true),
            (&format!("rebase (finish): refs/heads/b onto {same}"), false),
            (&format!("pull --rebase origin main (finish): refs/heads/b onto {same}"), false),
            ("branch: Created from main", false),
            ("Branch: renamed refs/heads/a to refs/heads/b", false),
            ("reset: moving to main", false),
            ("checkout: moving from a to b", false),
            ("committed elsewhere", false),
            ("", false),
        ] {
            assert_eq!(makes(&id, message), made, "{message}");
        }
    }

    #[test]
    fn what_was_made_on_a_branch() {
        for init in [&[][..], &["--object-format=sha256"], &["--ref-format=reftable"]] {
            let sandbox = Sandbox::new(init);
            let git = |args: &[&str]| sandbox.git(args);
            let head = || git(&["rev-parse", "HEAD"]);
            let mut made = Vec::new();
            git(&["checkout", "-q", "-b", "b"]);
            sandbox.commit("one", &[("f", "1")]);
            made.push(head());
            git(&["commit", "-q", "--amend", "-m", "one, better"]);
            made.push(head());
            git(&["checkout", "-q", "main"]);
            sandbox.commit("base", &[("g", "1")]);
            git(&["checkout", "-q", "b"]);
            git(&["rebase", "-q", "main"]);
            made.push(head());
            git(&["checkout", "-q", "main"]);
            sandbox.commit("base moves", &[("g", "2")]);
            git(&["checkout", "-q", "b"]);
            git(&["merge", "-q", "main"]);
            made.push(head());
            git(&["reset", "-q", "--hard", "main"]);
            git(&["checkout", "-q", "main"]);
            sandbox.commit("further", &[("g", "3")]);
            git(&["checkout", "-q", "b"]);
            git(&["pull", "-q", "--ff-only", ".", "main"]);
            git(&["checkout", "-q", "-b", "c"]);
            let found = sandbox.open();
            let seen: Vec<String> = found.made_on("b").unwrap().iter().map(CommitId::to_string).collect();
            made.reverse();
            assert_eq!(seen, made, "{init:?}");
            assert_eq!(found.made_on("main").unwrap().len(), 4);
            for name in ["c", "absent", "../main", "", "c/d"] {
                assert_eq!(found.made_on(name).unwrap(), [], "{name}");
            }
            git(&["branch", "-q", "x/y"]);
            git(&["branch", "-q", "-D", "x/y"]);
            assert_eq!(found.made_on("x").unwrap(), []);
        }
    }
}
