//! How files are divided into parts: all of one size but the last, and no more of them than the store takes.

/// The size of a part, in bytes, for files that fit into as many of them as the store takes: up to 80,000 MiB in the
/// 10,000 of S3.
pub const PART_SIZE: u64 = 8 << 20;
/// The most bytes a part may have: 5 GiB, the most that S3 takes.
pub const LARGEST_PART: u64 = 5 << 30;

/// Part sizes are multiples of this, in bytes.
const STEP: u64 = 1 << 20;

/// The size in bytes of each part but the last for a file of `size` bytes in at most `most` parts: [`PART_SIZE`], or
/// larger in whole MiB where that would not suffice. `None` if even parts of 5 GiB would be too many.
#[must_use]
pub fn part_size(size: u64, most: u64) -> Option<u64> {
    let needed = size.div_ceil(most.max(1)).div_ceil(STEP) * STEP;
    (needed <= LARGEST_PART).then_some(needed.max(PART_SIZE))
}

/// The number of parts of a file of `size` bytes; 0 if it is empty.
#[must_use]
pub fn parts(size: u64, part_size: u64) -> u64 {
    size.div_ceil(part_size)
}

/// The size in bytes of part `number` of a file; `None` if the file has no such part.
#[must_use]
pub fn size_of_part(size: u64, part_size: u64, number: u32) -> Option<u64> {
    let before = u64::from(number.checked_sub(1)?).checked_mul(part_size)?;
    size.checked_sub(before).filter(|rest| *rest > 0).map(|rest| rest.min(part_size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_of_8_mib_until_10000_of_them_do_not_suffice() {
        const MIB: u64 = 1 << 20;
        for (size, expected, count) in [
            (0, 8 * MIB, 0),
            (1, 8 * MIB, 1),
            (8 * MIB - 1, 8 * MIB, 1),
            (8 * MIB, 8 * MIB, 1),
            (8 * MIB + 1, 8 * MIB, 2),
            (5 << 30, 8 * MIB, 640),
            (80_000 * MIB, 8 * MIB, 10_000),
            (80_000 * MIB + 1, 9 * MIB, 8889),
            (80 << 30, 9 * MIB, 9103),
            (5 << 40, 525 * MIB, 9987),
            (10_000 * LARGEST_PART, LARGEST_PART, 10_000),
        ] {
            let found = part_size(size, 10_000);
            assert_eq!(found, Some(expected), "{size}");
            assert_eq!(parts(size, expected), count, "{size}");
            let sum: u64 = (1..=10_001).filter_map(|number| size_of_part(size, expected, number)).sum();
            assert_eq!(sum, size);
        }
        assert_eq!(part_size(10_000 * LARGEST_PART + 1, 10_000), None);
        assert_eq!(part_size(u64::MAX, 10_000), None);
    }

    #[test]
    fn parts_are_larger_where_the_store_takes_fewer() {
        const MIB: u64 = 1 << 20;
        for (size, most, expected) in [
            (8_000 * MIB, 1000, 8 * MIB),
            (8_000 * MIB + 1, 1000, 9 * MIB),
            (1 << 40, 1000, 1049 * MIB),
            (64 * MIB, 5, 13 * MIB),
            (64 * MIB, 1, 64 * MIB),
            (1000 * LARGEST_PART, 1000, LARGEST_PART),
        ] {
            assert_eq!(part_size(size, most), Some(expected), "{size} in {most}");
            assert!(parts(size, expected) <= most);
        }
        assert_eq!(part_size(1000 * LARGEST_PART + 1, 1000), None);
    }

    #[test]
    fn a_part_beyond_the_end_is_none() {
        assert_eq!(size_of_part(10, 8, 0), None);
        assert_eq!(size_of_part(10, 8, 1), Some(8));
        assert_eq!(size_of_part(10, 8, 2), Some(2));
        assert_eq!(size_of_part(10, 8, 3), None);
        assert_eq!(size_of_part(16, 8, 3), None);
        assert_eq!(size_of_part(0, 8, 1), None);
        assert_eq!(size_of_part(u64::MAX, u64::MAX, u32::MAX), None);
    }
}
