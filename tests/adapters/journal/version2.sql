BEGIN TRANSACTION;
CREATE TABLE acknowledged (job TEXT PRIMARY KEY, run TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE closings (day TEXT PRIMARY KEY, notes TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE commands (at TEXT NOT NULL, "by" TEXT NOT NULL, what TEXT NOT NULL, job TEXT NOT NULL, accepted INTEGER NOT NULL, text TEXT NOT NULL);
INSERT INTO "commands" VALUES('2026-03-10T14:05:00-03:00','maria','run','pix',1,'');
CREATE TABLE days (day TEXT NOT NULL, job TEXT NOT NULL, surplus INTEGER NOT NULL, PRIMARY KEY (day, job)) WITHOUT ROWID;
CREATE TABLE pauses (kind TEXT NOT NULL, name TEXT NOT NULL, until TEXT, reason TEXT NOT NULL, "by" TEXT NOT NULL, since TEXT, PRIMARY KEY (kind, name)) WITHOUT ROWID;
CREATE TABLE remembered (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "remembered" VALUES('paused','1');
CREATE TABLE runs (
    id TEXT PRIMARY KEY, job TEXT NOT NULL, name TEXT NOT NULL, script TEXT NOT NULL,
    trigger TEXT NOT NULL, day TEXT NOT NULL, started TEXT NOT NULL, log TEXT NOT NULL,
    pid INTEGER, created REAL, boot TEXT NOT NULL,
    ended TEXT, duration_seconds REAL, exit_code INTEGER, outcome TEXT, script_hash TEXT NOT NULL DEFAULT ''
, "reason" TEXT NOT NULL DEFAULT '', "attempt" INTEGER NOT NULL DEFAULT 0, "by" TEXT NOT NULL DEFAULT '', "arguments" TEXT NOT NULL DEFAULT '', "stands_for" TEXT) WITHOUT ROWID
;
INSERT INTO "runs" VALUES('bac-10-120000-000000','bac','bac','/base/metodos/bac.py','scheduled','2026-03-10','2026-03-10T12:00:00-03:00','/logs/bac.log',NULL,NULL,'boot',NULL,NULL,NULL,NULL,'','',0,'','',NULL);
INSERT INTO "runs" VALUES('pix-10-080000-000000','pix','pix','/base/metodos/pix.py','retry','2026-03-10','2026-03-10T08:00:00-03:00','/logs/pix.log',1000,50.0,'boot','2026-03-10T08:00:04-03:00',4.0,1,'ended','','KeyError: ''conta''',1,'B3\maria','',NULL);
CREATE TABLE stops (run TEXT PRIMARY KEY, outcome TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "stops" VALUES('bac-10-120000-000000','stopped');
CREATE INDEX ended_runs ON runs (day, job, exit_code, outcome, duration_seconds) WHERE outcome IS NOT NULL;
CREATE INDEX open_runs ON runs (started) WHERE ended IS NULL;
CREATE INDEX runs_by_job ON runs (job, started);
CREATE INDEX good_runs ON runs (job, started) WHERE exit_code = 0;
COMMIT;
PRAGMA user_version = 2;
