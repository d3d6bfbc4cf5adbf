//! Many writers that die at random, and readers beside them: nothing acknowledged is lost, nothing is seen half.
#![expect(clippy::disallowed_methods, reason = "a harness of processes and raw files")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;

use super::program::{Dice, Ground, workflow};
use super::{CALLS, full, say, traceable};

const WRITERS: usize = 8;
const READERS: usize = 2;

fn rounds() -> usize {
    if full() { 200 } else { 8 }
}

/// What one writer knows.
struct Known {
    /// Numbers of the updates that the program said yes to.
    acknowledged: Vec<usize>,
    /// The number of the last update that was tried.
    tried: usize,
    kills: usize,
}

/// Some updates leave a note as well; not all, so that the files do not grow for ever.
fn is_noted(number: usize) -> bool {
    number.is_multiple_of(8)
}

fn state_of(ground: &Ground, id: &str) -> Value {
    let text = std::fs::read_to_string(ground.file(id)).unwrap();
    let mut state: Value =
        serde_yaml::from_str(&text).unwrap_or_else(|e| panic!("{id} is torn: {e}\n{text}"));
    state["items"].take()
}

/// Sets the same in two files with each command, until enough of them were acknowledged.
fn write(ground: &Ground, me: usize) -> Known {
    let mut dice = Dice(u64::try_from(me).unwrap());
    let mut known = Known { acknowledged: Vec::new(), tried: 0, kills: 0 };
    while known.acknowledged.len() < rounds() {
        // What was acknowledged stays, whatever the others have written since.
        check(&state_of(ground, "v"), me, &known);
        check(&state_of(ground, "w"), me, &known);
        known.tried += 1;
        let number = known.tried;
        let refs = [format!("w:item-{me}"), format!("v:item-{me}")];
        let mut pairs = vec![format!("owner=t{number}")];
        if is_noted(number) {
            pairs.push(format!("note=t{number}"));
        }
        let mut command = ground.track_command(&["set", "--as=Ada"]);
        let mut child = command.args(&refs).args(&pairs).stdout(std::process::Stdio::null()).spawn().unwrap();
        if dice.roll(3) == 0 {
            std::thread::sleep(Duration::from_micros(u64::try_from(dice.roll(40_000)).unwrap()));
            if child.try_wait().unwrap().is_none() {
                child.kill().unwrap();
                known.kills += 1;
            }
        }
        match child.wait().unwrap().code() {
            Some(0) => known.acknowledged.push(number),
            None => {}
            code => panic!("writer {me}: {code:?}"),
        }
        if number.is_multiple_of(4) {
            ground.run(&["set", "w", "v", &format!("title=T{me}-{number}"), "--as=Ada"]).exits(0, "title");
        }
    }
    known
}

fn owners(list: &Value) -> BTreeMap<&str, &Value> {
    let items = list["items"].as_array().expect("items");
    items.iter().map(|item| (item["ref"].as_str().unwrap(), &item["owner"])).collect()
}

/// Reads until the writers are done; how often.
fn read(ground: &Ground, done: &AtomicBool) -> usize {
    let mut reads = 0;
    while !done.load(Ordering::Relaxed) {
        let list = ground.run(&["list", "--json", "--all"]).exits(0, "list").json("list");
        let owners = owners(&list);
        assert_eq!(owners.len(), 2 * WRITERS, "{list}");
        for me in 0..WRITERS {
            let pair = [owners[&*format!("v:item-{me}")], owners[&*format!("w:item-{me}")]];
            assert_eq!(pair[0], pair[1], "half a plan was seen for item-{me}");
        }
        let status = ground.run(&["status", "--json"]).exits(0, "status").json("status");
        assert_eq!(status["workflows"][0]["title"], status["workflows"][1]["title"], "half a plan was seen");
        reads += 2;
    }
    reads
}

fn notes(item: &Value) -> Vec<&str> {
    let notes = item["notes"].as_object();
    notes.into_iter().flatten().map(|(_, note)| note["text"].as_str().unwrap()).collect()
}

