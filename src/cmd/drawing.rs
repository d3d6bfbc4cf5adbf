//! A dependency graph in the languages of other programs: valid whatever stands in the titles.

use std::collections::HashSet;
use std::fmt::Write as _;

use crate::ui::clean;

/// What is drawn.
pub(super) struct Picture {
    /// Groups before what stands in them.
    pub shapes: Vec<Shape>,
    /// From and to, as indices of shapes.
    pub arrows: Vec<(usize, usize)>,
    /// The shapes of the longest chain.
    pub path: Vec<usize>,
    /// What has to be said first.
    pub remark: Option<String>,
}

/// A node or a group.
pub(super) struct Shape {
    /// What it is called.
    pub name: String,
    /// The word for its state.
    pub word: String,
    /// What it is, in one line; may be empty.
    pub title: String,
    /// How it looks.
    pub form: Form,
    /// The group that it stands in.
    pub within: Option<usize>,
}

/// How a shape looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A frame around what stands in it.
    Group,
    /// An item without items in it.
    Item,
    /// A gate.
    Gate,
    /// A checkpoint.
    Checkpoint,
    /// What the workflow needs and does not hold.
    Outside,
}

/// The picture as a flowchart of Mermaid.
pub(super) fn mermaid(picture: &Picture) -> String {
    let keys = keys(picture);
    let mut out = String::new();
    if let Some(remark) = &picture.remark {
        let _ = writeln!(out, "%% {}", clean(remark));
    }
    out.push_str("flowchart TD\n");
    // An arrow between a group and what stands in it is an error there: a node of its own stands for the group.
    let stand_ins: HashSet<usize> = picture
        .arrows
        .iter()
        .filter(|(from, to)| picture.nested(*from, *to))
        .flat_map(|&(from, to)| [from, to])
        .filter(|&end| picture.form(end) == Some(Form::Group))
        .collect();
    picture.walk(|depth, visit| {
        let indent = "  ".repeat(depth + 1);
        match visit {
            Visit::Close => {
                let _ = writeln!(out, "{indent}end");
            }
            Visit::Open(index, shape) => {
                let key = key(&keys, index);
                let label = flowchart_label(shape);
                let _ = match shape.form {
                    Form::Group => writeln!(out, "{indent}subgraph {key}[\"{label}\"]"),
                    Form::Item => writeln!(out, "{indent}{key}[\"{label}\"]"),
                    Form::Gate => writeln!(out, "{indent}{key}{{{{\"{label}\"}}}}"),
                    Form::Checkpoint => writeln!(out, "{indent}{key}([\"{label}\"])"),
                    Form::Outside => writeln!(out, "{indent}{key}[[\"{label}\"]]"),
                };
                if stand_ins.contains(&index) {
                    let _ = writeln!(out, "{indent}  {}[\"{}\"]", stand_in(key), flowchart_text(&shape.name));
                }
            }
        }
    });
    for &(from, to) in &picture.arrows {
        let nested = picture.nested(from, to);
        let end = |end: usize| match picture.form(end) {
            Some(Form::Group) if nested => stand_in(key(&keys, end)),
            _ => key(&keys, end).to_owned(),
        };
        let _ = writeln!(out, "  {} --> {}", end(from), end(to));
    }
    if !picture.path.is_empty() {
        let path: Vec<&str> = picture.path.iter().map(|&index| key(&keys, index)).collect();
        let _ = writeln!(out, "  classDef critical stroke:#c00,stroke-width:3px");
        let _ = writeln!(out, "  class {} critical", path.join(","));
    }
    out
}

/// The picture as a directed graph of Graphviz.
pub(super) fn dot(picture: &Picture) -> String {
    let keys = keys(picture);
    let mut out = String::new();
    if let Some(remark) = &picture.remark {
        let _ = writeln!(out, "// {}", clean(remark));
    }
    out.push_str("digraph {\n  compound=true\n  node [shape=box]\n");
    let path: HashSet<usize> = picture.path.iter().copied().collect();
    picture.walk(|depth, visit| {
        let indent = "  ".repeat(depth + 1);
        match visit {
            Visit::Close => {
                let _ = writeln!(out, "{indent}}}");
            }
            Visit::Open(index, shape) => {
                let key = key(&keys, index);
                let look = match shape.form {
                    Form::Group => {
                        // Arrows end at nodes: one that is not seen stands for the group.
                        let _ = writeln!(out, "{indent}subgraph cluster_{key} {{");
                        let _ = writeln!(out, "{indent}  label=\"{}\"", graph_label(shape));
                        let _ = writeln!(out, "{indent}  {} [shape=point style=invis]", stand_in(key));
                        return;
                    }
                    Form::Item => "",
                    Form::Gate => " shape=hexagon",
                    Form::Checkpoint => " shape=octagon",
                    Form::Outside => " style=dashed",
                };
                let mark = if path.contains(&index) { " color=\"#cc0000\" penwidth=3" } else { "" };
                let _ = writeln!(out, "{indent}{key} [label=\"{}\"{look}{mark}]", graph_label(shape));
            }
        }
    });
    for &(from, to) in &picture.arrows {
        let nested = picture.nested(from, to);
        let mut looks = Vec::new();
        let mut end = |end: usize, attribute: &str| {
            let key = key(&keys, end);
            if picture.form(end) != Some(Form::Group) {
                return key.to_owned();
            }
            if !nested {
                looks.push(format!("{attribute}=cluster_{key}"));
            }
            stand_in(key)
        };
        let (from, to) = (end(from, "ltail"), end(to, "lhead"));
        let looks = if looks.is_empty() { String::new() } else { format!(" [{}]", looks.join(" ")) };
        let _ = writeln!(out, "  {from} -> {to}{looks}");
    }
    out.push_str("}\n");
    out
}

