//! The grammar of the hunt: what command lines are made of.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use super::super::program::Dice;
use super::words::{FLAGS, JUDGED, KEYS, KINDS, PROFILES, REFS, VALUES, VERBS, WORDS};

/// Texts that something on the way could choke on.
fn odd(dice: &mut Dice) -> OsString {
    match dice.roll(10) {
        0 => "\u{1b}[31mred\u{7}".into(),
        1 => "zwölf Boxkämpfer \u{1f600}\u{200d}\u{1f680}".into(),
        2 => "\u{202e}evil\u{2066}".into(),
        3 => "a\nb\r\nc\td".into(),
        4 => "x".repeat(1 + dice.roll(100_000)).into(),
        5 => OsString::from_vec(vec![b'a', 0xff, 0xfe, b'=', 0x80]),
        6 => "\u{feff}\u{85}\u{2028}\u{fffe}".into(),
        7 => "e\u{301}".repeat(200).into(),
        8 => "-".repeat(1 + dice.roll(4)).into(),
        _ => (0..dice.roll(12))
            .map(|_| char::from(u8::try_from(1 + dice.roll(126)).unwrap()))
            .collect::<String>()
            .into(),
    }
}

fn word(dice: &mut Dice) -> OsString {
    match dice.roll(20) {
        0..6 => (*dice.pick(&REFS)).into(),
        6..12 => {
            let mut pair = OsString::from(*dice.pick(&KEYS));
            pair.push("=");
            pair.push(if dice.roll(5) == 0 { odd(dice) } else { (*dice.pick(&VALUES)).into() });
            pair
        }
        12..16 => (*dice.pick(&FLAGS)).into(),
        16 => (*dice.pick(&WORDS)).into(),
        17 => (*dice.pick(&KINDS)).into(),
        18 if dice.roll(2) == 0 => (*dice.pick(&JUDGED)).into(),
        18 => (*dice.pick(&VALUES)).into(),
        _ => odd(dice),
    }
}

/// What the verb asks for, with a text that may be odd.
fn sensible(dice: &mut Dice, verb: &str, args: &mut Vec<OsString>) {
    let text = if dice.roll(2) == 0 { odd(dice) } else { "What came out.".into() };
    let reference = match dice.roll(3) {
        0 => OsString::from(*dice.pick(&JUDGED[..5])),
        _ => OsString::from(*dice.pick(&REFS[..9])),
    };
    let pair = |key: &str, value: &OsString| {
        let mut pair = OsString::from(format!("{key}="));
        pair.push(value);
        pair
    };
    match verb {
        "set" | "update" => {
            let value = if dice.roll(3) == 0 { text } else { OsString::from(*dice.pick(&VALUES)) };
            args.extend([reference, pair(dice.pick::<&str>(&KEYS), &value)]);
        }
        "add" => {
            args.extend([OsString::from(*dice.pick(&KINDS)), text, (*dice.pick(&["-wp", "-wo"])).into()]);
            if dice.roll(2) == 0 {
                args.push(pair(dice.pick::<&str>(&KEYS), &OsString::from(*dice.pick(&VALUES))));
            }
        }
        "new" => args.extend([OsString::from(*dice.pick(&PROFILES)), text]),
        "step" => args.extend([text, "-wt".into()]),
        "import" => args.push("../plan.yaml".into()),
        "config" => args.extend([
            "set".into(),
            (*dice.pick(&["base", "write", "paths.changes", "profiles"])).into(),
            text,
        ]),
        "note" | "start" | "submit" | "done" | "block" | "fail" | "retry" | "skip" | "reopen" => {
            args.extend([reference, "-m".into(), text]);
            if dice.roll(4) == 0 {
                args.push("--deviate".into());
            }
        }
        "score" | "gate" | "approve" | "reject" | "revoke" | "finding" | "trigger" => {
            judging(dice, verb, text, args);
        }
        "claim" | "unblock" | "show" | "why" => args.push(reference),
        _ => {}
    }
}

/// What the verbs ask for by which people judge.
fn judging(dice: &mut Dice, verb: &str, text: OsString, args: &mut Vec<OsString>) {
    let reference = OsString::from(*dice.pick(&JUDGED));
    let task = OsString::from(*dice.pick(&JUDGED[..4]));
    let by = || OsString::from("--by=ps");
    match verb {
        "score" => {
            args.extend([
                task,
                (*dice.pick(&["0.5", "0.91", "0.92", "1", "0.9199", "2", "-1"])).into(),
                by(),
            ]);
        }
        "gate" => {
            args.extend([
                (*dice.pick(&["list", "pass", "fail", "waive"])).into(),
                (*dice.pick(&JUDGED[5..9])).into(),
            ]);
            args.extend(["-m".into(), text]);
            args.extend((dice.roll(2) == 0).then(by));
        }
        "finding" => match dice.roll(5) {
            0 => {
                let at = *dice.pick(&[
                    "plan.yaml:1",
                    "plan.yaml:0",
                    "plan.yaml:9999",
                    "gone:1",
                    ":1",
                    "plan.yaml",
                ]);
                args.extend(["add".into(), task, at.into(), text, "--severity=high".into()]);
            }
            1 => args.extend(["add".into(), task, text, "--severity=low".into(), "--no-anchor=why".into()]),
            2 => args.extend(["list".into(), reference]),
            3 => args.extend(["fix".into(), (*dice.pick(&JUDGED[10..12])).into(), "HEAD".into()]),
            _ => {
                args.extend([
                    (*dice.pick(&["verify", "waive"])).into(),
                    (*dice.pick(&JUDGED[10..12])).into(),
                ]);
                args.extend(["-m".into(), text]);
            }
        },
        "trigger" => args.extend(["C4".into(), "--criterion=hot".into(), "-m".into(), text]),
        _ => args.extend([reference, "-m".into(), text]),
    }
}

/// A command line, and whether its answer is a document.
pub(super) fn line(dice: &mut Dice) -> (Vec<OsString>, bool) {
    let (verb, honoured) = *dice.pick(&VERBS);
    let mut args: Vec<OsString> = vec![verb.into()];
    // Often enough what the verb wants comes first, so that the draw gets beyond the arguments.
    if dice.roll(5) > 0 {
        sensible(dice, verb, &mut args);
    }
    let noise = if dice.roll(4) == 0 { dice.roll(6) } else { usize::from(dice.roll(4) == 0) };
    for _ in 0..noise {
        args.push(word(dice));
    }
    if dice.roll(2) == 0 {
        args.insert(1, "--json".into());
    }
    let asked = args.iter().take_while(|arg| *arg != "--").any(|arg| arg == "--json");
    (args, asked && honoured)
}
