//! How files are divided into parts: all of one size but the last, and no more of them than the store takes.

/// The size of a part, in bytes, for files that fit into as many of them as the store takes: up to 80,000 MiB in the
/// 10,000 of S3.
pub const PART_SIZE: u64 = 8 << 20;
/// The least size of a part but the last that every store takes, in bytes: 5 MiB, that of S3.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>
pub const LEAST_PART: u64 = 5 << 20;
/// The most bytes a part may have: 5 GiB, the most that S3 takes.
pub const LARGEST_PART: u64 = 5 << 30;

/// Part sizes are multiples of this, in bytes.
const STEP: u64 = 1 << 20;
/// How long a part should be on its way, in seconds: many proxies end a request after a minute, and what breaks off is
/// to be sent again.
const SECONDS: u64 = 10;

/// How parts are chosen for a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartLimits {
    /// The most parts that the store takes for an object.
    pub most: u64,
    /// The least size of a part but the last that the store takes, in bytes.
    pub least: u64,
}

/// The size in bytes of each part but the last for a file of `size` bytes: [`PART_SIZE`], or less in whole MiB on a way
/// that is known to take only `speed` bytes a second; larger where these would be more parts than the store takes.
/// `None` if even parts of 5 GiB would be too many.
#[must_use]
pub fn part_size(size: u64, limits: PartLimits, speed: Option<u64>) -> Option<u64> {
    let needed = size.div_ceil(limits.most.max(1)).div_ceil(STEP) * STEP;
    let quick = speed.map_or(PART_SIZE, |speed| speed.saturating_mul(SECONDS) / STEP * STEP);
    (needed <= LARGEST_PART).then_some(needed.max(quick.clamp(limits.least.min(PART_SIZE), PART_SIZE)))
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

    const S3: PartLimits = PartLimits { most: 10_000, least: LEAST_PART };

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
            let found = part_size(size, S3, None);
            assert_eq!(found, Some(expected), "{size}");
            assert_eq!(parts(size, expected), count, "{size}");
            let sum: u64 = (1..=10_001).filter_map(|number| size_of_part(size, expected, number)).sum();
            assert_eq!(sum, size);
        }
        assert_eq!(part_size(10_000 * LARGEST_PART + 1, S3, None), None);
        assert_eq!(part_size(u64::MAX, S3, None), None);
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
            assert_eq!(part_size(size, PartLimits { most, ..S3 }, None), Some(expected), "{size} in {most}");
            assert!(parts(size, expected) <= most);
        }
        assert_eq!(part_size(1000 * LARGEST_PART + 1, PartLimits { most: 1000, ..S3 }, None), None);
    }

    #[test]
    fn parts_are_smaller_on_a_slow_way_as_far_as_the_store_takes_them() {
        const MIB: u64 = 1 << 20;
        let folder = PartLimits { least: MIB, ..S3 };
        for (size, limits, speed, expected) in [
            (64 * MIB, S3, 300_000, 5 * MIB),
            (64 * MIB, S3, 0, 5 * MIB),
            (64 * MIB, S3, 700_000, 6 * MIB),
            (64 * MIB, S3, u64::MAX, 8 * MIB),
            (64 * MIB, folder, 300_000, 2 * MIB),
            (64 * MIB, folder, 100, MIB),
            (64 * MIB, folder, 1_000_000, 8 * MIB),
            (80_000 * MIB, folder, 100, 8 * MIB),
            (10_001 * MIB, folder, 100, 2 * MIB),
            (64 * MIB, PartLimits { most: 10, ..folder }, 100, 7 * MIB),
        ] {
            assert_eq!(part_size(size, limits, Some(speed)), Some(expected), "{size} at {speed}");
        }
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
