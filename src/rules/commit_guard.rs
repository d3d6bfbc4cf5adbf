//! Work on an item is committed only while its process allows it.

use crate::derive::conditions::{Given, of_checks};
use crate::derive::world::Spot;
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
           slice waits for another. Then commits on the branch of the item, or with its trailer, may touch the state, the\n\
           documents and the folder of the workflow, and nothing else. What holds it up is named, with the command that\n\
           clears it: `git track why ITEM`.",
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
        for condition in of_checks(world, spot, checks, Guarded::Commit, Given::NOTHING) {
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
}
