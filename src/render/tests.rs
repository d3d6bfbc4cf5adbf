//! What templates print, and what they are told when they cannot.

use serde_json::{Value, json};

use super::*;

// Renders the first of them.
fn all(templates: &[(&str, &str)], value: &Value, bounds: Bounds) -> Result<String> {
    let first = templates[0].0;
    let templates = templates.iter().map(|&(name, text)| (name.to_owned(), text.to_owned())).collect();
    render(&templates, first, value, bounds)
}

#[track_caller]
fn prints(template: &str, value: &Value, wanted: &str) {
    for bounds in [Bounds::Own, Bounds::Foreign] {
        let printed = all(&[("t.md", template)], value, bounds).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(printed, wanted, "{template}");
    }
}

#[track_caller]
fn fails(template: &str, message: &str) -> Error {
    let error = all(&[("t.md", template)], &json!({"x": 1, "list": [1]}), Bounds::Own).expect_err(message);
    assert_eq!(error.message(), message);
    assert!(!error.hints().is_empty(), "{error}");
    error
}

#[test]
fn values_print_as_they_are_written() {
    prints(
        "{{ a }}|{{ b }}|{{ c }}|{{ d }}|{{ e }}",
        &json!({"a": true, "b": false, "c": null, "d": 0.92, "e": 12}),
        "true|false||0.92|12",
    );
    prints(
        "{{ big }} {{ less }}",
        &json!({"big": 18_446_744_073_709_551_615_u64, "less": -3}),
        "18446744073709551615 -3",
    );
    prints(
        "{% for k, v in m|items %}{{ k }}={{ v }} {% endfor %}",
        &json!({"m": {"z": 1, "a": 2, "m": 3}}),
        "z=1 a=2 m=3 ",
    );
    prints("{{ [true, none, 1, 'a|b']|join(', ') }}", &json!({}), "true, , 1, a\\|b");
}

#[test]
fn blocks_leave_no_lines_and_the_last_line_end_stays() {
    prints("a\n  {% if x %}\nb\n  {% endif %}\nc\n", &json!({"x": true}), "a\nb\nc\n");
    prints(
        "{% for i in range(9) %}{% if i == 1 %}{% continue %}{% endif %}{% if i > 3 %}{% break %}{% endif %}{{ i }}{% endfor %}",
        &json!({}),
        "023",
    );
}

#[test]
fn a_value_is_escaped_once_by_where_it_lands() {
    let value = json!({"x": "a|b <i>", "list": ["a|b", "c*"]});
    prints("| {{ x }} | <i>|", &value, "| a\\|b &lt;i> | <i>|");
    prints("{{ list|join(', ') }}", &value, "a\\|b, c\\*");
    prints("{{ list|join(' | '|safe) }}", &value, "a\\|b | c\\*");
    prints("{% set s = list|join(', ') %}{{ s }}", &value, "a\\|b, c\\*");
    prints("{% set s %}*{{ x }}*{% endset %}{{ s }}", &value, "*a\\|b &lt;i>*");
    prints(
        "{% macro m(v) %}*{{ v }}*{% endmacro %}{{ m(x) }} {{ m(x)|upper }}",
        &value,
        "*a\\|b &lt;i>* *A\\|B &LT;I>*",
    );
    prints(
        "{% macro m() %}({{ caller() }}){% endmacro %}{% call m() %}{{ x }}|{% endcall %}",
        &value,
        "(a\\|b &lt;i>|)",
    );
    prints("{{ x|safe }} {{ x|e }} {{ x|upper }}", &value, "a|b <i> a\\|b &lt;i> A\\|B &lt;I>");
    prints("{% filter trim %} {{ x }} {% endfilter %}", &value, "a\\|b &lt;i>");
    let html = all(
        &[("t.html", "<b>{{ x }}</b> {{ t }}{{ n }}")],
        &json!({"x": "<i>'", "t": true, "n": null}),
        Bounds::Own,
    );
    assert_eq!(html.unwrap(), "<b>&lt;i&gt;&#39;</b> true");
}

