//! Percentiles of measured values.
//!
//! Owns which value is one: the nearest rank, always one that was.

/// The least value that at least `percent` of all do not exceed; zero of none. `sorted` goes upwards.
pub fn percentile<T: Copy + Default>(sorted: &[T], percent: usize) -> T {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).or(sorted.last()).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use vpyb_core::time::Duration;

    #[test]
    fn the_nearest_rank_is_a_span_that_was() {
        let spans: Vec<_> = (1..=100).map(Duration::from_millis).collect();
        let at = |percent| percentile(&spans, percent).as_millis();
        assert_eq!([at(0), at(1), at(50), at(99), at(100)], [1, 1, 50, 99, 100]);
        assert_eq!(percentile(&spans[..3], 50).as_millis(), 2);
        assert_eq!(percentile::<Duration>(&[], 50), Duration::ZERO);
    }
}
