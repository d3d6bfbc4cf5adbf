//! Columns aligned by display width.

use super::text::{Line, Style, Text, clean, cut, width};

/// The widest that a screen gets.
const SCREEN: usize = 80;

/// What a column keeps at least, when it has as much.
const LEAST: usize = 12;

/// Rows of cells; when a row would not fit on the screen the last column gives way first, then the widest.
#[derive(Clone, Debug, Default)]
pub struct Table {
    rows: Vec<Vec<(Style, String)>>,
    indent: usize,
    is_uncut: bool,
}

impl Table {
    /// A table whose rows may be wider than the screen: paths in it are there to be copied.
    pub fn uncut() -> Self {
        Self { is_uncut: true, ..Self::default() }
    }

    /// A table without rows, moved to the right by so many columns.
    pub fn indented(indent: usize) -> Self {
        Self { indent, ..Self::default() }
    }

    /// Adds a row.
    pub fn row<const N: usize>(&mut self, cells: [(Style, String); N]) {
        self.rows.push(cells.into_iter().map(|(style, cell)| (style, clean(&cell))).collect());
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows as lines.
    pub fn text(&self) -> Text {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let mut widths: Vec<usize> = (0..columns)
            .map(|column| {
                self.rows.iter().filter_map(|row| row.get(column)).map(|(_, cell)| width(cell)).max()
            })
            .map(Option::unwrap_or_default)
            .collect();
        let spare =
            |widths: &[usize]| self.indent + widths.iter().sum::<usize>() + 2 * columns.saturating_sub(1);
        let screen = if self.is_uncut { usize::MAX } else { SCREEN };
        let over = spare(&widths).saturating_sub(screen);
        if let Some(last) = widths.last_mut() {
            *last = (*last).min((*last).saturating_sub(over).max(LEAST));
        }
        while spare(&widths) > screen {
            // The first column names what the row is about.
            match widths.iter_mut().skip(1).max() {
                Some(widest) if *widest > LEAST => *widest -= 1,
                _ => break,
            }
        }
        let mut text = Text::new();
        for row in &self.rows {
            let mut line = Line::new().plain(" ".repeat(self.indent));
            let mut column = self.indent;
            for ((style, cell), width) in row.iter().zip(&widths) {
                line = line.to_column(column).add(*style, cut(cell, *width));
                column += width + 2;
            }
            text.line(line);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_aligned_and_rows_fit() {
        let mut table = Table::indented(2);
        let cell = |text: &str| (Style::Plain, text.to_owned());
        table.row([cell("a"), cell("🔴 x"), cell("end")]);
        table.row([cell("bbb"), cell("y"), cell(&"long ".repeat(30))]);
        let printed = table.text().render(false);
        let lines: Vec<&str> = printed.lines().collect();
        assert_eq!(lines[0], "  a    🔴 x  end");
        assert!(lines[1].starts_with("  bbb  y     long"), "{}", lines[1]);
        assert!(lines.iter().all(|line| width(line) <= 80));
    }
}
