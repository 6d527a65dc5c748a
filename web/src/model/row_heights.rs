//! The heights of a list's rows: which rows are in view, and how much space the others take.

use std::ops::Range;

/// The heights of all rows, in CSS pixels. A row that was not measured yet has an estimated height.
#[derive(Clone, Debug, PartialEq)]
pub struct RowHeights {
    estimate: f64,
    /// The measured height of each row.
    measured: Vec<Option<f64>>,
}

impl RowHeights {
    /// No rows; those to come are `estimate` high until they are measured.
    #[must_use]
    pub const fn new(estimate: f64) -> Self {
        Self { estimate, measured: Vec::new() }
    }

    /// Sets the number of rows. Rows are added and removed at the end.
    pub fn set_count(&mut self, count: usize) {
        self.measured.resize(count, None);
    }

    /// Records a measured height.
    pub fn measure(&mut self, row: usize, height: f64) {
        if let Some(measured) = self.measured.get_mut(row) {
            *measured = Some(height);
        }
    }

    /// Forgets all measured heights: the list has another width.
    pub fn forget(&mut self) {
        self.measured.fill(None);
    }

    /// Whether all rows of a range were measured.
    #[must_use]
    pub fn is_measured(&self, rows: Range<usize>) -> bool {
        self.measured.get(rows).is_some_and(|rows| rows.iter().all(Option::is_some))
    }

    /// The height of a range of rows.
    #[must_use]
    pub fn height(&self, rows: Range<usize>) -> f64 {
        self.measured[rows].iter().map(|measured| measured.unwrap_or(self.estimate)).sum()
    }

    /// The rows that reach into the space from `top` to `bottom`.
    #[must_use]
    pub fn between(&self, top: f64, bottom: f64) -> Range<usize> {
        let mut from = None;
        let mut y = 0.0;
        for (row, measured) in self.measured.iter().enumerate() {
            if y >= bottom {
                return from.unwrap_or(row)..row;
            }
            y += measured.unwrap_or(self.estimate);
            if from.is_none() && y > top {
                from = Some(row);
            }
        }
        from.unwrap_or(self.measured.len())..self.measured.len()
    }

    /// The last rows, as many as reach into the lowest `height` pixels.
    #[must_use]
    pub fn last(&self, height: f64) -> Range<usize> {
        let count = self.measured.len();
        let mut from = count;
        let mut sum = 0.0;
        while from > 0 && sum < height {
            from -= 1;
            sum += self.measured[from].unwrap_or(self.estimate);
        }
        from..count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(heights: &[f64]) -> RowHeights {
        let mut rows = RowHeights::new(20.0);
        rows.set_count(heights.len());
        for (row, &height) in heights.iter().enumerate() {
            rows.measure(row, height);
        }
        rows
    }

    #[test]
    fn the_rows_in_view() {
        let rows = rows(&[10.0, 20.0, 30.0, 40.0]);
        assert_eq!(rows.between(0.0, 10.0), 0..1);
        assert_eq!(rows.between(10.0, 31.0), 1..3);
        assert_eq!(rows.between(9.0, 60.0), 0..3);
        assert_eq!(rows.between(-50.0, 1000.0), 0..4);
        assert_eq!(rows.between(100.0, 200.0), 4..4, "scrolled past the end");
        assert_eq!(RowHeights::new(20.0).between(0.0, 100.0), 0..0);
    }

    #[test]
    fn the_last_rows() {
        let rows = rows(&[10.0, 20.0, 30.0, 40.0]);
        assert_eq!(rows.last(40.0), 3..4);
        assert_eq!(rows.last(41.0), 2..4);
        assert_eq!(rows.last(1000.0), 0..4);
        assert_eq!(rows.last(0.0), 4..4);
        assert_eq!(RowHeights::new(20.0).last(100.0), 0..0);
    }

    #[test]
    fn rows_that_were_not_measured_are_estimated() {
        let mut rows = RowHeights::new(20.0);
        rows.set_count(1000);
        rows.measure(0, 50.0);
        assert_eq!(rows.height(0..2), 70.0);
        assert!(rows.is_measured(0..1) && !rows.is_measured(0..2));
        assert_eq!(rows.between(10_050.0, 10_070.0), 501..502);
        rows.set_count(1);
        assert_eq!(rows.height(0..1), 50.0, "what stays keeps its height");
        rows.forget();
        assert_eq!(rows.height(0..1), 20.0);
        assert!(!rows.is_measured(0..5), "there are no such rows");
    }
}
