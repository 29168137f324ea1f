-- How a sign-in session began. It is not known of sessions from before.
ALTER TABLE "session" ADD COLUMN "method" TEXT;
