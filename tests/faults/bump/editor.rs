//! Somebody who saves a file in the moment between the last look at it and its replacement.
#![expect(clippy::disallowed_methods, reason = "a harness of processes and raw files")]

use std::fs;
use std::path::Path;

use super::super::{CALLS, traceable};
use super::yard::{Seen, TEN, ten};
use super::{ALL, FILES};

#[test]
fn an_edit_in_the_last_moment_of_a_bump_is_kept() {
    if !traceable("an_edit_in_the_last_moment_of_a_bump_is_kept") {
        return;
    }
    let base = ten();
    let before = Seen::of(&base);
    // The first rename takes the decision; the others replace the files in their order.
    for (args, file) in [(FILES, 0), (FILES, 7), (ALL, 3)] {
        let case = format!("{args:?} {file}");
        let ground = base.copy();
        let (name, text) = TEN[file];
        let mine = text.replace("1.0.0", "1.0.0-mine");
        let pause = [format!("renameat2:delay_enter=1500000:when={}", file + 2)];
        let decided = ground.track().join("txn.commit");
        let earlier = file.checked_sub(1).map(|earlier| ground.work().join(TEN[earlier].0));
        let is_there =
            || earlier.as_ref().is_none_or(|path| fs::read_to_string(path).unwrap().contains("1.1.0"));
        let ran = std::thread::scope(|scope| {
            let run = scope.spawn(|| ground.run_traced(Path::new("/dev/null"), CALLS, &pause, args));
            while !decided.exists() || !is_there() {
                assert!(!run.is_finished(), "{case}: it ended before its decision was seen");
                std::thread::yield_now();
            }
            fs::write(ground.work().join(name), &mine).unwrap();
            run.join().unwrap()
        });
        let ran = ran.exits(1, &case);
        let said = format!("error: `{name}` changed underneath");
        assert!(ran.stderr.contains(&said) && ran.stderr.contains("nothing"), "{case}: {ran:?}");
        assert_eq!(fs::read_to_string(ground.work().join(name)).unwrap(), mine, "{case}");
        fs::write(ground.work().join(name), text).unwrap();
        assert!(Seen::of(&ground) == before, "{case}: {:#?}", Seen::of(&ground));
        ground.run(&["version", "check"]).exits(0, &case);
    }
}
