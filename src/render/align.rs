//! Tables of markdown whose columns stand below each other.

use super::layout::{Side, pad, width};

/// The text with the cells of its tables filled up to the width of their column. Fenced blocks stay as they are.
/// `None`: it would become longer than the limit.
pub(super) fn aligned(text: &str, limit: usize) -> Option<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut out = String::with_capacity(text.len() * 2);
    let mut fence: Option<&str> = None;
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let rows = match fence {
            None => table(lines.get(at..).unwrap_or_default()),
            Some(_) => &[],
        };
        if rows.is_empty() {
            fence = fence_after(fence, line);
            out.push_str(line);
            at += 1;
        } else {
            write_table(rows, &mut out, limit)?;
            at += rows.len();
        }
    }
    (out.len() <= limit).then_some(out)
}

fn fence_after<'t>(open: Option<&'t str>, line: &'t str) -> Option<&'t str> {
    let line = line.trim();
    match open {
        Some(mark) => {
            (!(line.starts_with(mark) && line.chars().all(|c| mark.starts_with(c)))).then_some(mark)
        }
        None => ['`', '~'].into_iter().find_map(|c| {
            let mark = line.get(..line.len() - line.trim_start_matches(c).len()).unwrap_or_default();
            (mark.len() >= 3).then_some(mark)
        }),
    }
}

// The lines of the table that begins with the first line; none when none does.
fn table<'a, 't>(lines: &'a [&'t str]) -> &'a [&'t str] {
    let rows = lines.iter().take_while(|line| line.trim_start().starts_with('|')).count();
    match lines.get(1) {
        Some(second) if rows > 1 && is_separator(&cells(second)) => lines.get(..rows).unwrap_or_default(),
        _ => &[],
    }
}

fn write_table(lines: &[&str], out: &mut String, limit: usize) -> Option<()> {
    let rows: Vec<Vec<&str>> = lines.iter().map(|line| cells(line)).collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let wide = |column: usize| {
        let of_rows = rows.iter().enumerate().filter(|(row, _)| *row != 1);
        of_rows
            .filter_map(|(_, cells)| cells.get(column))
            .map(|cell| width(cell))
            .max()
            .unwrap_or_default()
            .max(3)
    };
    let widths: Vec<usize> = (0..columns).map(wide).collect();
    let row_length = widths.iter().map(|width| width + 3).sum::<usize>();
    if row_length.saturating_mul(rows.len()).saturating_add(out.len()) > limit {
        return None;
    }
    let separators: Vec<&str> = rows.get(1).cloned().unwrap_or_default();
    for (row, (line, cells)) in lines.iter().zip(&rows).enumerate() {
        out.push_str(line.get(..line.len() - line.trim_start().len()).unwrap_or_default());
        for (column, &width) in widths.iter().enumerate() {
            let cell = cells.get(column).copied().unwrap_or_default();
            let mark = separators.get(column).copied().unwrap_or_default();
            let filled = if row == 1 { dashes(mark, width) } else { pad(cell, width, side(mark)) };
            out.push_str("| ");
            out.push_str(&filled);
            out.push(' ');
        }
        out.push('|');
        out.push_str(if line.ends_with('\n') { "\n" } else { "" });
    }
    Some(())
}

fn cells(line: &str) -> Vec<&str> {
    let line = line.trim();
    let line = line.strip_prefix('|').unwrap_or(line);
    let mut cells = Vec::new();
    let mut begin = 0;
    for (at, _) in line.match_indices('|') {
        let before = line.get(begin..at).unwrap_or_default();
        if !before.ends_with('\\') {
            cells.push(before.trim());
            begin = at + 1;
        }
    }
    let last = line.get(begin..).unwrap_or_default().trim();
    if !last.is_empty() {
        cells.push(last);
    }
    cells
}

fn is_separator(cells: &[&str]) -> bool {
    let is_mark = |cell: &&str| {
        let dashes = cell.strip_prefix(':').unwrap_or(cell);
        let dashes = dashes.strip_suffix(':').unwrap_or(dashes);
        !dashes.is_empty() && dashes.bytes().all(|byte| byte == b'-')
    };
    !cells.is_empty() && cells.iter().all(is_mark)
}

fn dashes(mark: &str, width: usize) -> String {
    let (before, after) = (mark.starts_with(':'), mark.ends_with(':'));
    let colon = |yes: bool| if yes { ":" } else { "" };
    let dashes = width - usize::from(before) - usize::from(after);
    format!("{}{}{}", colon(before), "-".repeat(dashes), colon(after))
}

fn side(mark: &str) -> Side {
    match (mark.starts_with(':'), mark.ends_with(':')) {
        (true, true) => Side::Middle,
        (false, true) => Side::Right,
        _ => Side::Left,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, wanted: &str) {
        assert_eq!(aligned(text, 9999).unwrap(), wanted);
        assert_eq!(aligned(wanted, 9999).unwrap(), wanted, "aligned again");
    }

    #[test]
    fn cells_stand_below_each_other_by_display_width() {
        check(
            "| Batch | Status | Target Date |\n|---|---|---|\n| Batch 1: Critical Blockers | 🔴 Not Started | Week 1–2 |\n\
             | Batch 4: AI/ML | ⚪ Queued | Week 7–8 |\n",
            "| Batch                      | Status         | Target Date |\n\
             | -------------------------- | -------------- | ----------- |\n\
             | Batch 1: Critical Blockers | 🔴 Not Started | Week 1–2    |\n\
             | Batch 4: AI/ML             | ⚪ Queued      | Week 7–8    |\n",
        );
    }

    #[test]
    fn what_is_no_table_stays() {
        let boxed = "```\n| a |\n| --- |\n| long line |\n```\n| no table |\n\ntext | more\n";
        assert_eq!(aligned(boxed, 9999).unwrap(), boxed);
    }

    #[test]
    fn an_escaped_bar_is_part_of_its_cell() {
        check("|a|b|\n|-|-|\n| x \\| y ||", "| a      | b   |\n| ------ | --- |\n| x \\| y |     |");
    }

    #[test]
    fn the_marks_of_a_column_say_on_which_side_it_stands() {
        check(
            "  |n|m|l|\n  |-:|:-:|:-|\n  |1|22|3|\n",
            "  |   n |  m  | l   |\n  | --: | :-: | :-- |\n  |   1 |  22 | 3   |\n",
        );
    }

    #[test]
    fn what_would_become_too_long_is_not_built() {
        let wide = format!("|a|\n|-|\n|{}|\n{}", "x".repeat(900), "|y|\n".repeat(20));
        assert_eq!(aligned(&wide, 9999), None);
    }
}
