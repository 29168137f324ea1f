import { type AuditAction, auditActions } from '@heliograph/protocol'

/** What the page shows of the audit. Days are those of the browser's time zone. */
export interface AuditQuery {
  search?: string | undefined
  actor?: string | undefined
  action?: AuditAction | undefined
  target?: string | undefined
  /** The first and the last day: `2026-11-30`. */
  from?: string | undefined
  to?: string | undefined
}

const day = /^\d{4}-\d{2}-\d{2}$/
const actor = /^(?:platform|unknown|(?:person|key):[A-Za-z0-9_-]{1,64})$/

/** A change of some filters; undefined takes one away, null all of them. */
export type ChangeFilters = (change: AuditQuery | null) => void

/** Reads the filters from the address; what cannot be is left out. */
export function readAuditQuery(address: URLSearchParams): AuditQuery {
  const text = (name: string) => address.get(name)?.trim().slice(0, 120) || undefined
  const matching = (name: string, pattern: RegExp) => {
    const value = address.get(name) ?? ''
    return pattern.test(value) ? value : undefined
  }
  return withoutEmpty({
    search: text('search'),
    actor: matching('actor', actor),
    action: auditActions.find((known) => known === address.get('action')),
    target: text('target'),
    from: matching('from', day),
    to: matching('to', day),
  })
}

/** The filters as they stand in the address. */
export function writeAuditQuery(query: AuditQuery): URLSearchParams {
  return new URLSearchParams(Object.entries(withoutEmpty(query)))
}

/** The filters as REST takes them: from the beginning of the first day to the end of the last one. */
export function toRestQuery({ from, to, ...rest }: AuditQuery): Record<string, string | undefined> {
  return { ...rest, from: midnight(from, 0), to: midnight(to, 1) }
}

function midnight(text: string | undefined, daysLater: number): string | undefined {
  if (text === undefined) return undefined
  const [year = 0, month = 1, date = 1] = text.split('-').map(Number)
  const time = new Date(year, month - 1, date + daysLater)
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString()
}

function withoutEmpty(query: AuditQuery): AuditQuery {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value)) as AuditQuery
}
