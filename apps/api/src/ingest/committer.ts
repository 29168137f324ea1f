import type { Pool } from 'pg'
import type { ActivityWriter } from '../presence/activity-writer.js'
import { batchRows } from './batch.js'
import { DeviceKeys, maximumKeysPerDevice } from './device-keys.js'
import { insertBatch } from './insert-batch.js'
import { KeyDictionary } from './key-dictionary.js'
import type { MessageTrail } from './message-trail.js'
import type { IngestOutcome, Refusal, Sample } from './sample.js'

/** A checked and stamped message on its way into a batch. */
export interface BatchMessage {
  deviceKey: number
  samples: readonly Sample[]
  trail: MessageTrail
}

/** Commits batches. Throws when the store fails; committing the same batch again is harmless. */
export class Committer {
  readonly #dictionary: KeyDictionary
  readonly #deviceKeys: DeviceKeys

  constructor(
    private readonly pool: Pool,
    private readonly activity: ActivityWriter,
  ) {
    this.#dictionary = new KeyDictionary(pool)
    this.#deviceKeys = new DeviceKeys(pool)
  }

  /** Stores the messages in one transaction; gives what became of each, in their order. */
  async commit(messages: readonly BatchMessage[]): Promise<IngestOutcome[]> {
    await this.#deviceKeys.prepare(messages.map((message) => message.deviceKey))
    const outcomes = messages.map((message) => this.#admit(message))
    const admitted = messages.filter((_, index) => outcomes[index]?.stored)
    if (admitted.length === 0) return outcomes

    const keyIds = await this.#dictionary.resolve(keyNames(admitted))
    const devices = [...new Set(admitted.map((message) => message.deviceKey))]
    const heard = this.activity.claim(devices)
    const live = await insertBatch(this.pool, devices, batchRows(admitted, keyIds), heard)
    this.activity.written(heard)
    return outcomes.map((outcome, index) => {
      const deviceKey = messages[index]?.deviceKey ?? Number.NaN
      return outcome.stored && !live.has(deviceKey) ? refuse(deviceGone) : outcome
    })
  }

  forgetDevice(deviceKey: number): void {
    this.#deviceKeys.forget(deviceKey)
  }

  #admit(message: BatchMessage): IngestOutcome {
    const names = keyNames([message])
    if (!this.#deviceKeys.admit(message.deviceKey, names)) return refuse(tooManyKeys)
    return { stored: true, samples: message.samples.length }
  }
}

const deviceGone: Refusal = { code: 'telemetry_dropped', detail: 'the device no longer exists' }
const tooManyKeys: Refusal = {
  code: 'payload_invalid',
  detail: `the device would have over ${maximumKeysPerDevice} different keys`,
}

function refuse(refusal: Refusal): IngestOutcome {
  return { stored: false, refusal }
}

function keyNames(messages: readonly BatchMessage[]): Set<string> {
  const names = new Set<string>()
  for (const { samples } of messages) for (const { key } of samples) names.add(key)
  return names
}
