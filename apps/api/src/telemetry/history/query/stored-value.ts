import type { TelemetryValue } from '@heliograph/protocol'

/** A value, as `valueColumns` selects it. */
export interface StoredValue {
  number: number | null
  json: TelemetryValue
  /** Digits of an integer that a double cannot hold exactly. */
  exact: string | null
}

/** The columns of a value of a table or alias. */
export function valueColumns(table: string): string {
  return `${table}.number,
    CASE WHEN ${table}.number IS NULL THEN ${table}.json END AS json,
    CASE WHEN ${table}.number IS NOT NULL THEN ${table}.json::text END AS exact`
}

/** A stored value as it is answered: an integer that a double cannot hold is a string of digits, as in proto3's JSON. */
export function toValue({ number, json, exact }: StoredValue): TelemetryValue {
  return exact ?? number ?? json
}
