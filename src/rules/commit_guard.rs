//! Work on an item is committed only while its process allows it.

use crate::derive::conditions::{Given, of_checks};
use crate::derive::world::Spot;
use crate::model::check::Checks;
use crate::model::profile::Guarded;
use crate::model::rule::Level;

use super::folders::is_planning;
use super::{About, Case, Check, Complaint, Rule};

pub(super) const RULE: Rule = Rule {
    id: "commit-guard",
    about: About::Change,
    level: Level::Error,
    summary: "work on an item is committed only while the process lets it go on",
    help: "A process may hold the work up: compatibility is blocked until a person confirms, the drift check is open, a\n\
           slice waits for another, a suite of the team has not passed on what is staged. Then commits on the branch of\n\
           the item, or with its trailer, may touch the state, the documents and the folder of the workflow, and nothing\n\
           else. What holds it up is named, with the command that clears it: `git track why ITEM`.",
    check: Check::Pure(check),
};

fn check(case: &Case) -> Vec<Complaint> {
    let Some((board, spot)) = case.item() else { return Vec::new() };
    let Some(work) = case.files.iter().find(|file| !is_planning(board, &file.path)) else {
        return Vec::new();
    };
    let world = case.after.world;
    let process = case.policy.process(board);
    let own =
        std::iter::once(spot.place).chain(board.upwards(spot.place).filter(|place| *place != spot.place));
    let mut found: Vec<Complaint> = Vec::new();
    for place in own {
        let node = board.node(place);
        let kind = match node.kind_id {
            Some(id) => process.kinds.get(id),
            None => Some(&process.workflow),
        };
        let Some(checks) = kind.and_then(|kind| kind.guards.get(&Guarded::Commit)) else { continue };
        let spot = Spot { place, ..spot };
        // A suite that nobody has written down would let no commit pass; one that was there before cannot be taken away
        // in passing.
        let suites = checks.suites.iter().filter(|suite| case.policy.config.suites.get(suite).is_some());
        let checks = Checks { suites: suites.cloned().collect(), ..checks.clone() };
        for condition in of_checks(world, spot, &checks, Guarded::Commit, Given::NOTHING) {
            if condition.ok {
                continue;
            }
            let message = format!("{} has to wait; FAIL: {}", board.node(spot.place).id, condition.text);
            let complaint = Complaint::new(message).file(&work.path).fix(condition.command).of(board);
            if !found.contains(&complaint) {
                found.push(complaint);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::testing::{CHANGE, judged};
    use super::*;
    use crate::derive::testing::shipped_profile;

    fn commit(part: &str, path: &str) -> Vec<String> {
        let body = format!(
            "gates: {{compatibility: {{title: C, parts: {{ok: {part}}}}}}}\nitems: {{U01: {{title: U, kind: unit}}}}"
        );
        judged(&RULE, |case| {
            case.process(CHANGE).workflow("CHG-20260212-a", &body).bound("U01").adds(path, "x")
        })
    }

    #[test]
    fn work_waits_and_planning_goes_on() {
        let held = [
            "src/a.rs: CHG-20260212-a has to wait; FAIL: gate compatibility passes (git track gate list compatibility)",
        ];
        assert_eq!(commit("{title: P, human: owner}", "src/a.rs"), held);
        assert_eq!(commit("{title: P, human: owner}", "changes/CHG-20260212-a/02-plan.md"), [""; 0]);
        assert_eq!(commit("{title: P, human: owner}", ".track/workflows/CHG-20260212-a.yaml"), [""; 0]);
        let waived = "{title: P, human: owner, waived: 2026-02-12T09:00:00Z, by: maria, why: fine}";
        assert_eq!(commit(waived, "src/a.rs"), [""; 0]);
    }

    #[test]
    fn a_suite_holds_a_commit_up_where_the_team_has_it() {
        let process = shipped_profile("phase").replace("passed: [drift-check], suites", "suites");
        let of = |config: &str, runs: &str| {
            let item = format!("C1: {{title: C, kind: slice, owner: I1, runs: {{{runs}}}}}");
            let body = format!("items: {{s: {{title: S, kind: stage, items: {{{item}}}}}}}");
            judged(&RULE, |case| {
                case.process(&process).config(config).workflow("w", &body).bound("C1").adds("src/a.rs", "x")
            })
        };
        let suites = "suites: {quick: {commands: [make]}}";
        let held =
            |why: &str| [format!("src/a.rs: C1 has to wait; FAIL: {why} (git track gate run quick C1)")];
        assert_eq!(of("", ""), [""; 0]);
        assert_eq!(of("suites: {full: {commands: [make]}}", ""), [""; 0]);
        assert_eq!(of(suites, ""), held("suite quick has not run for C1"));
        let failed = "r1: {suite: quick, exit: 2, failed: make}";
        assert_eq!(of(suites, failed), held("suite quick failed (2): make"));
        let stale = of(suites, "r1: {suite: quick, exit: 0, on: 0123456789ab}");
        assert!(stale[0].contains("suite quick is stale: it passed on 0123456789ab"), "{stale:?}");
        let now = stale[0].split(", ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
        assert_eq!(of(suites, &format!("r1: {{suite: quick, exit: 0, on: {now}}}")), [""; 0]);
    }
}
