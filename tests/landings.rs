//! What git says about the work of each item. The tables of scenes tell, in commands of git, every way in which work is
//! begun, lands, and is undone; each says why its answer is the true one. Git itself is asked wherever it knows.

mod around;
mod awkward;
mod drift;
mod gone;
mod merged;
mod named;
mod numbers;
mod partial;
mod random;
mod reading;
mod rebased;
mod released;
mod squashed;
mod started;
mod sync;
mod undone;
mod unknown;
mod weak;
mod yard;

use std::collections::BTreeSet;

use serde_json::Value;
use yard::Yard;

/// A repository and the truth about one item in it.
#[derive(Clone, Copy)]
struct Scene {
    name: &'static str,
    /// Why this is the truth, in terms of git.
    why: &'static str,
    /// More arguments for `git init`.
    init: &'static [&'static str],
    /// How it is built: `Yard::play`.
    told: &'static str,
    item: &'static str,
    /// The stage, or several with `|` where git leaves more than one open.
    stage: &'static str,
    /// Rules that have to be among the evidence; of several with `|` one.
    rules: &'static [&'static str],
    /// The codes of drift of this item, all of them; one with `?` may be there.
    drift: &'static [&'static str],
    /// More that has to be told, as `pending=1`.
    more: &'static [&'static str],
}

/// What most scenes share: it is about `batch-1`, which is declared as started.
const SCENE: Scene = Scene {
    name: "",
    why: "",
    init: &[],
    told: "",
    item: "batch-1",
    stage: "",
    rules: &[],
    drift: &[],
    more: &[],
};

/// The rules that evidence is found by, and how much each is worth.
const GRADES: [(&str, &str); 8] = [
    ("merge-commit", "exact"),
    // Of a merge that names no branch.
    ("merge-commit", "weak"),
    ("trailer", "exact"),
    ("ancestor", "exact"),
    ("rebase-equivalent", "equivalent"),
    ("squash-equivalent", "equivalent"),
    ("contents-present", "weak"),
    ("subject", "weak"),
];

/// What each kind of drift is worth.
const LEVELS: [(&str, &str); 15] = [
    ("D01", "info"),
    ("D02", "warning"),
    ("D03", "error"),
    ("D04", "note"),
    ("D05", "error"),
    ("D06", "error"),
    ("D07", "warning"),
    ("D08", "warning"),
    ("D09", "error"),
    ("D10", "error"),
    ("D11", "error"),
    ("D12", "warning"),
    ("D13", "error"),
    ("D14", "warning"),
    ("D15", "error"),
];

/// Plays all scenes of a table and tells everything that is wrong in any of them.
fn check(scenes: &[Scene]) {
    let mut wrong = Vec::new();
    let mut names = BTreeSet::new();
    for scene in scenes {
        assert!(names.insert(scene.name) && !scene.why.is_empty(), "{}", scene.name);
        let yard = Yard::new(scene.init);
        let found = match yard.play(scene.told) {
            Ok(()) if yard.agreed.get() == 0 => vec!["git is asked nothing".to_owned()],
            Ok(()) => scene.judge(&yard),
            Err(error) => vec![format!("git does not agree: {error}")],
        };
        wrong.extend(found.into_iter().map(|found| format!("{}: {found}\n    {}", scene.name, scene.why)));
    }
    assert!(wrong.is_empty(), "{} wrong in {} scenes:\n{}", wrong.len(), scenes.len(), wrong.join("\n"));
}

impl Scene {
    fn judge(&self, yard: &Yard) -> Vec<String> {
        [self.stage_of(yard), self.drift_of(yard)].concat()
    }

