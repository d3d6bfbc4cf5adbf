//! What was found, for people, for scripts and for the services that read it.

use serde_json::{Value, json};

use crate::model::rule::Level;
use crate::rules::{Finding, RULES, Rule};
use crate::ui::{Line, Style, Text, clean, cut, wrap};

use super::Judged;

/// Columns of a line.
const WIDTH: usize = 78;

/// Counts, in words: `2 errors, 1 warning`.
pub(crate) fn counts(found: &[Judged]) -> String {
    let of = |level: Level| found.iter().filter(|judged| judged.finding.level == level).count();
    let plural = |count: usize, word: &str| match count {
        0 => None,
        1 => Some(format!("1 {word}")),
        _ => Some(format!("{count} {word}s")),
    };
    let words: Vec<String> = [plural(of(Level::Error), "error"), plural(of(Level::Warn), "warning")]
        .into_iter()
        .flatten()
        .collect();
    if words.is_empty() { "nothing found".to_owned() } else { words.join(", ") }
}

/// The place in front of a message: `file:line`, else nothing.
pub(crate) fn place(finding: &Finding) -> String {
    let complaint = &finding.complaint;
    match (&complaint.file, complaint.line) {
        (Some(file), Some(line)) => format!("{file}:{line}"),
        (Some(file), None) => file.clone(),
        (None, _) => String::new(),
    }
}

/// For people: a block for each finding, then the counts.
pub(super) fn text(found: &[Judged], checked: &str) -> Text {
    let mut text = Text::new();
    let mut commit = None;
    for judged in found {
        if judged.commit != commit {
            commit.clone_from(&judged.commit);
            if let Some((id, subject)) = &judged.commit {
                text.gap();
                text.line(Line::new().add(Style::Dim, format!("commit {} ", id.short())).plain(subject));
            }
        }
        block(&mut text, &judged.finding);
    }
    text.gap();
    let (style, counts) = match found.iter().any(|judged| judged.finding.level == Level::Error) {
        true => (Style::Bad, counts(found)),
        false if found.is_empty() => (Style::Good, counts(found)),
        false => (Style::Warn, counts(found)),
    };
    text.line(Line::new().add(style, counts).plain(format!(" in {checked}")));
    text
}

/// A finding: where, what, by which rule, and what helps.
pub(crate) fn block(text: &mut Text, finding: &Finding) {
    let style = if finding.level == Level::Error { Style::Bad } else { Style::Warn };
    let line = Line::new().add(style, finding.level.word()).plain(" ").add(Style::Strong, finding.rule);
    let place = place(finding);
    text.line(if place.is_empty() { line } else { line.plain("  ").plain(place) });
    for part in wrap(&finding.complaint.message, WIDTH - 2) {
        text.line(Line::new().plain("  ").plain(part));
    }
    if let Some(fix) = &finding.complaint.fix {
        text.line(Line::new().plain("  ").add(Style::Dim, "fix: ").add(Style::Command, fix));
    }
}

/// For `--json`.
pub(super) fn data(found: &[Judged]) -> Vec<Value> {
    let one = |judged: &Judged| {
        let finding = &judged.finding;
        let mut value = json!({
            "rule": finding.rule, "level": finding.level.word(), "message": finding.complaint.message,
            "file": finding.complaint.file, "line": finding.complaint.line, "fix": finding.complaint.fix,
        });
        if let (Some((id, _)), Some(map)) = (&judged.commit, value.as_object_mut()) {
            map.insert("commit".to_owned(), json!(id.as_str()));
        }
        value
    };
    found.iter().map(one).collect()
}

