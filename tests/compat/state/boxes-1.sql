-- boxes.sqlite as format 1 wrote it, before a box told of its agent: three boxes, one of them over.
BEGIN TRANSACTION;
CREATE TABLE box(key TEXT PRIMARY KEY NOT NULL, frame TEXT NOT NULL, sink TEXT NOT NULL, server TEXT NOT NULL,
  channel TEXT NOT NULL, root TEXT, phase TEXT NOT NULL, post TEXT, since INTEGER NOT NULL, seq INTEGER NOT NULL,
  part INTEGER NOT NULL, hash TEXT NOT NULL, rev INTEGER NOT NULL, state TEXT NOT NULL, at INTEGER NOT NULL,
  note TEXT, sum INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO "box" VALUES('h4rwxkzpbs3lewvegl2ufovuzd','deploy','mattermost','http://127.0.0.1:43081','eumerdqm6kajr4jggjujtu9thr',NULL,'live','5g6y1zeyjgnwcgzeq7awng6t18',1795788469993,0,0,'21fbc1d1fb679892bc1a9c096c948bf8',0,'done',1795788469993,NULL,-2268828404261984580);
INSERT INTO "box" VALUES('tszhgbrv2m22hfgvg52vgbvgsq','aaaabbbbccccddddeeeeffff22','mattermost','http://127.0.0.1:43081','eumerdqm6kajr4jggjujtu9thr',NULL,'live','546mfyemg9bqrqu4upoowepdrn',1795788470050,1,0,'927491db711bb19145c38cc14827bfdb',3,'active',1795788470050,NULL,4666454359731519024);
INSERT INTO "box" VALUES('ykei2rburqo72vqa7mvfpgw7zg','nightly','mattermost','http://127.0.0.1:43081','eumerdqm6kajr4jggjujtu9thr',NULL,'live','ku6ukyf3fm4htjft6r8ai8fn4b',1795788469958,0,0,'5e6a5aa7cc7b527b0532bcd09ce6488e',0,'active',1795788469958,NULL,-3290336983978562136);
CREATE TABLE meta(name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO "meta" VALUES('instance','w7yz4jurjpzcelkvvoljmmybe7');
INSERT INTO "meta" VALUES('tidied','1795788469928');
INSERT INTO "meta" VALUES('version','1');
COMMIT;
PRAGMA user_version=1;
