//! Text in columns, measured as a terminal shows it.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The columns that a text takes.
pub(super) fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// On which side the text stands.
#[derive(Clone, Copy)]
pub(super) enum Side {
    Left,
    Right,
    Middle,
}

/// Filled with blanks to so many columns; a wider text stays as it is.
pub(super) fn pad(text: &str, columns: usize, side: Side) -> String {
    let blanks = columns.saturating_sub(width(text));
    let before = match side {
        Side::Left => 0,
        Side::Right => blanks,
        Side::Middle => blanks.div_ceil(2),
    };
    format!("{}{text}{}", " ".repeat(before), " ".repeat(blanks - before))
}

/// Cut to so many columns, `…` at its end when something was cut.
pub(super) fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    if columns == 0 {
        return String::new();
    }
    let mut kept = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > columns {
            break;
        }
        kept.push(c);
    }
    // A sign may make the one before it wider.
    while width(&kept) >= columns && kept.pop().is_some() {}
    format!("{}…", kept.trim_end())
}

/// A line of a box: exactly so many columns between two bars.
pub(super) fn frame(text: &str, columns: usize) -> String {
    format!("|{}|", pad(&cut(text, columns), columns, Side::Left))
}

/// Twenty cells, one filled for each five percent.
pub(super) fn bar(percent: f64) -> String {
    let filled = (1..=20).filter(|cell| f64::from(cell * 5) <= percent).count();
    format!("[{}{}]", "#".repeat(filled), ".".repeat(20 - filled))
}

/// The words in lines of at most so many columns, prefix included. A word that would begin something in markdown does
/// not begin a line, though it makes the line above longer. `None`: it would become longer than the limit.
pub(super) fn wrap(text: &str, columns: usize, prefix: &str, limit: usize) -> Option<String> {
    let mut out = String::new();
    let mut paragraphs = paragraphs(text).into_iter().peekable();
    while let Some(words) = paragraphs.next() {
        let mut used = 0;
        for (index, word) in words.iter().enumerate() {
            let fits = used + 1 + width(word) <= columns;
            if index > 0 && (fits || begins_a_block(word)) {
                out.push(' ');
                used += 1 + width(word);
            } else {
                if index > 0 {
                    out.push('\n');
                }
                out.push_str(prefix);
                used = width(prefix) + width(word);
            }
            out.push_str(word);
            if out.len() > limit {
                return None;
            }
        }
        if paragraphs.peek().is_some() {
            out.push('\n');
            out.push_str(prefix.trim_end());
            out.push('\n');
        }
    }
    if text.ends_with('\n') {
        out.push('\n');
    }
    Some(out)
}

fn paragraphs(text: &str) -> Vec<Vec<&str>> {
    let mut paragraphs: Vec<Vec<&str>> = vec![Vec::new()];
    for line in text.lines() {
        let words = line.split_whitespace();
        match paragraphs.last_mut() {
            Some(last) if line.trim().is_empty() && !last.is_empty() => paragraphs.push(Vec::new()),
            Some(last) => last.extend(words),
            None => {}
        }
    }
    paragraphs.retain(|words| !words.is_empty());
    paragraphs
}

fn begins_a_block(word: &str) -> bool {
    let number = word.strip_suffix(['.', ')']).unwrap_or_default();
    let repeats = |c: char| !word.is_empty() && word.chars().all(|other| other == c);
    ["-", "+", "*", ">"].contains(&word)
        || word.starts_with('>')
        || ['#', '=', '-', '*', '_'].into_iter().any(repeats)
        || word.starts_with("```")
        || word.starts_with("~~~")
        || (!number.is_empty() && number.len() < 10 && number.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_those_of_the_screen() {
        for (text, columns) in [("🔴", 2), ("⚪", 2), ("\u{fe0f}", 0), ("Week 1–2", 8), ("é", 1), ("…", 1)]
        {
            assert_eq!(width(text), columns, "{text}");
        }
        assert_eq!(pad("⚪ Queued", 14, Side::Left), "⚪ Queued     ");
        assert_eq!(pad("7", 3, Side::Right), "  7");
        assert_eq!(pad("PENDING", 10, Side::Middle), "  PENDING ");
        assert_eq!(pad("PENDING", 9, Side::Middle), " PENDING ");
        assert_eq!(pad("PENDING", 3, Side::Middle), "PENDING");
    }

    #[test]
    fn what_is_too_long_ends_with_a_sign() {
        assert_eq!(cut("Week 1–2", 8), "Week 1–2");
        assert_eq!(cut("Week 1–2", 7), "Week 1…");
        assert_eq!(cut("Week 1–2", 6), "Week…");
        assert_eq!(cut("🔴🔴🔴", 4), "🔴…");
        assert_eq!(cut("🔴🔴🔴", 5), "🔴🔴…");
        assert_eq!(cut("ab", 1), "…");
        assert_eq!(cut("ab", 0), "");
        assert!(width(&cut("⚠\u{fe0f}⚠\u{fe0f}⚠\u{fe0f}", 4)) <= 4);
    }

    #[test]
    fn a_box_holds_its_sides() {
        assert_eq!(
            frame(" Phase 0 [  PENDING ]  Research", 50),
            format!("| Phase 0 [  PENDING ]  Research{}|", " ".repeat(19))
        );
        assert_eq!(frame(" 🔴🔴🔴", 5), "| 🔴… |");
    }

    #[test]
    fn a_bar_has_twenty_cells() {
        assert_eq!(bar(0.0), "[....................]");
        assert_eq!(bar(4.9), "[....................]");
        assert_eq!(bar(23.0), "[####................]");
        assert_eq!(bar(100.0), "[####################]");
        assert_eq!(bar(1e9), "[####################]");
        assert_eq!(bar(f64::NAN), "[....................]");
    }

    #[test]
    fn the_disclaimer_is_wrapped_as_it_was() {
        let lines = [
            "> This document was generated by the orch-planner agent (v2.1.0) as part of the EN-108",
            "> Version Bumping Strategy orchestration. All paths are repository-relative. Quality",
            "> scores, agent assignments, and iteration limits follow the DISC-002 Adversarial Review",
            "> Protocol. This worktracker is the tactical execution counterpart to ORCHESTRATION_PLAN.md",
            "> and ORCHESTRATION.yaml (SSOT).",
        ];
        let wanted = lines.join("\n");
        let text = wanted.replace("\n>", "").replacen("> ", "", 1);
        let found: Vec<usize> =
            (1..120).filter(|&n| wrap(&text, n, "> ", 9999).as_deref() == Some(&wanted)).collect();
        assert!(found.contains(&91), "{found:?}");
    }

    #[test]
    fn paragraphs_stay_apart_and_words_begin_nothing() {
        assert_eq!(wrap("one two\nthree\n\nfour\n", 9, "> ", 99).unwrap(), "> one two\n> three\n>\n> four\n");
        assert_eq!(wrap("one two - three # 4. x", 8, "", 99).unwrap(), "one two -\nthree # 4.\nx");
        assert_eq!(wrap("", 8, "> ", 99).unwrap(), "");
        assert_eq!(wrap("one two", 8, "", 5), None);
    }
}