/// SARIF 2.1.0.
pub(super) fn sarif(found: &[Judged]) -> String {
    let described = |rule: &&Rule| {
        json!({
            "id": rule.id,
            "shortDescription": { "text": rule.summary },
            "help": { "text": rule.help },
            "defaultConfiguration": { "level": sarif_level(rule.level) },
        })
    };
    let result = |judged: &Judged| {
        let complaint = &judged.finding.complaint;
        let region = complaint.line.map(|line| json!({ "startLine": line }));
        let artifact = complaint.file.as_ref().map(|file| {
            let mut place = json!({ "artifactLocation": { "uri": uri(file) } });
            if let (Some(region), Some(map)) = (region, place.as_object_mut()) {
                map.insert("region".to_owned(), region);
            }
            json!([{ "physicalLocation": place }])
        });
        let mut result = json!({
            "ruleId": judged.finding.rule,
            "ruleIndex": RULES.iter().position(|rule| rule.id == judged.finding.rule),
            "level": sarif_level(judged.finding.level),
            "message": { "text": sentence(judged) },
        });
        if let (Some(artifact), Some(map)) = (artifact, result.as_object_mut()) {
            map.insert("locations".to_owned(), artifact);
        }
        result
    };
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "git-track", "version": env!("CARGO_PKG_VERSION"),
                "rules": RULES.iter().map(described).collect::<Vec<_>>(),
            }},
            "results": found.iter().map(result).collect::<Vec<_>>(),
        }],
    });
    format!("{document:#}\n")
}

fn sarif_level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warn => "warning",
        Level::Off => "none",
    }
}

// What may not stand in a URI as it is.
fn uri(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    path.bytes().fold(String::new(), |uri, byte| {
        if plain(byte) { uri + &char::from(byte).to_string() } else { uri + &format!("%{byte:02X}") }
    })
}

/// Everything about a finding in one line.
fn sentence(judged: &Judged) -> String {
    let commit =
        judged.commit.as_ref().map(|(id, _)| format!(" (commit {})", id.short())).unwrap_or_default();
    let fix = judged.finding.complaint.fix.as_ref().map(|fix| format!("; fix: {fix}")).unwrap_or_default();
    clean(&format!("{}{commit}{fix}", judged.finding.complaint.message))
}

/// Annotations of GitHub Actions.
pub(super) fn github(found: &[Judged]) -> String {
    let line = |judged: &Judged| {
        let complaint = &judged.finding.complaint;
        let word = if judged.finding.level == Level::Error { "error" } else { "warning" };
        let mut about: Vec<String> = Vec::new();
        about.extend(complaint.file.as_ref().map(|file| format!("file={}", property(&clean(file)))));
        about.extend(complaint.line.map(|line| format!("line={line}")));
        about.push(format!("title={}", property(&format!("git-track: {}", judged.finding.rule))));
        format!("::{word} {}::{}\n", about.join(","), escaped(&sentence(judged)))
    };
    found.iter().map(line).collect()
}

fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    escaped(text).replace(':', "%3A").replace(',', "%2C")
}

/// The summary of a job in GitHub Actions.
pub(super) fn summary(found: &[Judged], checked: &str) -> String {
    let head = format!("### git-track: {} in {checked}\n", counts(found));
    if found.is_empty() {
        return head;
    }
    let row = |judged: &Judged| {
        let cell = |text: &str| clean(text).replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;");
        let place = place(&judged.finding);
        let cells = [judged.finding.level.word(), judged.finding.rule, &place, &sentence(judged)].map(cell);
        format!("| {} |\n", cells.join(" | "))
    };
    let rows: String = found.iter().map(row).collect();
    format!("{head}\n| Level | Rule | Where | What |\n|---|---|---|---|\n{rows}")
}

