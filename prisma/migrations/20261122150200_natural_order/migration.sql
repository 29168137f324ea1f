-- Names sort as people expect, whatever the database's own order: "pump 2" before "Pump 10", "Äpfel" under A.
CREATE COLLATION "natural_order" (provider = icu, locale = 'und-u-kn-true');

-- The index on (organization_id, name, id) follows its column.
ALTER TABLE "device" ALTER COLUMN "name" TYPE TEXT COLLATE "natural_order";