#[test]
fn other_templates_are_found_by_name_only() {
    let lib = ("lib.md", "{% macro m(v) %}<{{ v }}>{% endmacro %}");
    let page = ("a.md", "{% from 'lib.md' import m %}{{ m('x|') }}{% include 'part.md' %}");
    assert_eq!(
        all(&[page, lib, ("part.md", "{{ y }}\n")], &json!({"y": 1}), Bounds::Foreign).unwrap(),
        "<x\\|>1\n"
    );
    let error = all(&[("a.md", "\n{% include 'b.md' %}")], &json!({}), Bounds::Own).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a.md:2:4: the template `a.md` asks for another: tried to include non-existing template 'b.md'"
    );
    let error = render(
        &Templates::from([("worktracker.md".into(), String::new())]),
        "worktraker.md",
        &json!({}),
        Bounds::Own,
    );
    assert_eq!(error.unwrap_err().hints(), ["did you mean `worktracker.md`?"]);
}

#[test]
fn filters_lay_out_what_is_not_finished_as_plain_text() {
    let value = json!({"x": "a|*b*\n```", "n": 42, "f": 42.5, "t": "⚪ Queued"});
    prints("{{ x|plain }}", &value, "a|*b* '''");
    prints(
        "[{{ t|pad(10) }}] [{{ n|lpad(4) }}] [{{ 'PENDING'|center(10) }}]",
        &value,
        "[⚪ Queued ] [  42] [  PENDING ]",
    );
    prints("{{ ' Phase 0'|frame(12) }}{{ x|cut(4)|pad(6) }}.", &value, "| Phase 0    |a|*…  .");
    prints("{{ n|bar }}{{ f|bar }}", &value, "[########............][########............]");
    prints("{{ t|rule('=') }} {{ '─'|repeat(3) }}", &value, "========= ───");
    prints("{{ 'a|b'|code }} {{ ''|code }} {{ none|code }}", &value, "`a\\|b` - -");
    prints("{{ '<a> & *b*'|html }}", &value, "&lt;a&gt; &amp; &#42;b&#42;");
    prints(
        "{% filter wrap(9, prefix='> ') %}\none two {{ x }}\n{% endfilter %}\n",
        &json!({"x": "*"}),
        "> one two\n> \\*\n",
    );
    prints("{{ 'one two'|wrap(5, '# ') }}", &value, "# one\n# two");
    prints(
        "{% filter aligned %}\n|a|b|\n|-|-|\n|{{ x }}|1|\n{% endfilter %}\n",
        &json!({"x": "y|z"}),
        "| a    | b   |\n| ---- | --- |\n| y\\|z | 1   |\n",
    );
}

#[test]
fn an_error_names_the_template_the_line_and_what_helps() {
    let error = fails("a\n{{ x }} {{ nobody }}\n", "the template `t.md` uses `nobody`, which is undefined");
    let at = error.place().unwrap();
    assert_eq!((at.file.as_str(), at.line, at.column, at.width), ("t.md", 2, 12, 6));
    assert_eq!(at.source, "{{ x }} {{ nobody }}");
    assert!(error.hints()[0].contains("{{ nobody|default(\"-\") }}"));
    fails("{{ x.y.z }}", "the template `t.md` uses `x.y`, which is undefined");
    fails("{{ nobody|pad(3) }}", "the template `t.md` uses `nobody`, which is undefined");
    fails("{% if nobody %}{% endif %}", "the template `t.md` uses `nobody`, which is undefined");
    let error = fails("{{ x|alined }}", "the template `t.md` uses the filter `alined`, which does not exist");
    assert_eq!(error.hints(), ["did you mean `aligned`?"]);
    fails(
        "{{ list }}",
        "the template `t.md`: a value of the type sequence cannot be printed; print its parts, or join them",
    );
    fails("{{ 'a'|bar }}", "the template `t.md`: a bar shows a percentage, not a string");
    fails("{{ 'a'|rule('') }}", "the template `t.md`: a rule is drawn with a character that can be seen");
    let error = fails("a\n{% if %}", "the template `t.md` cannot be read: unexpected end of block");
    assert_eq!(error.place().unwrap().line, 2);
    assert_eq!(error.kind(), crate::error::Kind::State);
}
