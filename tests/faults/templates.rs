//! Templates that mean harm, in the process that is made for them: whoever started it is told why, and goes on.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const CANARY: &str = "canary-3f1c";

fn confined(template: &str) -> Output {
    let order = json!({
        "templates": {"bad.md": template},
        "name": "bad.md",
        "value": {"title": "a|b", "items": ["c", "d"]},
    });
    let mut child = Command::new(env!("CARGO_BIN_EXE_git-track"));
    child
        .arg("confined")
        .env("CANARY", CANARY)
        .env("GIT_TRACK_CANARY", CANARY)
        .arg0(env!("CARGO_BIN_EXE_git-track"));
    child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = child.spawn().unwrap();
    child.stdin.take().unwrap().write_all(order.to_string().as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn complaint(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn an_ordinary_template_is_rendered() {
    let output = confined("# {{ title }}\n{% for i in items %}\n- {{ i }}\n{% endfor %}\n");
    assert_eq!(complaint(&output), "");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "# a\\|b\n- c\n- d\n");
    let long = confined("{% for i in range(60) %}{{ '🔴\u{7f}' * 10000 }}{% endfor %}");
    assert_eq!((complaint(&long), long.stdout.len()), (String::new(), 60 * 40_000));
}

#[test]
fn an_error_comes_back_with_its_place_and_advice() {
    let output = confined("one\n{{ title }} {{ nobody }}\n");
    let told = complaint(&output);
    assert_eq!(output.status.code(), Some(4), "{told}");
    assert!(
        told.starts_with("error: the template `bad.md` uses `nobody`, which is undefined\n  --> bad.md:2:"),
        "{told}"
    );
    assert!(told.contains("^^^^^^") && told.contains("hint: where it may be missing"), "{told}");
}

#[test]
fn twelve_hostile_templates_are_told_apart_and_end_soon() {
    let minus = format!("{{{{ {}1 }}}}", "-".repeat(20_000));
    let plus = format!("{{{{ {}1 }}}}", "1+".repeat(15_000));
    let nested = format!("{{{{ {}1{} }}}}", "(".repeat(9_000), ")".repeat(9_000));
    for (template, why) in [
        ("{{ 'x\n'|indent(500000000) }}", "fuel"),
        ("{{ '%1000000000d'|format(1) }}", "fuel"),
        ("{{ [1]|batch(1000000000, 0)|list }}", "fuel"),
        ("{{ ('x' * 1000000)|replace('x', 'y' * 1000000) }}", "fuel"),
        (
            "{% set n = namespace(s='xxxx') %}{% for i in range(60) %}{% set n.s = n.s ~ n.s %}{% endfor %}",
            "fuel",
        ),
        (&minus, "nested too deeply"),
        (&plus, "nested too deeply"),
        (&nested, "nested too deeply"),
        ("{% for a in range(90000) %}{% for b in range(90000) %}{% endfor %}{% endfor %}", "fuel"),
        ("{% include 'bad.md' %}", "recursion"),
        ("{% include '../../../../../../etc/passwd' %}", "asks for another"),
        ("{{ debug() }}", "debug"),
    ] {
        let started = Instant::now();
        let output = confined(template);
        let told = complaint(&output);
        assert_eq!(output.status.code(), Some(4), "{template:.60}: {told}");
        assert!(told.contains("`bad.md`") && told.contains(why), "{template:.60}: {told}");
        assert!(started.elapsed() < Duration::from_secs(60), "{template:.60}");
    }
}

#[test]
fn the_process_sees_nothing_of_ours() {
    for template in [
        "{{ CANARY }}",
        "{{ env.CANARY }}",
        "{{ self }}",
        "{{ debug() }}",
        "{{ items|tojson }}",
        "{{ [title, items]|string }}",
    ] {
        let output = confined(template);
        assert!(!String::from_utf8_lossy(&output.stdout).contains(CANARY), "{template}");
        assert!(!complaint(&output).contains(CANARY), "{template}");
    }
}

/// The limits hold without the bounds of the renderer: an order that is too big for the memory, not for the parser.
#[test]
fn what_needs_more_memory_than_there_is_is_named() {
    let order = json!({
        "templates": {"big.md": "{{ x|length }}"},
        "name": "big.md",
        "value": {"x": vec![Value::from(0); 12_000_000]},
    });
    let mut child = Command::new(env!("CARGO_BIN_EXE_git-track"));
    let mut child = child
        .arg("confined")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(order.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let told = complaint(&output);
    assert_eq!(output.status.code(), Some(4), "{told}");
    assert!(told.contains("the template `big.md` used more than 512 MiB"), "{told}");
}
