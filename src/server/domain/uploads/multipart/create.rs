//! Creates uploads: the request is validated, quota is reserved, and the rows are committed before the store is
//! called.

use std::collections::HashMap;

use futures::{StreamExt as _, stream};

use crate::model::entry::DEPTH_LIMIT;
use crate::model::file_name::FileName;
use crate::model::id::EntryId;
use crate::model::problem::FieldProblem;
use crate::model::upload::{self, NewFolder, NewUpload, OPEN_UPLOADS, PartLimits, Upload, UploadProblem};
use crate::server::db::types::{BlobState, FolderPath};
use crate::server::db::uploads::UploadRecord;
use crate::server::db::within::Within;
use crate::server::db::{self, upload_states as states, uploads as rows};
use crate::server::domain::Error;
use crate::server::domain::access::scope::Scope;
use crate::server::domain::entries::names::parse_typed;
use crate::server::domain::entries::path::{below_root, check_count, check_nesting};
use crate::server::domain::uploads::multipart::claims::{Claims, Counting};
use crate::server::domain::uploads::multipart::wanted::Wanted;
use crate::server::domain::uploads::multipart::{
    AGAIN, AT_ONCE, MultipartUploads, STORE_TIMEOUT, bounded, meta, refusal, to_model,
};
use crate::server::domain::uploads::rules::{LAST_ROOM, ROOM, at_files};
use crate::server::storage::{IncompleteUpload, Private};

impl MultipartUploads {
    /// Creates uploads, and reserves quota for each at its full size. Each file gets its own answer, in the order
    /// given; those beyond the most of one call are asked to come later.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] if the scope may not add files (or [`Error::NotFound`] if it has ended);
    /// [`Error::Database`]. What is wrong with a single file is its answer.
    pub async fn create(
        &self,
        scope: &Scope,
        files: Vec<NewUpload>,
    ) -> Result<Vec<Result<Upload, UploadProblem>>, Error> {
        scope.may_add(self.clock.now())?;
        let (files, beyond) = bounded(files);
        let mut wanted = Vec::with_capacity(files.len());
        for file in files {
            if !self.rate_limiter.try_start(scope.owner(), self.clock.now()) {
                wanted.push(Err(UploadProblem::Later { seconds: AGAIN }));
                continue;
            }
            wanted.push(match self.wanted(scope, file).await {
                Ok(wanted) => Ok(wanted),
                Err(error) => Err(refusal(error)?),
            });
        }
        let created = self.insert(scope, wanted).await?;
        // Each upload is started on its own, so that one that the store refuses does not hold up the others.
        let created = created.into_iter().map(|row| async move {
            match row {
                Ok(row) => match self.start(row.clone()).await {
                    Ok(row) => Ok(Ok(to_model(&row))),
                    Err(error) => {
                        // The client will retry with a new upload, so this one is given up.
                        self.give_up(&row).await?;
                        refusal(error).map(Err)
                    }
                },
                Err(refused) => Ok(Err(refused)),
            }
        });
        let answers: Vec<Result<_, Error>> = stream::iter(created).buffered(AT_ONCE).collect().await;
        let mut answers = answers.into_iter().collect::<Result<Vec<_>, _>>()?;
        answers.extend(beyond);
        Ok(answers)
    }

    /// Creates folders, so that the empty ones of a dropped folder are there too. Existing ones are left alone.
    ///
    /// # Errors
    /// [`Error::Database`]. What is wrong with a single folder is its answer.
    pub async fn make_folders(
        &self,
        scope: &Scope,
        folders: Vec<NewFolder>,
    ) -> Result<Vec<Result<(), UploadProblem>>, Error> {
        let (folders, beyond) = bounded(folders);
        let mut answers = Vec::with_capacity(folders.len() + beyond.len());
        for NewFolder { folder, path: names } in folders {
            // Folders that exist already count, too, since looking for them costs almost as much.
            if let Err(seconds) = self.entries.may_pass(scope.owner(), names.len()) {
                answers.push(Err(UploadProblem::Later { seconds }));
                continue;
            }
            let made = match path(&names) {
                Ok(path) => self.entries.ensure(scope, folder.as_ref(), &path).await,
                Err(refused) => Err(refused),
            };
            answers.push(match made {
                Ok(_) => Ok(()),
                Err(Error::NotFound) => Err(UploadProblem::Refused(FieldProblem::FolderGone)),
                Err(error) => Err(refusal(error)?),
            });
        }
        answers.extend(beyond);
        Ok(answers)
    }

