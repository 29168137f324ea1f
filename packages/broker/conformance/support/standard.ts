import type { standards } from '../statements/standards.mjs'
import type { Packets } from './bytes.js'
import { packets5 } from './bytes-5.js'
import { packets311 } from './bytes-311.js'

/** A version of MQTT that the suite covers. */
export type Standard = keyof typeof standards

export type StatementId<S extends Standard> = keyof (typeof standards)[S]

export const packetsOf: Record<Standard, Packets> = { mqtt311: packets311, mqtt5: packets5 }
