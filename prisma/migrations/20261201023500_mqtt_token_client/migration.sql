-- Each new token looks for others with its client id.
CREATE INDEX "mqtt_token_organization_id_client_id_idx" ON "mqtt_token"("organization_id", "client_id");