/// A shape begins, or a group ends.
enum Visit<'p> {
    Open(usize, &'p Shape),
    Close,
}

impl Picture {
    fn form(&self, index: usize) -> Option<Form> {
        self.shapes.get(index).map(|shape| shape.form)
    }

    // Whether one end of an arrow is a group that holds the other.
    fn nested(&self, from: usize, to: usize) -> bool {
        let holds = |outer: usize, inner: usize| {
            let mut upwards = std::iter::successors(Some(inner), |&index| self.shapes.get(index)?.within);
            self.form(outer) == Some(Form::Group) && upwards.any(|index| index == outer)
        };
        holds(from, to) || holds(to, from)
    }

    fn walk(&self, mut visit: impl FnMut(usize, Visit)) {
        let mut open: Vec<usize> = Vec::new();
        for (index, shape) in self.shapes.iter().enumerate() {
            while open.last().is_some_and(|&group| shape.within != Some(group)) {
                open.pop();
                visit(open.len(), Visit::Close);
            }
            visit(open.len(), Visit::Open(index, shape));
            if shape.form == Form::Group {
                open.push(index);
            }
        }
        while open.pop().is_some() {
            visit(open.len(), Visit::Close);
        }
    }
}

fn key(keys: &[String], index: usize) -> &str {
    keys.get(index).map_or("", String::as_str)
}

fn stand_in(key: &str) -> String {
    format!("group_{key}")
}

// What stands in front keeps them apart from the words of both languages.
fn keys(picture: &Picture) -> Vec<String> {
    let mut taken = HashSet::new();
    let mut key = |name: &str| {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let base = format!("n_{}", name.chars().map(plain).collect::<String>());
        let mut key = base.clone();
        let mut number = 2;
        while !taken.insert(key.clone()) {
            key = format!("{base}_{number}");
            number += 1;
        }
        key
    };
    picture.shapes.iter().map(|shape| key(&shape.name)).collect()
}

fn head(shape: &Shape) -> String {
    format!("{} ({})", shape.name, shape.word)
}

fn flowchart_label(shape: &Shape) -> String {
    let head = flowchart_text(&head(shape));
    if shape.title.is_empty() { head } else { format!("{head}<br/>{}", flowchart_text(&shape.title)) }
}

// Everything that Mermaid, its Markdown or HTML could take for something else is written as a number; so is what a line
// begins with, unless it is a letter: `1. x` would be a list.
fn flowchart_text(text: &str) -> String {
    let mut out = String::new();
    for (index, c) in clean(text).chars().enumerate() {
        if c.is_alphabetic() || index > 0 && (c.is_alphanumeric() || " .,-()/+=!?".contains(c)) {
            out.push(c);
        } else {
            let _ = write!(out, "#{};", u32::from(c));
        }
    }
    out
}

fn graph_label(shape: &Shape) -> String {
    let head = graph_text(&head(shape));
    if shape.title.is_empty() { head } else { format!("{head}\\n{}", graph_text(&shape.title)) }
}

