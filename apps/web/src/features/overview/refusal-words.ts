interface RefusalWords {
  title: string
  /** What a person can do about it. */
  todo: string
}

export const refusalTitle = (code: string): string => WORDS[code]?.title ?? code.replaceAll('_', ' ')
export const refusalTodo = (code: string): string => WORDS[code]?.todo ?? ''

const WORDS: Record<string, RefusalWords> = {
  payload_invalid: {
    title: 'Payload not understood',
    todo: 'The detail says what is wrong with it; mend what the device sends.',
  },
  topic_denied: {
    title: 'Topic not allowed',
    todo: 'A device may use its own topics only. Compare with those on its Credentials page.',
  },
  not_authorized: {
    title: 'Topic not allowed',
    todo: 'The token was not made for this topic; ask for it when making one.',
  },
  timestamp_refused: {
    title: 'Time out of range',
    todo: 'Set the clock of the device, or let it leave ts out.',
  },
  telemetry_dropped: {
    title: 'Dropped, the store was behind',
    todo: 'Send with QoS 1, so that the device learns of it and sends again.',
  },
  bad_credentials: {
    title: 'Wrong secret',
    todo: 'Somebody has an old secret: rotate the credential and flash the device with the new one.',
  },
  expired: { title: 'Credential expired', todo: 'Issue a new credential, or rotate this one.' },
  revoked: { title: 'Credential revoked', todo: 'Issue a new one if the device should come back.' },
  wrong_client_id: {
    title: 'Wrong client id',
    todo: 'The client id is the id of the device, or that with a colon and a suffix.',
  },
  malformed: {
    title: 'Malformed packet',
    todo: 'The client breaks MQTT; look for an update of its library.',
  },
  too_large: { title: 'Packet too large', todo: 'Send less at a time.' },
  rate: { title: 'Too fast', todo: 'It sends more than its share; let it send less often.' },
  quota: { title: 'Too many', todo: 'It holds more subscriptions or messages than are allowed.' },
  timeout: { title: 'Too slow to finish', todo: 'Look at its network.' },
  unsupported_protocol: { title: 'MQTT version', todo: 'Set the client to MQTT 3.1.1.' },
  server_unavailable: { title: 'Platform not ready', todo: 'It tries again by itself.' },
}