/// For services that read `JUnit`: a case for each rule that ran.
pub(super) fn junit(found: &[Judged]) -> String {
    let of = |id: &str| found.iter().filter(|judged| judged.finding.rule == id).collect::<Vec<_>>();
    let refused = |found: &[&Judged]| found.iter().any(|judged| judged.finding.level == Level::Error);
    let case = |rule: &&Rule| {
        let found = of(rule.id);
        let head = format!("    <testcase classname=\"git-track\" name=\"{}\"", rule.id);
        let lines: Vec<String> = found.iter().map(|judged| listed(judged)).collect();
        let body = xml(&lines.join("\n"));
        if found.is_empty() {
            format!("{head}/>\n")
        } else if refused(&found) {
            let what = xml(rule.summary);
            format!("{head}>\n      <failure message=\"{what}\">{body}</failure>\n    </testcase>\n")
        } else {
            format!("{head}>\n      <system-out>{body}</system-out>\n    </testcase>\n")
        }
    };
    let failed = RULES.iter().filter(|rule| refused(&of(rule.id))).count();
    let counts = format!("tests=\"{}\" failures=\"{failed}\"", RULES.len());
    let cases: String = RULES.iter().map(case).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {counts}>\n  <testsuite name=\"git-track\" {counts}>\n\
         {cases}  </testsuite>\n</testsuites>\n"
    )
}

fn listed(judged: &Judged) -> String {
    let place = place(&judged.finding);
    let place = if place.is_empty() { place } else { format!("{}: ", clean(&place)) };
    format!("{} {place}{}", judged.finding.level.word(), sentence(judged))
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// What a rule asks for, why, and how strict it is here.
pub(super) fn explained(rule: &Rule, level: Level) -> Text {
    let mut text = Text::new();
    text.line(Line::new().add(Style::Strong, rule.id));
    for line in wrap(rule.summary, WIDTH).into_iter().chain([String::new()]) {
        text.line(line);
    }
    for line in wrap(&rule.help.split_whitespace().collect::<Vec<_>>().join(" "), WIDTH) {
        text.line(line);
    }
    text.gap();
    let stages = wrap(rule.about.stages(), WIDTH - 11);
    for (at, line) in stages.iter().enumerate() {
        text.line(format!("{:11}{line}", if at == 0 { "runs in" } else { "" }));
    }
    text.line(Line::new().plain("here       ").add(Style::Strong, level.word()));
    text.line(format!("by default {}", rule.level.word()));
    let set = format!("rules: {{{}: off}}", rule.id);
    text.line(Line::new().plain("set it     ").add(Style::Command, set).plain(" in .track/config.yaml"));
    text
}

/// The rules, and how strict each is here.
pub(super) fn listed_rules(rules: &[&Rule], level: impl Fn(&Rule) -> Level) -> Text {
    let mut text = Text::new();
    for rule in rules {
        let line = Line::new().add(Style::Strong, rule.id).to_column(21).plain(level(rule).word());
        text.line(line.to_column(27).plain(cut(rule.summary, 53)));
    }
    text.gap();
    let more = " says why, and what can be set";
    text.line(Line::new().add(Style::Command, "git track explain RULE").plain(more));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Complaint;

    fn one(file: &str, message: &str) -> Vec<Judged> {
        let complaint = Complaint {
            file: Some(file.to_owned()),
            line: Some(7),
            message: message.to_owned(),
            fix: Some("git mv a b".to_owned()),
            ..Complaint::default()
        };
        vec![Judged {
            finding: Finding { rule: "folder-name", level: Level::Error, complaint },
            commit: None,
        }]
    }

    #[test]
    fn annotations_are_escaped() {
        assert_eq!(
            github(&one("a,b:c.md", "50% of\nit")),
            "::error file=a%2Cb%3Ac.md,line=7,title=git-track%3A folder-name::50%25 of it; fix: git mv a b\n"
        );
    }

    #[test]
    fn reports_are_well_formed_whatever_they_hold() {
        let found = one("a b.md", "x < \"y\" & z | w");
        assert!(junit(&found).contains("error a b.md:7: x &lt; &quot;y&quot; &amp; z | w; fix: git mv a b"));
        let sarif: Value = serde_json::from_str(&sarif(&found)).unwrap();
        let place = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "a%20b.md");
        assert_eq!(place["region"]["startLine"], 7);
        assert!(summary(&found, "1 commit").contains("| x &lt; \"y\" & z \\| w; fix: git mv a b |"));
        assert_eq!(summary(&[], "1 commit"), "### git-track: nothing found in 1 commit\n");
    }
}