    fn stage_of(&self, yard: &Yard) -> Vec<String> {
        let document = match yard.ask(&["show", self.item, "--json"]) {
            Ok((document, _)) => document,
            Err(error) => return vec![error],
        };
        let git = &document["items"][0]["git"];
        let Some(stage) = git["stage"].as_str() else {
            return vec![format!("`show` tells nothing of git: {document}")];
        };
        let mut wrong = Vec::new();
        if !self.stage.split('|').any(|right| right == stage) {
            wrong.push(format!("it is {}, not {stage}: {}", self.stage, git["evidence"]));
        }
        let rules: Vec<&str> = evidence(git).filter_map(|piece| piece["rule"].as_str()).collect();
        for right in self.rules {
            if !right.split('|').any(|right| rules.contains(&right)) {
                wrong.push(format!("no evidence by {right}, only {rules:?}"));
            }
        }
        for (name, right) in self.more.iter().filter_map(|more| more.split_once('=')) {
            let told = git[name].as_str().map_or_else(|| git[name].to_string(), str::to_owned);
            if told != right {
                wrong.push(format!("{name} is {right}, not {told}"));
            }
        }
        wrong.extend(honest(yard, git));
        wrong
    }

    fn drift_of(&self, yard: &Yard) -> Vec<String> {
        let (found, status) = match drift(yard, &[self.item]) {
            Ok(found) => found,
            Err(error) => return vec![error],
        };
        let codes: BTreeSet<&str> = found.iter().filter_map(|drift| drift["code"].as_str()).collect();
        let mut wrong = Vec::new();
        let allowed: BTreeSet<&str> = self.drift.iter().map(|code| code.trim_end_matches('?')).collect();
        if !codes.is_subset(&allowed)
            || !self.drift.iter().all(|code| code.ends_with('?') || codes.contains(code))
        {
            wrong.push(format!("drift is {:?}, not {found:?}", self.drift));
        }
        for one in &found {
            let told = (one["code"].as_str().unwrap_or(""), one["level"].as_str().unwrap_or(""));
            if !LEVELS.contains(&told) || !one["message"].is_string() || !one["ref"].is_string() {
                wrong.push(format!("a drift that there is not: {one}"));
            }
        }
        // Without a base nothing is compared, and that is no good end either.
        if status != expected_status(&found) && !(self.stage == "unknown" && found.is_empty()) {
            wrong.push(format!("`drift` ended with {status} on {found:?}"));
        }
        wrong
    }
}

/// What is told as drift and was not accepted, and the exit status.
fn drift(yard: &Yard, of: &[&str]) -> Result<(Vec<Value>, i32), String> {
    let (document, status) = yard.ask(&[&["drift", "--json"], of].concat())?;
    let found = document["drift"].as_array().ok_or_else(|| format!("no drift is told: {document}"))?;
    Ok((found.iter().filter(|drift| drift["accepted"].is_null()).cloned().collect(), status))
}

fn expected_status(drift: &[Value]) -> i32 {
    i32::from(drift.iter().any(|drift| drift["level"] == "warning" || drift["level"] == "error"))
}

fn evidence(git: &Value) -> impl Iterator<Item = &Value> {
    git["evidence"].as_array().into_iter().flatten()
}

// What holds in every scene, whatever the stage is.
fn honest(yard: &Yard, git: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    for piece in evidence(git) {
        let told = (piece["rule"].as_str().unwrap_or(""), piece["grade"].as_str().unwrap_or(""));
        if !GRADES.contains(&told) {
            wrong.push(format!("a rule or grade that there is not: {piece}"));
        }
        let commit = piece["commit"].as_str();
        let on =
            |base: &str| commit.is_none_or(|commit| yard.is(&["merge-base", "--is-ancestor", commit, base]));
        // That the contents are there is said of the tip, and of nothing on the base.
        if piece["rule"] != "contents-present" && !["main", "trunk", "origin/main"].into_iter().any(on) {
            wrong.push(format!("evidence that is not on the base: {piece}"));
        }
    }
    let stage = git["stage"].as_str().unwrap_or("");
    let strong = evidence(git).any(|piece| piece["grade"] == "exact" || piece["grade"] == "equivalent");
    if ["landed", "released", "partly"].contains(&stage) && !(strong && git["landed"].is_string()) {
        wrong.push(format!("{stage} without a landing or its time: {git}"));
    }
    if ["landed", "released", "landed?"].contains(&stage) && git["pending"] != 0 {
        wrong.push(format!("{stage}, and something is pending: {git}"));
    }
    if (stage == "released") != git["version"].is_string() {
        wrong.push(format!("{stage}, and the version is {}", git["version"]));
    }
    wrong
}
