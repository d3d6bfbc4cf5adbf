//! What must hold before a move, in words; those of a refusal, said of any item.

use crate::model::check::{Checks, Sentences};
use crate::model::id::Id;
use crate::model::profile::{Kind, Profile};
use crate::model::record::{Limits, Severity};

/// What must hold before a move of a kind, each in words.
pub(super) fn rules(profile: &Profile, kind: &Kind, checks: &Checks) -> Vec<String> {
    let mut rules: Vec<String> = plain(checks).into_iter().map(str::to_owned).collect();
    if let Some(most) = checks.active_agents {
        rules.push(format!("at most {most} agents are at work"));
    }
    if let Some(Sentences { min, max }) = checks.summary {
        rules.push(format!("its summary (`-m`) has {min} to {max} sentences"));
    }
    if !checks.findings.is_empty() {
        let words: Vec<&str> = checks.findings.iter().copied().map(Severity::word).collect();
        rules.push(format!("no {} finding is open", either(&words)));
    }
    rules.extend(checks.documents.iter().map(|name| {
        let known = profile.documents.get(name);
        format!("{} is complete", known.map_or(name.as_str(), |document| document.title.as_str()))
    }));
    rules.extend(checks.has.iter().map(|kind| format!("there is at least one {}", title(profile, kind))));
    rules.extend(checks.fields.iter().map(|(field, values)| match values.as_slice() {
        [] => format!("`{field}` says something"),
        [only] => format!("`{field}` is {only}"),
        several => format!("`{field}` is {}", either(several)),
    }));
    if checks.estimate {
        rules.push(format!(
            "what it is expected to change stays within {}",
            limits(kind.limits.unwrap_or_default())
        ));
    }
    if !checks.untouched.is_empty() {
        let names: Vec<String> = checks.untouched.iter().map(|name| format!("`{name}`")).collect();
        rules.push(format!("it touches none of {}", names.join(", ")));
    }
    rules.extend(checks.passed.iter().map(|gate| format!("gate {gate} passes, or need not")));
    rules.extend(checks.suites.iter().map(|suite| format!("suite {suite} passed on what is there now")));
    if !checks.submitted.is_empty() {
        let kinds: Vec<&str> = checks.submitted.iter().map(|kind| title(profile, kind)).collect();
        rules.push(format!("every other {} that is done is submitted", either(&kinds)));
    }
    rules
}

// Every check is named here, so that a new one cannot be forgotten.
fn plain(checks: &Checks) -> Vec<&'static str> {
    let Checks {
        needs_met,
        not_blocked,
        order,
        one_active,
        last,
        focus,
        owner,
        children_done,
        checklist,
        artifacts,
        gates,
        checkpoints,
        score,
        own,
        grounded,
        skilled,
        deviations,
        people,
        logs,
        tree_clean,
        worktrees_clean,
        suites: _,
        submitted: _,
        summary: _,
        findings: _,
        documents: _,
        has: _,
        fields: _,
        estimate: _,
        untouched: _,
        passed: _,
        active_agents: _,
    } = checks;
    let all = [
        (people, "a person does it, not an agent"),
        (needs_met, "everything it needs is done"),
        (order, "what comes before it is finished"),
        (one_active, "no other one is in progress"),
        (last, "it is the last one"),
        (not_blocked, "nothing blocks it"),
        (owner, "it has an owner"),
        (own, "it is the agent's own, or nobody's"),
        (grounded, "its agent has read the grounding, as it is now"),
        (skilled, "its agent has looked into the skills that it needs"),
        (focus, "it says what is being worked on"),
        (children_done, "everything in it is done or dropped"),
        (checklist, "every line of its checklist is ticked"),
        (artifacts, "its required artifacts are there"),
        (score, "its last score reaches the threshold"),
        (gates, "its gates pass"),
        (checkpoints, "its checkpoints are approved"),
        (deviations, "no departure from the process waits for a person"),
        (logs, "the folder of its logs is there"),
        (tree_clean, "everything is committed where it is checked out"),
        (worktrees_clean, "no worktree is dirty"),
    ];
    all.into_iter().filter(|(applies, _)| **applies).map(|(_, words)| words).collect()
}

/// The moves of a kind that something must hold before: those with the same rules together, and the rules.
pub(super) fn guarded(profile: &Profile, kind: &Kind) -> Vec<(Vec<&'static str>, Vec<String>)> {
    let mut told: Vec<(Vec<&'static str>, Vec<String>)> = Vec::new();
    for (guarded, checks) in &kind.guards {
        let rules = rules(profile, kind, checks);
        match told.iter_mut().find(|(_, known)| *known == rules) {
            _ if rules.is_empty() => {}
            Some((verbs, _)) => verbs.push(guarded.verb()),
            None => told.push((vec![guarded.verb()], rules)),
        }
    }
    told
}

fn limits(limits: Limits) -> String {
    match (limits.files, limits.lines) {
        (Some(files), Some(lines)) => format!("{files} files and {lines} lines"),
        (Some(files), None) => format!("{files} files"),
        (None, Some(lines)) => format!("{lines} lines"),
        (None, None) => "its limits".to_owned(),
    }
}

fn title<'a>(profile: &'a Profile, kind: &'a Id) -> &'a str {
    profile.kinds.get(kind).map_or(kind.as_str(), |kind| kind.title.as_str())
}

/// Words in a row: `a, b or c`.
pub(super) fn either(words: &[impl AsRef<str>]) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::derive::testing::Scene;
    use crate::formats::yaml;

    #[test]
    fn every_check_has_words() {
        let scene = Scene::shipped("phase", "items: {}");
        let world = scene.world();
        let profile = world.boards[0].profile;
        let packet = &profile.kinds.get(&Id::parse("packet").unwrap()).unwrap();
        let said = |text: &str| {
            rules(profile, packet, &yaml::read(text.as_bytes(), "checks.yaml").unwrap()).join("; ")
        };
        assert_eq!(said("{}"), "");
        assert_eq!(
            said("{findings: [high, low], summary: {min: 1, max: 3}, fields: {packet: [ready], x: []}}"),
            "its summary (`-m`) has 1 to 3 sentences; no high or low finding is open; `packet` is ready; `x` says something"
        );
        assert_eq!(
            said(
                "{documents: [agent_final], has: [slice], untouched: ['a/*'], estimate: true, active_agents: 6}"
            ),
            "at most 6 agents are at work; Final report of the agent is complete; there is at least one Slice; what \
             it is expected to change stays within its limits; it touches none of `a/*`"
        );
        let verbs: Vec<String> = guarded(profile, packet).iter().map(|(verbs, _)| verbs.join(" ")).collect();
        assert_eq!(verbs, ["start", "submit", "done", "retry reopen", "skip"]);
    }
}
