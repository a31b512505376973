-- A window in which all axes were loaded at once: each axis' share of it.
ALTER TABLE trials ADD COLUMN IF NOT EXISTS parts String AFTER health;
