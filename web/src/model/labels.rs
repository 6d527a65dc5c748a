//! Labels around a circle that do not overlap.

/// A label wanted at an angle.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// Clockwise from the top, in turns 0..1.
    pub turn: f64,
    /// How much room it takes from top to bottom.
    pub height: f64,
}

/// Where a label came to lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed {
    /// Whether it lies to the right of the circle.
    pub right: bool,
    /// The middle of its line, from the circle's centre.
    pub y: f64,
}

/// Places labels in two columns beside a circle of `radius`, each near its angle, none over another, their middles within
/// `-limit..=limit`. The answers come in the order of the wishes.
#[must_use]
pub fn place(wanted: &[Wanted], radius: f64, limit: f64) -> Vec<Placed> {
    let mut placed: Vec<Placed> = wanted
        .iter()
        .map(|w| {
            let turn = w.turn.rem_euclid(1.0);
            Placed { right: turn < 0.5, y: on_circle(radius, turn).y }
        })
        .collect();
    for right in [false, true] {
        let mut column: Vec<usize> = (0..placed.len()).filter(|&i| placed[i].right == right).collect();
        column.sort_by(|&a, &b| placed[a].y.total_cmp(&placed[b].y));
        let apart = |a: usize, b: usize| (wanted[a].height + wanted[b].height) / 2.0;
        for at in 0..column.len() {
            let i = column[at];
            let least = if at == 0 { -limit } else { placed[column[at - 1]].y + apart(column[at - 1], i) };
            placed[i].y = placed[i].y.max(least);
        }
        // What was pushed over the lower end comes back up and pushes the others before it.
        for at in (0..column.len()).rev() {
            let i = column[at];
            let most = column.get(at + 1).map_or(limit, |&next| placed[next].y - apart(next, i));
            placed[i].y = placed[i].y.min(most);
        }
    }
    placed
}

use crate::model::geometry::on_circle;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(turns: &[f64]) {
        let wanted: Vec<Wanted> = turns
            .iter()
            .enumerate()
            .map(|(i, &turn)| Wanted { turn, height: if i == 0 { 30.0 } else { 16.0 } })
            .collect();
        let placed = place(&wanted, 100.0, 120.0);
        assert_eq!(placed.len(), turns.len());
        for (i, a) in placed.iter().enumerate() {
            assert!(a.y.abs() <= 120.0 + 1e-9);
            for (j, b) in placed.iter().enumerate().skip(i + 1) {
                let room = (wanted[i].height + wanted[j].height) / 2.0;
                assert!(a.right != b.right || (a.y - b.y).abs() >= room - 1e-9, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn labels_of_one_side_keep_their_distance() {
        check(&[]);
        check(&[0.25, 0.25, 0.25, 0.75]);
        check(&[0.49, 0.48, 0.47, 0.01, 0.02, 0.03]);
        check(&[0.5, 0.5, 0.5, 0.0, 1.0]);
    }

    #[test]
    fn a_lonely_label_stays_at_its_angle() {
        let placed = place(&[Wanted { turn: 0.25, height: 16.0 }], 100.0, 120.0);
        assert!(placed[0].right && placed[0].y.abs() < 1e-9);
    }
}
