//! Tests of the places for incoming bytes: who gets one, and who gives way.

use futures::stream;

use super::*;
use crate::server::domain::new_id;

type Chunk = Result<Bytes, FieldProblem>;

fn transfers(all: usize, each: usize) -> IncomingTransfers {
    IncomingTransfers {
        window: Duration::from_millis(30),
        queue: Duration::ZERO,
        ..IncomingTransfers::new(all, each, 0)
    }
}

/// A body that brings this many bytes at once and then nothing more.
fn brings(bytes: usize) -> impl Stream<Item = Chunk> + Unpin + Send {
    stream::iter([Ok(Bytes::from(vec![7; bytes]))]).chain(stream::pending())
}

/// Reads until the transfer is interrupted.
async fn until_interrupted(transfer: &mut IncomingTransfer, mut body: impl Stream<Item = Chunk> + Unpin + Send) {
    let transfers = transfer.transfers.clone();
    while let Some(Ok(_)) = transfer.next(|| transfers.are_scarce(), &mut body).await {}
}

#[tokio::test]
async fn an_account_has_a_share_and_one_that_has_none_finds_a_place() {
    let transfers = transfers(96, 8);
    let mut held = Vec::new();
    for number in 0..20 {
        let account = new_id();
        let before = held.len();
        while let Ok(transfer) = transfers.take(&account).await {
            held.push(transfer);
        }
        let own = held.len() - before;
        assert!((1..=8).contains(&own), "account {number} has {own}");
        assert!(number > 5 || own == 8, "account {number} has {own}");
        if transfers.are_scarce() {
            break;
        }
    }
    let left = 96 - held.len();
    let ada = new_id();
    let taken = transfers.take(&ada).await;
    assert_eq!(taken.is_ok(), left > 0);
    drop((held, taken));
    assert!(transfers.accounts().is_empty());
}

#[tokio::test]
async fn whoever_finds_no_place_waits_for_the_next() {
    let transfers = IncomingTransfers { queue: Duration::from_secs(3600), ..transfers(1, 1) };
    let (ada, grace) = (new_id(), new_id());
    let first = transfers.take(&ada).await.expect("a place");
    assert!(matches!(transfers.take(&ada).await, Err(Error::Busy)));
    let mut waiting = Box::pin(transfers.take(&grace));
    assert!(futures::poll!(&mut waiting).is_pending());
    drop(first);
    assert!(waiting.await.is_ok());
    let short = IncomingTransfers { queue: Duration::ZERO, ..transfers.clone() };
    let _held = transfers.take(&ada).await.expect("a place");
    assert!(matches!(short.take(&grace).await, Err(Error::Storage(StorageError::Unavailable { .. }))));
}

#[tokio::test]
async fn a_transfer_that_brings_nothing_ends_while_places_are_scarce() {
    let transfers = transfers(2, 2);
    let (ada, grace) = (new_id(), new_id());
    let mut slow = transfers.take(&ada).await.expect("a place");
    let _other = transfers.take(&grace).await.expect("a place");
    until_interrupted(&mut slow, brings(1000)).await;
    assert!(slow.has_given_way());
}

#[tokio::test]
async fn a_slow_line_keeps_its_oldest_transfer() {
    let transfers = transfers(4, 4);
    let ada = new_id();
    let mut own: Vec<_> = futures::future::join_all((0..2).map(|_| transfers.take(&ada))).await;
    let _others = [transfers.take(&new_id()).await, transfers.take(&new_id()).await];
    let mut newest = own.pop().expect("the second").expect("a place");
    let mut oldest = own.pop().expect("the first").expect("a place");
    // As much as is due for one transfer, and not for two.
    let line = oldest.next(|| true, &mut brings(LEAST)).await;
    assert!(line.is_some_and(|chunk| chunk.is_ok()));
    assert!(newest.is_too_slow(1000) && !oldest.is_too_slow(1000));
    newest.waited = transfers.window;
    until_interrupted(&mut newest, stream::pending()).await;
}

#[tokio::test]
async fn a_slow_transfer_goes_on_where_nobody_waits() {
    let transfers = transfers(2, 2);
    let mut only = transfers.take(&new_id()).await.expect("a place");
    only.waited = transfers.window;
    let mut body = stream::iter([Ok(Bytes::from_static(b"a")), Ok(Bytes::from_static(b"b"))]);
    for _ in 0..2 {
        assert!(only.next(|| transfers.are_scarce(), &mut body).await.is_some_and(|chunk| chunk.is_ok()));
    }
    assert!(only.next(|| true, &mut body).await.is_none());
}

