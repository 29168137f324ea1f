interface RefusalText {
  title: string
  /** What a person can do about it. */
  todo: string
}

export const refusalTitle = (code: string): string => TEXTS[code]?.title ?? code.replaceAll('_', ' ')
export const refusalTodo = (code: string): string => TEXTS[code]?.todo ?? ''

const TEXTS: Record<string, RefusalText> = {
  payload_invalid: {
    title: 'Invalid payload',
    todo: 'The detail says what is wrong; correct what the device sends.',
  },
  topic_denied: {
    title: 'Topic not allowed',
    todo: 'A device may only use its own topics; correct the topic in its code.',
  },
  not_authorized: {
    title: 'Topic not allowed',
    todo: 'The token was not issued for this topic; request the topic with the token.',
  },
  origin_refused: {
    title: 'Page of another origin',
    todo: 'If the page is yours, add its origin to ALLOWED_ORIGINS; else find out who opened it while signed in.',
  },
  timestamp_refused: {
    title: 'Timestamp out of range',
    todo: 'Set the clock of the device, or send samples without ts.',
  },
  telemetry_dropped: {
    title: 'Dropped: database behind',
    todo: 'Send with QoS 1, so that the device sends again what was not stored.',
  },
  bad_credentials: {
    title: 'Wrong secret',
    todo: 'A client uses an old secret: rotate the credential and store the new secret on the device.',
  },
  expired: { title: 'Credential expired', todo: 'Issue a new credential, or rotate this one.' },
  revoked: {
    title: 'Credential revoked',
    todo: 'Issue a new credential if the device should connect again.',
  },
  wrong_client_id: {
    title: 'Wrong client id',
    todo: 'Use the id of the device as client id, alone or followed by a colon and a suffix.',
  },
  malformed: { title: 'Malformed packet', todo: 'The client violates MQTT; update its library.' },
  too_large: { title: 'Packet too large', todo: 'Send smaller messages.' },
  rate: { title: 'Rate limit exceeded', todo: 'Let the client send less often.' },
  quota: {
    title: 'Quota exceeded',
    todo: 'The client holds more subscriptions or messages than allowed; reduce them.',
  },
  timeout: { title: 'Timeout', todo: 'The client took too long; check its network.' },
  unsupported_protocol: { title: 'Unsupported MQTT version', todo: 'Set the client to MQTT 3.1.1.' },
  server_unavailable: { title: 'Platform not ready', todo: 'The client tries again by itself.' },
}
