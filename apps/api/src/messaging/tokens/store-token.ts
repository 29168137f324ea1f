import { rolesThatMay } from '@heliograph/protocol'
import type { Pool } from 'pg'
import type { TokenOwner } from '../connections/connection-principal.js'
import type { GrantedFilters } from './granted-filters.js'

export interface NewToken extends GrantedFilters {
  id: string
  secretHash: Buffer
  clientId: string
  organizationId: number
  owner: TokenOwner
  expiresAtMs: number
}

export interface StoreLimits {
  /** How many tokens that have not ended an owner may have. */
  perOwner: number
  /** Whether the client id is known to be the owner's own; otherwise no token of another owner may have it. */
  isOwnClientId: boolean
}

/** What became of a token. It ends with its owner at the latest, and publishes what the role of the person behind it allows now. */
export type StoredTokenResult =
  | { kind: 'stored'; expiresAt: Date; publish: string[] }
  | { kind: 'client_id_taken' | 'too_many' | 'owner_ended' }

interface Row {
  others: number
  own: number
  expiresAt: Date | null
  publish: string[] | null
}

/**
 * Stores a token if its client id is free and its owner has room for it, with one statement. Tokens that are stored at the same
 * time may be a few more. Nobody waits until it is on the disk: a token that a crash of the database takes away is asked for
 * again, as one that has ended.
 */
export async function storeToken(
  pool: Pick<Pool, 'query'>,
  { owner, organizationId, ...token }: NewToken,
  { perOwner, isOwnClientId }: StoreLimits,
): Promise<StoredTokenResult> {
  const { rows } = await pool.query<Row>(owner.kind === 'session' ? storeForSession : storeForApiKey, [
    token.id,
    token.secretHash,
    token.clientId,
    organizationId,
    owner.id,
    token.subscribe,
    token.publish,
    new Date(token.expiresAtMs),
    rolesThatMay('apps.publish'),
    perOwner,
    isOwnClientId,
  ])
  const [{ others, own, expiresAt, publish } = noRow] = rows
  if (others > 0) return { kind: 'client_id_taken' }
  if (own >= perOwner) return { kind: 'too_many' }
  if (expiresAt === null || publish === null) return { kind: 'owner_ended' }
  return { kind: 'stored', expiresAt, publish }
}

const noRow: Row = { others: 0, own: 0, expiresAt: null, publish: null }

const storeFor = (table: 'session' | 'api_key', person: 'user_id' | 'created_by_id') => `
WITH known AS MATERIALIZED (
  SELECT set_config('synchronous_commit', 'off', true),
    CASE WHEN $11::boolean THEN 0 ELSE (
      SELECT count(*)::int FROM mqtt_token
      WHERE organization_id = $4 AND client_id = $3 AND expires_at > now() AND ${table}_id IS DISTINCT FROM $5
    ) END AS others,
    (SELECT count(*)::int FROM mqtt_token WHERE ${table}_id = $5 AND expires_at > now()) AS own
), made AS (
  INSERT INTO mqtt_token (id, secret_hash, client_id, organization_id, ${table}_id, subscribe, publish, expires_at)
  SELECT $1, $2, $3, $4, owner.id, $6,
    CASE WHEN owner.${person} IS NULL OR member.role = ANY($9::"Role"[]) THEN $7::text[] ELSE '{}' END,
    LEAST($8::timestamptz, owner.expires_at)
  FROM known
  JOIN ${table} AS owner ON owner.id = $5 AND owner.expires_at > now()
  LEFT JOIN member ON member.organization_id = $4 AND member.user_id = owner.${person}
  WHERE known.others = 0 AND known.own < $10::int AND (owner.${person} IS NULL OR member.user_id IS NOT NULL)
  RETURNING expires_at, publish
)
SELECT known.others, known.own, made.expires_at AS "expiresAt", made.publish FROM known LEFT JOIN made ON true`

const storeForSession = storeFor('session', 'user_id')
const storeForApiKey = storeFor('api_key', 'created_by_id')
