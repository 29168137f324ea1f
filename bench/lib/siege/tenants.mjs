import { randomUUID } from 'node:crypto'
import { Accounts, foundOrganization } from '../accounts.mjs'

/**
 * An organization with an administrator of its own, who is nobody else: limits of a person concern one tenant alone. The
 * person has the password of the platform's administrator, because people are written into the database.
 */
export async function makeTenant(platform, organization) {
  const { url, administrator } = platform.pages
  await foundOrganization(url, administrator, organization)
  const id = randomUUID()
  const email = `${organization}@example.com`
  await platform.pool.query(
    `WITH person AS (
       INSERT INTO "user" (id, name, email, email_verified, updated_at) VALUES ($1, $2, $3, true, now())
     ), account AS (
       INSERT INTO account (id, account_id, provider_id, password, updated_at, user_id)
       SELECT $1, $1, a.provider_id, a.password, now(), $1 FROM account a JOIN "user" u ON u.id = a.user_id WHERE u.email = $4
     )
     INSERT INTO member (organization_id, user_id, role)
     SELECT o.id, $1, 'admin' FROM organization o WHERE o.slug = $2`,
    [id, organization, email, administrator.email],
  )
  const person = { email, password: administrator.password }
  const accounts = await Accounts.signIn(url, organization, person)
  return { organization, person, accounts }
}
