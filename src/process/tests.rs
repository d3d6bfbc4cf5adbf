//! Real children: a shell and what it runs.

use super::*;

fn sh(script: &str) -> Call {
    let vars = Vars::from([("PATH".into(), "/usr/local/bin:/usr/bin:/bin".into())]);
    Call::new("sh", Path::new("/"), &vars).args(["-c", script])
}

#[test]
fn output_status_and_input_are_kept_apart() {
    let output = sh("cat; echo oops >&2; exit 3").stdin("in").run().unwrap();
    assert_eq!(
        (output.code, output.stdout.as_slice(), output.complaint().as_str()),
        (Some(3), b"in".as_slice(), "oops")
    );
}

#[test]
fn more_than_a_pipe_holds_in_both_directions() {
    let big = vec![b'x'; 3_000_000];
    assert_eq!(sh("cat").stdin(big.clone()).checked().unwrap(), big);
}

#[test]
fn the_deadline_kills() {
    let started = Instant::now();
    let error = sh("exec sleep 30").deadline(Duration::from_millis(100)).run().unwrap_err();
    assert!(error.message().contains("did not end within 0.1 s"), "{error}");
    let named = sh("exec sleep 30").named("the nap").deadline(Duration::from_millis(100)).run().unwrap_err();
    assert_eq!(named.message(), "the nap did not end within 0.1 s and was killed");
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_background_process_does_not_hold_the_answer() {
    let started = Instant::now();
    assert_eq!(sh("sleep 30 & echo done").checked().unwrap(), b"done\n");
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[test]
fn too_much_output_is_an_error_and_not_a_prefix() {
    let error = sh("yes").limit(1000).run().unwrap_err();
    assert!(error.message().contains("more than 1000 bytes"), "{error}");
}

#[test]
fn a_failure_names_the_command_and_its_reason() {
    let error = sh("echo; echo first >&2; echo second >&2; exit 9").checked().unwrap_err();
    assert!(error.message().ends_with("failed (9): first"), "{error}");
    assert_eq!(error.notes(), ["second"]);
    let error = Call::new("no-such-program-here", Path::new("/"), &Vars::new()).run().unwrap_err();
    assert!(error.message().starts_with("cannot run `no-such-program-here`"), "{error}");
}

#[test]
fn a_child_sees_the_given_environment_only() {
    let vars = Vars::from([
        ("PATH".into(), "/usr/local/bin:/usr/bin:/bin".into()),
        ("GIT_DIR".into(), "/elsewhere".into()),
        ("GIT_CONFIG_COUNT".into(), "0".into()),
    ]);
    let mut call = Call::git_read(Path::new("/"), &vars);
    call.program = "env".into();
    let text = String::from_utf8(call.checked().unwrap()).unwrap();
    let mut names: Vec<_> = text.lines().filter_map(|line| line.split('=').next()).collect();
    names.sort_unstable();
    let wanted = [
        "GIT_CONFIG_COUNT",
        "GIT_NO_LAZY_FETCH",
        "GIT_OPTIONAL_LOCKS",
        "GIT_TERMINAL_PROMPT",
        "LANGUAGE",
        "LC_ALL",
        "PATH",
    ];
    assert_eq!(names, wanted);
}

#[test]
fn every_variable_that_git_calls_local_is_scrubbed() {
    let vars = Vars::from([("PATH".into(), "/usr/local/bin:/usr/bin:/bin".into())]);
    let list = Call::git_read(Path::new("/"), &vars).args(["rev-parse", "--local-env-vars"]).checked();
    let list = String::from_utf8(list.unwrap()).unwrap();
    assert!(list.lines().any(|name| name == "GIT_DIR"), "{list}");
    for name in list.lines().filter(|name| !name.starts_with("GIT_CONFIG_")) {
        assert!(REPOSITORY_VARS.contains(&name), "{name}");
    }
}

#[test]
fn what_people_see_is_not_kept_but_how_it_ended() {
    let end = |script: &str| sh(script).run_aloud().unwrap().end;
    assert_eq!(end("exit 0"), Ending::Exit(0));
    assert_eq!(end("exit 3"), Ending::Exit(3));
    assert_eq!(end("kill -9 $$"), Ending::Signal);
    let error = Call::new("no-such-program-here", Path::new("/"), &Vars::new()).run_aloud().unwrap_err();
    assert!(error.message().starts_with("cannot run `no-such-program-here`"), "{error}");
}

#[test]
fn the_deadline_ends_grandchildren_too() {
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("alive");
    let script = format!("(sleep 0.5; touch '{}') & wait", mark.display());
    let ended = sh(&script).deadline(Duration::from_millis(100)).run_aloud().unwrap();
    assert_eq!(ended.end, Ending::Late);
    std::thread::sleep(Duration::from_millis(700));
    assert!(!mark.exists(), "what it had begun went on");
}

#[test]
fn a_scrubbed_environment_names_no_repository() {
    let mut vars = Vars::from([("PATH".into(), "/usr/local/bin:/usr/bin:/bin".into())]);
    vars.insert("GIT_DIR".into(), "/elsewhere".into());
    vars.insert("GIT_INDEX_FILE".into(), "/elsewhere/index".into());
    vars.insert("OTHER".into(), "stays".into());
    let seen = Call::scrubbed("env", Path::new("/"), &vars).var("GIT_TRACK_ITEM", "C1").checked().unwrap();
    let seen = String::from_utf8(seen).unwrap();
    assert!(!seen.contains("GIT_DIR") && !seen.contains("GIT_INDEX_FILE"), "{seen}");
    assert!(seen.contains("OTHER=stays") && seen.contains("GIT_TRACK_ITEM=C1"), "{seen}");
}
