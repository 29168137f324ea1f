import { openAudit, sealAudit } from './audit-role.mjs'
import { migrate } from './migrate.mjs'

/**
 * Brings the database up to the newest migration as the role of the api, and keeps the audit from that role otherwise.
 * @param {{ url: string, adminUrl: string }} database as the role of the api, and as a superuser
 * @returns {Promise<string[]>} the names of the migrations applied now
 */
export async function migrateSealed({ url, adminUrl }) {
  const applied = await migrate(url, { beforeApplying: () => openAudit(adminUrl) })
  await sealAudit(adminUrl)
  return applied
}
