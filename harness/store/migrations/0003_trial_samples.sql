-- Messages too small for an envelope: how many of a trial carried one all the same.
ALTER TABLE trials ADD COLUMN IF NOT EXISTS sampled String AFTER sent;