    async fn wanted(&self, scope: &Scope, file: NewUpload) -> Result<Wanted, Error> {
        let refused = at_files;
        let name = parse_typed(&file.name).map_err(refused)?;
        let path = path(&file.path)?;
        self.rules.check_file_size(file.size)?;
        let store = self.storage.capabilities();
        let limits = PartLimits { most: u64::from(store.most_parts), least: store.least_part };
        let most = limits.most * upload::LARGEST_PART;
        let part_size = upload::part_size(file.size, limits, file.speed);
        let part_size = part_size.ok_or_else(|| refused(FieldProblem::TooLarge { limit: most }))?;
        self.rules.check_free_space(ROOM.max(file.size.saturating_add(LAST_ROOM))).await?;
        let number = |bytes: u64| i64::try_from(bytes).map_err(|_| refused(FieldProblem::TooLarge { limit: most }));
        Ok(Wanted {
            name,
            size: number(file.size)?,
            part_size: number(part_size)?,
            modified: file.modified_ms,
            // Without a folder, an upload of a subtree's scope goes into the root of that subtree, not of the account.
            folder: file.folder.or_else(|| scope.root().cloned()),
            path: FolderPath(path),
        })
    }

    /// Inserts all rows in one transaction that locks the account, so that concurrent calls see each other's
    /// reservations.
    async fn insert(
        &self,
        scope: &Scope,
        wanted: Vec<Result<Wanted, UploadProblem>>,
    ) -> Result<Vec<Result<UploadRecord, UploadProblem>>, Error> {
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let (now, expires) = (self.clock.now(), self.expiry());
        let limit = self.rules.limits().entries;
        let mut claims = match Claims::of(&self.pool, &self.claim_turns, scope.owner(), wanted.len(), limit).await? {
            Counting::Full => {
                let full = || UploadProblem::Refused(FieldProblem::TooManyUploads { limit: OPEN_UPLOADS });
                return Ok(wanted.into_iter().map(|wanted| Err(wanted.err().unwrap_or_else(full))).collect());
            }
            Counting::NotNeeded => None,
            Counting::Counted(claims) => Some(claims),
        };
        let mut transaction = match &claims {
            // It has one of the turns that all accounts share, and must not wait for one of its own.
            Some(_) => db::begin(&self.pool).await?,
            None => db::begin_for(&self.pool, scope.owner()).await?,
        };
        db::accounts::lock_row(&mut *transaction, scope.owner()).await?;
        let entries = db::accounts::entries(&mut *transaction, scope.owner()).await?;
        let mut open = rows::count(&mut *transaction, scope.owner()).await?.unsigned_abs();
        let mut answers = Vec::with_capacity(wanted.len());
        let mut paths = HashMap::new();
        for wanted in wanted {
            let admitted = match wanted {
                Ok(wanted) => {
                    let claimed = claims.as_ref().map_or(0, Claims::count);
                    let counts = (entries, open);
                    match self.admit(&mut transaction, scope, &wanted, counts, &mut claims, &mut paths).await? {
                        Ok(()) => Ok(wanted),
                        Err(problem) => {
                            claims.iter_mut().for_each(|claims| claims.take_back_to(claimed));
                            Err(UploadProblem::Refused(problem))
                        }
                    }
                }
                Err(refused) => Err(refused),
            };
            let wanted = match admitted {
                Ok(wanted) => wanted,
                Err(refused) => {
                    answers.push(Err(refused));
                    continue;
                }
            };
            let needs_initiation = self.needs_initiation(wanted.size.unsigned_abs(), wanted.part_size.unsigned_abs());
            let row = wanted.into_record(scope.owner(), needs_initiation, expires);
            rows::insert(&mut transaction, &row, now).await?;
            open += 1;
            answers.push(Ok(row));
        }
        transaction.commit().await?;
        Ok(answers)
    }

