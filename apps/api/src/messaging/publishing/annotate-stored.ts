import type { PublishedMessage } from '@heliograph/broker'
import { formatStoredTime, storedProperties } from '@heliograph/protocol'

type Annotated = Pick<PublishedMessage, 'properties' | 'annotate'>

/**
 * Tells subscribers the time that the first sample without one was given, in microseconds since 1970; null: there is none. What
 * the device has set is looked at before anything is added, as most devices set nothing, which is known without reading.
 */
export function annotateTime(message: Annotated, assignedUs: number | null): void {
  overrule(message, storedProperties.stored)
  if (assignedUs === null) overrule(message, storedProperties.time)
  else message.annotate(storedProperties.time, formatStoredTime(assignedUs))
}

/** Tells subscribers that a message is passed on and not stored. */
export function annotateNotStored(message: Annotated): void {
  overrule(message, storedProperties.time)
  message.annotate(storedProperties.stored, 'false')
}

/** The last property of a name counts: an empty one of the platform stands behind what the device has set itself. */
function overrule(message: Annotated, name: string): void {
  if (message.properties?.userProperties.some(([own]) => own === name)) message.annotate(name, '')
}
