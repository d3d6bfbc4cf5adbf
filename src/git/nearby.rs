//! The git directory of a place, found without opening the repository.

use std::path::{Path, PathBuf};

use super::Env;
use crate::files::{is_folder, read_outside};

/// The longest pointer to a git directory, in bytes.
const LONGEST: u64 = 8192;

/// The git directory of the worktree that `env` is about, by the environment or the first `.git` on the way up; `None`
/// outside of repositories and in bare ones.
pub fn nearby(env: &Env) -> Option<PathBuf> {
    if let Some(named) = &env.git_dir {
        return Some(env.cwd.join(named)).filter(|dir| is_folder(dir));
    }
    let ceilings =
        env.var("GIT_CEILING_DIRECTORIES").map(|list| std::env::split_paths(list).collect::<Vec<_>>());
    let ceilings = ceilings.unwrap_or_default();
    let within = |place: &&Path| *place == env.cwd || !ceilings.iter().any(|ceiling| ceiling == *place);
    env.cwd.ancestors().take_while(within).find_map(|place| {
        let dir = place.join(".git");
        if is_folder(&dir) {
            return Some(dir);
        }
        // A linked worktree or a submodule says where it is.
        let text = read_outside(&dir, LONGEST).ok()?;
        let text = String::from_utf8(text).ok()?;
        let named = text.strip_prefix("gitdir:")?.trim();
        Some(place.join(named)).filter(|dir| is_folder(dir))
    })
}

/// What the file `HEAD` of a git directory says; `None` where it does not say what is checked out.
pub fn head_text(git_dir: &Path) -> Option<String> {
    let text = read_outside(&git_dir.join("HEAD"), LONGEST).ok()?;
    let text = String::from_utf8(text).ok()?.trim_end().to_owned();
    // Where refs are kept in tables it always says the same.
    (text != "ref: refs/heads/.invalid").then_some(text)
}