    /// Checks an upload against the account's rows, and reserves its bytes. `entries` and `open` are how many entries
    /// and uploads the account has, and `claims` are the folders that those will make, if they need counting; `paths`
    /// keeps the paths of folders that were looked up before.
    async fn admit(
        &self,
        transaction: &mut db::Transaction,
        scope: &Scope,
        wanted: &Wanted,
        (entries, open): (i64, u64),
        claims: &mut Option<Claims>,
        paths: &mut HashMap<EntryId, Vec<(EntryId, String)>>,
    ) -> Result<Result<(), FieldProblem>, Error> {
        if open >= OPEN_UPLOADS {
            return Ok(Err(FieldProblem::TooManyUploads { limit: OPEN_UPLOADS }));
        }
        let above = match &wanted.folder {
            Some(folder) => {
                if !paths.contains_key(folder) {
                    let path = db::folders::path(&mut **transaction, scope.owner(), folder).await?;
                    let path = below_root(scope, path.clone()).map(|_| path).unwrap_or_default();
                    paths.insert(folder.clone(), path);
                }
                paths.get(folder).filter(|path| !path.is_empty())
            }
            None => Some(const { &Vec::new() }),
        };
        let Some(above) = above else { return Ok(Err(FieldProblem::FolderGone)) };
        if let Err(problem) = check_nesting(above, &wanted.path.0, Some(&wanted.name)) {
            return Ok(Err(problem));
        }
        let mut folders = 0;
        if let Some(claims) = claims {
            claims.add(&mut *transaction, wanted.folder.as_ref(), &wanted.path.0).await?;
            folders = claims.count();
        }
        if let Err(problem) = check_count(entries, open + 1 + folders, self.rules.limits().entries) {
            return Ok(Err(problem));
        }
        if db::accounts::reserve(&mut **transaction, scope.owner(), wanted.size, self.rules.site_quota()).await? {
            return Ok(Ok(()));
        }
        Ok(Err(self.rules.over_quota(&mut **transaction, scope.owner(), 0).await?))
    }

    /// Creates the bucket's multipart upload, if the upload needs one and has none yet.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the upload was given up meanwhile; [`Error::Storage`]; [`Error::Database`].
    pub(super) async fn start(&self, mut row: UploadRecord) -> Result<UploadRecord, Error> {
        if row.state != BlobState::Pending {
            return Ok(row);
        }
        let _place = self.store_calls.take_within(&row.account, STORE_TIMEOUT).await?;
        let upload = self.storage.start_parts(&row.key, &meta(&row.id)).await?;
        let upload = upload.ok_or_else(|| Error::Internal("a folder begins nothing".to_owned()))?;
        let until = self.writable_until();
        let mut transaction = db::begin_for(&self.pool, &row.account).await?;
        if states::record_store_upload(&mut transaction, &row.id, &upload, until).await? {
            transaction.commit().await?;
            (row.state, row.store_upload, row.writable_until) = (BlobState::Uploading, Some(upload), until);
            return Ok(row);
        }
        transaction.rollback().await?;
        // A concurrent call has started it, or it was given up. Either way nothing refers to this multipart upload.
        let orphan = IncompleteUpload { key: row.key.to_string(), upload: Some(upload), started: 0 };
        self.storage.abort_incomplete_upload::<Private>(&orphan).await?;
        rows::find(&self.pool, Within::account(&row.account), &row.id).await?.ok_or(Error::NotFound)
    }
}

/// Validates the folder names of a path, and that they may be nested.
fn path(names: &[String]) -> Result<Vec<FileName>, Error> {
    if names.len() > DEPTH_LIMIT {
        return Err(at_files(FieldProblem::TooDeep { limit: DEPTH_LIMIT }));
    }
    let names = names.iter().map(|name| parse_typed(name).map_err(at_files)).collect::<Result<Vec<_>, _>>()?;
    check_nesting(&[], &names, None).map_err(at_files)?;
    Ok(names)
}
