BEGIN TRANSACTION;
CREATE TABLE remembered (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "remembered" VALUES('paused','1');
CREATE TABLE runs (
    id TEXT PRIMARY KEY, job TEXT NOT NULL, name TEXT NOT NULL, script TEXT NOT NULL,
    trigger TEXT NOT NULL, day TEXT NOT NULL, started TEXT NOT NULL, log TEXT NOT NULL,
    pid INTEGER, created REAL, boot TEXT NOT NULL,
    ended TEXT, duration_seconds REAL, exit_code INTEGER, outcome TEXT, script_hash TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
INSERT INTO "runs" VALUES('bac-10-120000-000000','bac','bac','/base/metodos/bac.py','scheduled','2026-03-10','2026-03-10T12:00:00-03:00','/logs/bac.log',NULL,NULL,'boot',NULL,NULL,NULL,NULL,'');
INSERT INTO "runs" VALUES('pix-10-080000-000000','pix','pix','/base/metodos/pix.py','scheduled','2026-03-10','2026-03-10T08:00:00-03:00','/logs/pix.log',1000,50.0,'boot','2026-03-10T08:00:04-03:00',4.0,0,'ended','');
INSERT INTO "runs" VALUES('spb-09-090000-000000','spb','spb','/base/metodos/spb.py','scheduled','2026-03-09','2026-03-09T09:00:00-03:00','/logs/spb.log',1000,50.0,'boot','2026-03-09T09:00:04-03:00',4.0,0,'ended','');
INSERT INTO "runs" VALUES('ted-10-120000-000000','ted','ted','/base/metodos/ted.py','manual','2026-03-10','2026-03-10T12:00:00-03:00','/logs/ted.log',1000,50.0,'boot','2026-03-10T12:00:04-03:00',4.0,3,'ended','');
CREATE TABLE stops (run TEXT PRIMARY KEY, outcome TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "stops" VALUES('bac-10-120000-000000','stopped');
CREATE INDEX runs_by_day ON runs (day);
CREATE INDEX open_runs ON runs (started) WHERE ended IS NULL;
CREATE INDEX runs_by_job ON runs (job, started);
CREATE INDEX good_runs ON runs (job, started) WHERE exit_code = 0;
COMMIT;
PRAGMA user_version = 1;
