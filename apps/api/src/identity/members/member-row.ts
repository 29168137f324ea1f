import type { Member, Role } from '@heliograph/protocol'
import { storedTags } from '../../foundation/principal/stored-limit.js'

export interface MemberRow {
  id: string
  name: string
  email: string
  role: Role
  tags: string[]
  since: Date
  lastSignInAt: Date | null
  secondFactor: Member['secondFactor']
  apiKeys: number
  invitations: number
}

/** The members of the organization $1, owners first; only the person $2 unless it is null. */
export const listMembersSql = `
  SELECT person.id, person.name, person.email, member.role, member.tags, member.created_at AS since,
    GREATEST(
      (SELECT max(last_at) FROM sign_in_address WHERE user_id = person.id),
      (SELECT max(created_at) FROM session WHERE user_id = person.id)
    ) AS "lastSignInAt",
    CASE
      WHEN person.two_factor_enabled THEN 'authenticatorApp'
      WHEN EXISTS (SELECT FROM passkey WHERE user_id = person.id) THEN 'passkey'
      WHEN NOT EXISTS (SELECT FROM account WHERE user_id = person.id AND password IS NOT NULL) THEN 'openIdConnect'
    END AS "secondFactor",
    COALESCE(made.keys, 0)::int AS "apiKeys", COALESCE(invited.people, 0)::int AS invitations
  FROM member
  JOIN "user" AS person ON person.id = member.user_id
  LEFT JOIN (
    SELECT created_by_id, count(*) AS keys FROM api_key WHERE organization_id = $1 GROUP BY created_by_id
  ) AS made ON made.created_by_id = person.id
  LEFT JOIN (
    SELECT created_by_id, count(*) AS people FROM invitation
    WHERE organization_id = $1 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > now()
    GROUP BY created_by_id
  ) AS invited ON invited.created_by_id = person.id
  WHERE member.organization_id = $1 AND ($2::text IS NULL OR person.id = $2)
  ORDER BY member.role, lower(person.name), person.id`

export function toMember(row: MemberRow, { toManager }: { toManager: boolean }): Member {
  return {
    ...row,
    tags: toManager ? storedTags(row.tags) : null,
    since: row.since.toISOString(),
    secondFactor: toManager ? row.secondFactor : null,
    lastSignInAt: toManager ? (row.lastSignInAt?.toISOString() ?? null) : null,
  }
}
