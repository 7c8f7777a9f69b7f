//! Moves files and folders into other folders.

use crate::model::id::EntryId;
use crate::server::db::places;
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::entries::Entries;
use crate::server::domain::entries::destination::{Destination, TakenNameChoice, refused};
use crate::server::domain::entries::place::{check_reach, put_checked};

impl Entries {
    /// Moves files and folders into a folder, or into the root of the scope if that is `None`, which changes one row for each
    /// however much is in it. All of it happens in one transaction. Those that are gone already are passed over. They may be
    /// at most [`crate::model::moving::MOVED_LIMIT`].
    ///
    /// Returns those that stay where they are, because another entry there has their name and `on_taken` does not say what
    /// to do about it.
    ///
    /// # Errors
    /// A refusal at the selected entries if the folder is gone, is one of them or lies in one of them, or if paths become too
    /// long or folders are nested too deeply; nothing is moved then. [`Error::NotFound`] if the scope has none of them, or
    /// only its own root is among them; [`Error::NotAllowed`] if the scope may not change entries (or [`Error::NotFound`] if
    /// it has ended); [`Error::TooMany`] if large folders are being measured.
    pub async fn move_entries(
        &self,
        scope: &Scope,
        ids: &[EntryId],
        to: Option<&EntryId>,
        on_taken: Option<&TakenNameChoice>,
    ) -> Result<Vec<EntryId>, Error> {
        let now = self.clock.now();
        scope.may_change(now)?;
        let measured = places::places(&self.pool, scope.within(), ids).await?;
        let measured = measured.into_iter().filter(|place| to != Some(&place.parent));
        let reaches = self.reaches(scope, measured.map(|place| (place.id, place.kind)).collect()).await?;
        let (mut destination, found) = Destination::open(&self.pool, scope, ids, to, on_taken, now).await?;
        for place in found {
            if place.parent == destination.id {
                continue;
            }
            // It has come to the scope since the others were measured.
            let Some(reach) = reaches.get(&place.id) else { continue };
            let Some(name) = destination.arrival(&place).await? else { continue };
            check_reach(&destination.above, &name, *reach).map_err(refused)?;
            put_checked(&mut destination.transaction, &place.id, (&destination.id, &name)).await?;
            destination.has_come(place.id, &name);
        }
        destination.close().await
    }
}
