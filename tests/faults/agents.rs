//! Agents that begin at the same moment: however they come, the limit of their process holds.

use std::process::{Child, Stdio};

use super::program::Ground;
use super::say;

const AGENTS: usize = 10;
/// How many the shipped process lets work at once.
const LIMIT: usize = 6;
const ROUNDS: usize = 4;

fn phase(begun: usize) -> String {
    let mut text = String::from(
        "schema: 1\nid: p\nprofile: phase\ntitle: The p\nstate: active\nstarted: \"2026-01-01T00:00:00Z\"\nby: Ada\n\
         items:\n  stage-1:\n    title: One\n    items:\n",
    );
    for me in 0..AGENTS {
        text.push_str(&format!("      t{me}:\n        kind: task\n        title: T\n        owner: a{me}\n"));
        if me < begun {
            text.push_str("        state: active\n        started: \"2026-01-01T00:00:00Z\"\n");
        }
    }
    text.push_str("agents:\n");
    (0..AGENTS).for_each(|me| text.push_str(&format!("  a{me}: {{role: R}}\n")));
    text
}

/// All that are not at work begin at once, by one verb or the other; how many may.
fn race(begun: usize) -> usize {
    let ground = Ground::new(&[("p", phase(begun))]);
    let start = |me: usize| -> Child {
        let verb = if me.is_multiple_of(2) { "start" } else { "claim" };
        let args = [verb, &format!("t{me}"), &format!("--as=a{me}")].map(str::to_owned);
        ground.track_command(&args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let children: Vec<(usize, Child)> = (begun..AGENTS).map(|me| (me, start(me))).collect();
    let mut won = 0;
    for (me, child) in children {
        let mut output = child.wait_with_output().unwrap();
        // Whoever finds the lock taken for too long comes again.
        for _ in 0..20 {
            if output.status.code() == Some(75) {
                output = start(me).wait_with_output().unwrap();
            }
        }
        let said = String::from_utf8(output.stderr).unwrap();
        match output.status.code() {
            Some(0) => won += 1,
            Some(1) => assert!(said.contains("at most 6 agents are at work; 6 are: "), "a{me}: {said}"),
            code => panic!("a{me}: {code:?} {said}"),
        }
    }
    let list = ground.run(&["list", "--json", "--state", "active"]).exits(0, "list").json("list");
    let items = list["items"].as_array().unwrap();
    let active = items.iter().filter(|item| item["kind"] == "task").count();
    assert_eq!(active, begun + won, "{list}");
    active
}

#[test]
fn agents_that_begin_at_once_stay_within_the_limit() {
    for begun in [0, LIMIT - 1].into_iter().cycle().take(ROUNDS) {
        assert_eq!(race(begun), LIMIT, "{begun} were at work");
    }
    say(&format!(
        "{ROUNDS} races of up to {AGENTS} agents for {LIMIT} places: nobody too many, no place left"
    ));
}
