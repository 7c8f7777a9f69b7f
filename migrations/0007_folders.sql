-- A folder's list shows its folders by name and then its files, newest first, each kind from an index of its own: a page
-- of 50 rows is read in its order, however many entries there are of the other kind.
CREATE INDEX entries_folders ON entries (parent, sort, id) WHERE kind = 'folder' AND trashed IS NULL;
CREATE INDEX entries_files ON entries (parent, id) WHERE kind = 'file' AND trashed IS NULL;