// A backslash begins what Graphviz replaces, an ampersand a character by its name.
fn graph_text(text: &str) -> String {
    clean(text).replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: [&str; 12] = [
        "\"quoted\" [brackets] {braces} (parens)",
        "two\nlines\r\nand\ttabs",
        "#quot; #35; &quot; &amp; &#34;",
        "\"]; end; click n_a call alert()",
        "%%{init: {}}%% %% comment",
        "<script>alert(1)</script><br/>",
        "back\\slash\\",
        "\\\" \\N \\G \\l",
        "1. a list - of * things `code`",
        "style: x:#fff; classDef c:#fff;",
        "Größe 🔴 \u{202e}abc\u{0}",
        "/* comment */ // -> -- --> |x|",
    ];

    fn shape(name: &str, title: &str, form: Form, within: Option<usize>) -> Shape {
        Shape { name: name.to_owned(), word: "ready".to_owned(), title: title.to_owned(), form, within }
    }

    fn hostile() -> Picture {
        let mut shapes = vec![shape("w", HOSTILE[0], Form::Group, None)];
        for (index, title) in HOSTILE.into_iter().enumerate() {
            let group = shapes.len();
            shapes.push(shape(&format!("p.{index}"), title, Form::Group, Some(0)));
            for (form, letter) in [(Form::Item, 'a'), (Form::Gate, 'g'), (Form::Checkpoint, 'c')] {
                shapes.push(shape(&format!("{letter}{index}"), title, form, Some(group)));
            }
        }
        shapes.extend(HOSTILE.map(|name| shape(name, name, Form::Outside, None)));
        let arrows = vec![(1, 5), (2, 5), (1, 2), (2, 1), (1, 1), (0, 2), (60, 2), (49, 3)];
        Picture { shapes, arrows, path: vec![2, 3], remark: Some("a circle\nof needs".to_owned()) }
    }

    /// The text of a line between its first and its last quote, and what stands around it.
    fn split(line: &str) -> Option<(String, &str)> {
        let (from, to) = (line.find('"')?, line.rfind('"')?);
        Some((format!("{}_{}", &line[..from], &line[to + 1..]), &line[from + 1..to]))
    }

    #[test]
    fn flowcharts_stay_valid_whatever_titles_hold() {
        let drawn = mermaid(&hostile());
        let mut depth = 0;
        let mut labels = 0;
        for line in drawn.lines() {
            depth += usize::from(line.trim_start().starts_with("subgraph "));
            depth -= usize::from(line.trim_start() == "end");
            let Some((around, label)) = split(line) else { continue };
            labels += 1;
            let frames = ["[_]", "{{_}}", "([_])", "[[_]]"];
            assert!(frames.iter().any(|frame| around.ends_with(frame)), "{line}");
            let rest = label.replacen("<br/>", "", 1);
            let odd = rest.split(';').map(|piece| piece.split_once('#').unwrap_or((piece, "0")));
            for (plain, number) in odd {
                assert!(number.bytes().all(|byte| byte.is_ascii_digit()), "{line}");
                assert!(!plain.contains(['"', '[', '{', '<', '&', '%', '`', ':', '\\', '*', '_']), "{line}");
            }
        }
        assert_eq!((depth, labels), (0, 1 + 4 * 12 + 12 + 2), "{drawn}");
        assert!(drawn.starts_with("%% a circle of needs\nflowchart TD\n"), "{drawn}");
        assert!(drawn.ends_with("  class n_a0,n_g0 critical\n"));
    }

    #[test]
    fn arrows_within_a_group_end_at_a_node_that_stands_for_it() {
        let drawn = mermaid(&hostile());
        let arrows: Vec<&str> =
            drawn.lines().filter(|line| line.contains(" --> n_") || line.contains(" --> group_")).collect();
        assert_eq!(
            arrows[..6],
            [
                "  n_p_0 --> n_p_1",
                "  n_a0 --> n_p_1",
                "  group_n_p_0 --> n_a0",
                "  n_a0 --> group_n_p_0",
                "  group_n_p_0 --> group_n_p_0",
                "  group_n_w --> n_a0",
            ]
        );
        let drawn = dot(&hostile());
        assert!(drawn.contains("  group_n_p_0 -> group_n_p_1 [ltail=cluster_n_p_0 lhead=cluster_n_p_1]\n"));
        assert!(drawn.contains("  n_a0 -> group_n_p_1 [lhead=cluster_n_p_1]\n"));
        assert!(drawn.contains("  group_n_p_0 -> n_a0\n") && drawn.contains("  n_a0 -> group_n_p_0\n"));
    }

    #[test]
    fn graphs_stay_valid_whatever_titles_hold() {
        let drawn = dot(&hostile());
        let mut depth = 0i32;
        for line in drawn.lines() {
            // What remains without texts is only what we wrote.
            let (mut plain, mut quoted, mut escaped) = (String::new(), false, false);
            for c in line.chars() {
                match c {
                    _ if escaped => escaped = false,
                    '\\' if quoted => escaped = true,
                    '"' => quoted = !quoted,
                    c if !quoted => plain.push(c),
                    _ => {}
                }
            }
            assert!(!quoted && !escaped, "{line}");
            assert!(plain.chars().all(|c| c.is_ascii_alphanumeric() || " _=[]{}->/".contains(c)), "{line}");
            depth += i32::try_from(plain.matches('{').count()).unwrap();
            depth -= i32::try_from(plain.matches('}').count()).unwrap();
        }
        assert_eq!(depth, 0);
        assert!(drawn.starts_with("// a circle of needs\ndigraph {\n"));
        assert!(drawn.contains("#quot; #35; &amp;quot; &amp;amp; &amp;#34;"));
    }

    #[test]
    fn keys_are_told_apart() {
        let names = ["a.b", "a-b", "a_b", "a_b_2", "end"];
        let shapes = names.map(|name| shape(name, "", Form::Item, None)).into_iter().collect();
        let picture = Picture { shapes, arrows: Vec::new(), path: Vec::new(), remark: None };
        assert_eq!(keys(&picture), ["n_a_b", "n_a_b_2", "n_a_b_3", "n_a_b_2_2", "n_end"]);
    }
}
