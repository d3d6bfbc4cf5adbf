//! Templates that mean harm: each is refused with its name, and this process goes on.

use serde_json::json;

use super::*;

fn answer(template: &str) -> Result<String> {
    let templates = Templates::from([("bad.md".to_owned(), template.to_owned())]);
    render(&templates, "bad.md", &json!({"title": "x", "items": [1, 2, 3]}), Bounds::Foreign)
}

#[test]
fn work_text_and_depth_are_bounded() {
    let doubling = "{% set ns = namespace(s='xxxxxxxxxx') %}{% for i in range(60) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}";
    let loops = "{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}{% endfor %}{% endfor %}{% endfor %}";
    for (template, why) in [
        ("{{ 'x\n'|indent(500000000) }}", "fuel"),
        ("{{ '%1000000000d'|format(1) }}", "fuel"),
        ("{{ '%.1000000000f'|format(1.0) }}", ""),
        ("{{ [1]|batch(1000000000, 0)|list|length }}", "fuel"),
        ("{{ [1]|slice(1000000000)|list|length }}", "fuel"),
        ("{{ ('x' * 1000000)|replace('x', 'y' * 1000000) }}", "fuel"),
        ("{{ range(90000)|join('y' * 1000000) }}", "fuel"),
        ("{{ 'x' * 90000000 }}", "fuel"),
        ("{{ ([0] * 90000000)|list }}", "fuel"),
        (doubling, "fuel"),
        (loops, "fuel"),
        ("{% for i in range(1000000000) %}{% endfor %}", "too long"),
        ("{{ range(9223372036854775807, -9223372036854775807, -1)|length }}", "too long"),
        ("{{ 'x'|repeat(1001) }}", "1001 is too many; at most 1000"),
        ("{{ 'x'|pad(1000000000) }}", "at most 1000"),
        ("{{ 'x'|lpad(1000000000) }}", "at most 1000"),
        ("{{ 'x'|center(1000000000) }}", "at most 1000"),
        ("{{ 'x'|frame(1000000000) }}", "at most 1000"),
        ("{{ ('x ' * 1000000)|wrap(1, 'y' * 1000) }}", "becomes too long"),
        ("{{ ('x' * 100000)|rule('=' * 100000) ~ ('x' * 5000000)|rule('=') }}", "becomes too long"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "recursion"),
        ("{% include 'bad.md' %}", "recursion"),
        ("{% extends 'bad.md' %}", "cycle"),
        ("{% for i in range(90) %}{{ 'x' * 60000 }}{% endfor %}", "more than 4 MiB"),
    ] {
        let error = answer(template).expect_err(template);
        assert!(error.message().contains("`bad.md`") && error.message().contains(why), "{template}: {error}");
        assert!(error.kind() == crate::error::Kind::State && !error.hints().is_empty(), "{template}");
    }
}

#[test]
fn what_the_parser_cannot_hold_never_reaches_it() {
    for template in [
        format!("{{{{ {}1 }}}}", "-".repeat(20_000)),
        format!("{{{{ {}1 }}}}", "1+".repeat(15_000)),
        format!("{{{{ {}1{} }}}}", "(".repeat(9_000), ")".repeat(9_000)),
        format!("{}{}", "{% if 1 %}".repeat(1_500), "{% endif %}".repeat(1_500)),
        format!("{{% if 1 %}}{}{{% endif %}}", "{% elif 1 %}".repeat(2_500)),
        "x".repeat((32 << 10) + 1),
    ] {
        let error = answer(&template).unwrap_err();
        assert!(
            error.message().contains("nested too deeply") || error.message().contains("too long"),
            "{error}"
        );
    }
}

#[test]
fn nothing_but_what_was_given_can_be_seen() {
    for (template, why) in [
        ("{% include '../../../../etc/passwd' %}", "asks for another"),
        ("{% include '/etc/passwd' %}", "asks for another"),
        ("{% import '/etc/passwd' as p %}", "asks for another"),
        ("{{ debug() }}", "debug"),
        ("{{ env }}", "`env`, which is undefined"),
        ("{{ environ['HOME'] }}", "`environ`, which is undefined"),
        ("{{ title.__class__ }}", "which is undefined"),
        ("{{ title|pprint }}", "filter `pprint`"),
    ] {
        let error = answer(template).expect_err(template);
        assert!(error.message().contains("`bad.md`") && error.message().contains(why), "{template}: {error}");
        assert!(!error.hints().is_empty(), "{template}");
    }
}