/// Transfers of an account that have brought this much and wait for more.
async fn begun(
    transfers: &IncomingTransfers,
    account: &AccountId,
    number: usize,
    bytes: usize,
) -> Vec<IncomingTransfer> {
    let mut all = Vec::new();
    for _ in 0..number {
        let mut transfer = transfers.take(account).await.expect("a place");
        transfer.next(|| false, &mut brings(bytes)).await.expect("bytes").expect("no problem");
        assert!(futures::poll!(Box::pin(transfer.next(|| false, &mut stream::pending()))).is_pending());
        all.push(transfer);
    }
    all
}

/// The same, for longer than a period.
async fn slow(
    transfers: &IncomingTransfers,
    account: &AccountId,
    number: usize,
    bytes: usize,
) -> Vec<IncomingTransfer> {
    let all = begun(transfers, account, number, bytes).await;
    tokio::time::sleep(transfers.window).await;
    all
}

async fn gives_way(transfer: &mut IncomingTransfer) -> bool {
    let next = futures::poll!(Box::pin(transfer.next(|| false, &mut stream::pending())));
    next.is_ready() && transfer.has_given_way()
}

#[tokio::test]
async fn the_newest_of_the_account_that_holds_most_gives_way_to_one_that_waits() {
    let transfers = IncomingTransfers { grace: Duration::from_millis(1), ..transfers(99, 8) };
    let mut many = slow(&transfers, &new_id(), 3, LEAST).await;
    let mut few = slow(&transfers, &new_id(), 2, LEAST / 2).await;
    let newcomer = transfers.take(&new_id()).await.expect("a place");
    let mut newest = many.pop().expect("the third");
    let ended = newcomer.store(|| true, newest.next(|| false, &mut stream::pending())).await;
    assert!(ended.is_some_and(|chunk| chunk.is_err()) && newest.has_given_way());
    assert!(!gives_way(&mut many[0]).await && !gives_way(&mut few[1]).await);
}

#[tokio::test]
async fn what_is_fast_enough_and_what_is_alone_as_the_newcomer_stays() {
    let transfers = transfers(99, 8);
    let (ada, grace) = (new_id(), new_id());
    let mut fast = slow(&transfers, &ada, 1, FAIR * 3).await;
    let mut own = slow(&transfers, &grace, 1, 10).await;
    transfers.have_one_give_way(&new_id());
    assert!(gives_way(&mut own[0]).await && !gives_way(&mut fast[0]).await);
    let mut first = slow(&transfers, &new_id(), 1, 10).await;
    drop(own);
    let _second = slow(&transfers, &grace, 1, 10).await;
    transfers.have_one_give_way(&grace);
    assert!(!gives_way(&mut first[0]).await, "grace has as much already");
}

#[tokio::test]
async fn an_account_that_can_spare_one_is_judged_before_the_period_is_over() {
    let (window, grace) = (Duration::from_secs(60), Duration::from_millis(5));
    let transfers = IncomingTransfers { window, grace, ..transfers(99, 8) };
    let mut fast = begun(&transfers, &new_id(), 3, FAIR).await;
    let mut one = begun(&transfers, &new_id(), 1, 10).await;
    let mut two = begun(&transfers, &new_id(), 2, 10).await;
    tokio::time::sleep(grace).await;
    transfers.have_one_give_way(&new_id());
    assert!(gives_way(&mut two[1]).await && !gives_way(&mut two[0]).await);
    transfers.have_one_give_way(&new_id());
    assert!(!gives_way(&mut one[0]).await && !gives_way(&mut fast[2]).await && !gives_way(&mut two[0]).await);
}

#[tokio::test]
async fn whoever_has_no_place_gets_one_of_the_account_with_most() {
    let transfers =
        IncomingTransfers { queue: Duration::from_secs(3600), grace: Duration::from_millis(5), ..transfers(4, 4) };
    let (ada, grace) = (new_id(), new_id());
    let mut held = slow(&transfers, &ada, 2, LEAST).await;
    held.extend(slow(&transfers, &grace, 1, LEAST).await);
    held.extend(slow(&transfers, &new_id(), 1, LEAST).await);
    let newest = held.remove(1);
    let ends = async {
        let mut newest = newest;
        let ended = newest.next(|| false, &mut stream::pending()).await;
        ended.is_some_and(|chunk| chunk.is_err()) && newest.has_given_way()
    };
    let newcomer = new_id();
    let (taken, has_ended) = tokio::join!(transfers.take(&newcomer), ends);
    assert!(taken.is_ok() && has_ended);
}
