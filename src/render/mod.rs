//! Templates: text with places for values, rendered.
#![allow(missing_docs)]
use std::collections::BTreeMap;

use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value};
use serde_json::Value as Json;
use unicode_width::UnicodeWidthStr;

use crate::error::{Error, Result};

pub type Templates = BTreeMap<String, String>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bounds { Own, Foreign }

fn w(s: &str) -> usize { s.width() }
fn cut(s: String, n: usize) -> String {
    if w(&s) <= n { return s; }
    let mut o = String::new();
    for c in s.chars() { if w(&o) + w(&c.to_string()) + 1 > n { break; } o.push(c); }
    o.push('…'); o
}
fn pad(s: String, n: usize) -> String { let k = n.saturating_sub(w(&s)); s + &" ".repeat(k) }
fn lpad(s: String, n: usize) -> String { let k = n.saturating_sub(w(&s)); " ".repeat(k) + &s }
fn center(s: String, n: usize) -> String { let k = n.saturating_sub(w(&s)); let r = k / 2; " ".repeat(k - r) + &s + &" ".repeat(r) }
fn frame(s: String, n: usize) -> String { format!("|{}|", pad(cut(s, n), n)) }
fn bar(p: u64) -> String { let f = (p / 5) as usize; format!("[{}{}]", "#".repeat(f), ".".repeat(20usize.saturating_sub(f))) }
fn rule(s: String, c: String) -> String { c.repeat(w(&s)) }
fn repeat(s: String, n: usize) -> String { s.repeat(n) }
fn wrap(s: String, n: usize, prefix: Option<String>) -> String {
    let p = prefix.unwrap_or_default();
    let mut lines: Vec<String> = vec![]; let mut l = p.clone(); let mut empty = true;
    for word in s.split_whitespace() {
        if !empty && w(&l) + 1 + w(word) > n { lines.push(l); l = p.clone(); empty = true; }
        if !empty { l.push(' '); } l.push_str(word); empty = false;
    }
    lines.push(l); lines.join("\n")
}
fn cells(line: &str) -> Vec<String> {
    let mut out = vec![]; let mut cur = String::new(); let mut esc = false;
    for c in line.trim().trim_start_matches('|').chars() {
        if c == '|' && !esc { out.push(cur.trim().to_owned()); cur.clear(); } else { cur.push(c); }
        esc = c == '\\' && !esc;
    }
    out
}
fn aligned(s: String) -> String {
    let mut out = String::new(); let mut table: Vec<Vec<String>> = vec![];
    fn flush(t: &mut Vec<Vec<String>>, out: &mut String) {
        let n = t.iter().map(Vec::len).max().unwrap_or(0);
        let is_sep = |r: &Vec<String>| r.iter().all(|c| !c.is_empty() && c.chars().all(|c| c == '-'));
        let ws: Vec<usize> = (0..n).map(|i| t.iter().filter(|r| !is_sep(r)).filter_map(|r| r.get(i)).map(|c| w(c)).max().unwrap_or(0)).collect();
        for r in t.drain(..) {
            let sep = is_sep(&r);
            let line: Vec<String> = r.iter().zip(&ws).map(|(c, n)| if sep { "-".repeat(*n) } else { pad(c.clone(), *n) }).collect();
            out.push_str(&format!("| {} |\n", line.join(" | ")));
        }
    }
    for line in s.lines() {
        if line.starts_with('|') { table.push(cells(line)); } else { flush(&mut table, &mut out); out.push_str(line); out.push('\n'); }
    }
    flush(&mut table, &mut out); out
}

pub fn render(templates: &Templates, name: &str, value: &Json, _bounds: Bounds) -> Result<String> {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    let mut syntax = minijinja::syntax::SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    env.set_syntax(syntax.build().map_err(|e| Error::state(e.to_string()))?);
    env.add_filter("pad", pad); env.add_filter("lpad", lpad); env.add_filter("center", center); env.add_filter("cut", cut);
    env.add_filter("frame", frame); env.add_filter("bar", bar); env.add_filter("rule", rule); env.add_filter("repeat", repeat);
    env.add_filter("wrap", wrap); env.add_filter("aligned", aligned); env.add_filter("plain", |s: String| s);
    env.add_filter("values", |v: Value| -> std::result::Result<Vec<Value>, minijinja::Error> { Ok(v.try_iter()?.map(|k| v.get_item(&k).unwrap_or_default()).collect()) });
    env.add_filter("code", |s: String| format!("`{s}`"));
    for (name, text) in templates { env.add_template(name, text).map_err(|e| Error::state(format!("{e:#}")))?; }
    let t = env.get_template(name).map_err(|e| Error::state(e.to_string()))?;
    t.render(Value::from(Serde(value))).map_err(|e| Error::state(format!("{e:#} {:?}", e.line())))
}
