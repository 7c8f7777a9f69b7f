//! Tests of the reserve: when it is tried whether there is room, and what is given up and filled again.

use std::sync::atomic::AtomicUsize;

use super::*;

#[test]
fn a_reserve_is_filled_once_and_counted_by_its_blocks() {
    let folder = tempfile::tempdir().unwrap();
    let reserve = DiskReserve::new(Some(folder.path().to_owned()));
    reserve.relieve();
    assert!(!folder.path().join("reserve").exists(), "opening takes no room");
    reserve.poll();
    reserve.poll();
    let metadata = folder.path().join("reserve").metadata().unwrap();
    assert!(metadata.blocks() * 512 >= SIZE && !reserve.is_in_use());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "the probe is gone");
}

#[test]
fn a_reserve_that_was_given_up_is_in_use_until_it_is_filled_again() {
    let folder = tempfile::tempdir().unwrap();
    let reserve = DiskReserve::new(Some(folder.path().to_owned()));
    reserve.poll();
    OpenOptions::new().write(true).open(folder.path().join("reserve")).unwrap().set_len(SIZE - SLICE).unwrap();
    reserve.relieve();
    assert!(reserve.is_in_use());
    let refused = reserve.check(Field::FolderName);
    assert!(matches!(refused, Err(Error::Refused(ref error)) if error.problem == FieldProblem::NoSpace), "{refused:?}");
    reserve.poll();
    assert!(!reserve.is_in_use() && reserve.check(Field::FolderName).is_ok());
}

#[test]
fn a_quota_that_the_free_bytes_do_not_show_counts() {
    let folder = tempfile::tempdir().unwrap();
    DiskReserve::new(Some(folder.path().to_owned())).poll();
    let held = || folder.path().join("reserve").metadata().unwrap().blocks() * 512;
    let before = held();
    // Less can be written than a transaction needs: the reserve is given up before nothing can be.
    let nearly_full = DiskReserve::trying(Some(folder.path().to_owned()), |_, bytes, _| Ok(bytes < FLOOR));
    nearly_full.poll();
    assert!(nearly_full.is_in_use());
    assert_eq!(held(), before.min(SIZE) - SLICE);
    // There is some room again, but not so much that the reserve could be filled and leave any.
    let some_room = DiskReserve::trying(Some(folder.path().to_owned()), |_, bytes, _| Ok(bytes <= AGAIN));
    some_room.poll();
    assert!(some_room.is_in_use());
    assert_eq!(held(), before.min(SIZE) - SLICE, "what came back is left to people");
    let much = DiskReserve::new(Some(folder.path().to_owned()));
    much.poll();
    assert!(!much.is_in_use() && held() >= SIZE);
}

#[test]
fn whether_there_is_room_is_tried_only_for_a_reason() {
    static TRIED: AtomicUsize = AtomicUsize::new(0);
    let folder = tempfile::tempdir().unwrap();
    assert!(Volume::of(folder.path()).unwrap().bytes >= FEW, "this test needs a disk with some room");
    DiskReserve::new(Some(folder.path().to_owned())).poll();
    let counted = DiskReserve::trying(Some(folder.path().to_owned()), |_, _, _| {
        TRIED.fetch_add(1, Ordering::Relaxed);
        Ok(true)
    });
    let start = Instant::now();
    let tried_at = |seconds| {
        counted.poll_at(true, start + Duration::from_secs(seconds));
        TRIED.swap(0, Ordering::Relaxed)
    };
    assert_eq!((0..60).step_by(2).map(tried_at).sum::<usize>(), 1, "once a minute");
    assert_eq!((tried_at(60), tried_at(62)), (1, 0));
    counted.doubt();
    assert_eq!((tried_at(64), tried_at(66)), (1, 0), "once after a failure");
    OpenOptions::new().write(true).open(folder.path().join("reserve")).unwrap().set_len(SIZE - SLICE).unwrap();
    assert!(tried_at(68) > 0, "while the reserve is not whole");
}

#[test]
fn a_quota_is_noticed_after_a_failure_and_tried_until_there_is_room() {
    static HAS_ROOM: AtomicBool = AtomicBool::new(true);
    let folder = tempfile::tempdir().unwrap();
    DiskReserve::new(Some(folder.path().to_owned())).poll();
    let reserve = DiskReserve::trying(Some(folder.path().to_owned()), |_, _, _| Ok(HAS_ROOM.load(Ordering::Relaxed)));
    reserve.poll();
    HAS_ROOM.store(false, Ordering::Relaxed);
    reserve.poll();
    assert!(!reserve.is_in_use(), "nothing has failed yet");
    reserve.doubt();
    reserve.poll();
    assert!(reserve.is_in_use());
    HAS_ROOM.store(true, Ordering::Relaxed);
    reserve.poll();
    assert!(!reserve.is_in_use());
}

#[test]
fn without_a_folder_there_is_nothing_to_look_after() {
    let reserve = DiskReserve::new(None);
    reserve.poll();
    assert!(!reserve.is_in_use());
}

#[test]
fn whether_there_is_room_is_tried_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    assert!(has_room(folder.path(), 1 << 20, 1 << 20).unwrap());
    // The most that a file can have is more than any disk has free, whatever the system says.
    let more = i64::MAX.unsigned_abs();
    let answer = has_room(folder.path(), more, 0);
    assert!(!matches!(answer, Ok(true)), "{answer:?}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_used_up_quota_is_a_full_disk() {
    use rustix::io::Errno;
    assert!([Errno::NOSPC, Errno::DQUOT].iter().all(|errno| is_full(&io::Error::from(*errno))));
    assert!(!is_full(&io::Error::from(Errno::IO)));
}

#[test]
fn what_is_written_through_takes_its_room() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("reserve");
    write_through(&File::create(&path).unwrap(), 3 << 20).unwrap();
    let metadata = path.metadata().unwrap();
    assert_eq!((metadata.len(), metadata.blocks() * 512 >= 3 << 20), (3 << 20, true));
}