/// Compares a file with what a writer knows.
fn check(items: &Value, me: usize, known: &Known) {
    let item = &items[format!("item-{me}")];
    let notes = notes(item);
    for number in known.acknowledged.iter().filter(|number| is_noted(**number)) {
        let text = format!("t{number}");
        let times = notes.iter().filter(|note| **note == text).count();
        assert_eq!(times, 1, "item-{me}: {text} was acknowledged and is there {times} times");
    }
    // One that was killed may have been written before.
    let last = known.acknowledged.last().copied().unwrap_or_default();
    let owner = item["owner"].as_str().map_or(0, |owner| owner[1..].parse().unwrap());
    assert!((last..=known.tried).contains(&owner), "item-{me}: t{last} was acknowledged, t{owner} is there");
}

#[test]
fn no_acknowledged_command_is_lost() {
    let items: Vec<String> = (0..WRITERS).map(|me| format!("item-{me}")).collect();
    let items: Vec<&str> = items.iter().map(String::as_str).collect();
    let ground = Ground::new(&[
        ("w", workflow("w", &items).replace("The w", "The same")),
        ("v", workflow("v", &items).replace("The v", "The same")),
    ]);
    let ground = &ground;
    let done = AtomicBool::new(false);
    let reads = AtomicUsize::new(0);
    let known: Vec<Known> = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..READERS).map(|_| scope.spawn(|| read(ground, &done))).collect();
        let writers: Vec<_> = (0..WRITERS).map(|me| scope.spawn(move || write(ground, me))).collect();
        let known: Vec<_> = writers.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        done.store(true, Ordering::Relaxed);
        for reader in readers {
            reads.fetch_add(reader.join().unwrap(), Ordering::Relaxed);
        }
        known.into_iter().map(Result::unwrap).collect()
    });
    ground.run(&["status"]).exits(0, "at the end");
    for id in ["w", "v"] {
        let items = state_of(ground, id);
        for (me, known) in known.iter().enumerate() {
            check(&items, me, known);
        }
    }
    ground.doctor_is_content("at the end");
    let strays: Vec<String> = ground.tree().into_keys().filter(|name| name.contains(".gtk-")).collect();
    assert!(strays.is_empty(), "{strays:?}");
    let acknowledged: usize = known.iter().map(|known| known.acknowledged.len()).sum();
    let kills: usize = known.iter().map(|known| known.kills).sum();
    assert!(kills > WRITERS, "only {kills} kills");
    let reads = reads.into_inner();
    say(&format!(
        "{WRITERS} writers of pairs, {acknowledged} acknowledged, {kills} kills, {reads} reads: 0 lost, 0 half"
    ));
}

#[test]
fn a_change_taken_back_while_it_is_read_is_not_seen_half() {
    if !traceable("a_change_taken_back_while_it_is_read_is_not_seen_half") {
        return;
    }
    let list = ["list", "--json", "--all"];
    let ground = Ground::new(&[("v", workflow("v", &["x"])), ("w", workflow("w", &["x"]))]);
    let set = |owner: &str| ground.run(&["set", "v:x", "w:x", owner, "--as=Ada"]).exits(0, owner);
    set("owner=old");
    let log = ground.path().join("log");
    ground.run_traced(&log, CALLS, &[], &list).exits(0, "list");
    let text = std::fs::read_to_string(&log).unwrap();
    let opens: Vec<&str> = text.lines().filter(|line| line.starts_with("openat2(")).collect();
    let nth = |file: &str| opens.iter().position(|line| line.contains(file)).unwrap() + 1;
    let (first, second) = (nth("workflows/v.yaml"), nth("workflows/w.yaml"));
    assert_eq!(second, first + 1, "{opens:?}");
    // Waits before it opens the first file, and again before the second.
    let wait = format!("openat2:delay_enter=1500000:when={first}..{second}");
    let seen = std::thread::scope(|scope| {
        let reader = scope.spawn(|| ground.run_traced(Path::new("/dev/null"), CALLS, &[wait], &list));
        std::thread::sleep(Duration::from_millis(800));
        set("owner=new");
        std::thread::sleep(Duration::from_millis(1400));
        ground.run(&["undo"]).exits(0, "undo");
        reader.join().unwrap()
    });
    let seen = seen.exits(0, "the reader").json("the reader");
    assert_eq!(owners(&seen)["v:x"], owners(&seen)["w:x"], "half a plan was seen");
}
