import fs from 'node:fs'
import { inScratch } from './scratch.mjs'

/** Payload templates. The load generator fills in number, time and publisher and reads them again on arrival. */
const templates = {
  telemetry: '{"temperature":21.5,"seq":%SEQ%,"stamp":%TS%}',
  event: '{"level":"info","message":"tick","data":{"seq":%SEQ%,"stamp":%TS%}}',
}

/** The values of one telemetry payload. */
export const valuesPerMessage = 3

/** The load generator's option for a payload of this kind. */
export function payloadOption(kind) {
  const file = inScratch('payloads', `${kind}.json`)
  fs.writeFileSync(file, templates[kind])
  return ['--payload', file]
}
