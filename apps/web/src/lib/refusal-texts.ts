import { paths } from './paths'

interface RefusalText {
  title: string
  /** What a person can do about it; `{device}` stands for the device's id. */
  todo: string
  /** What the Credentials page of the device has for that. */
  help?: 'credentials' | 'topics'
}

export const refusalTitle = (code: string): string => TEXTS[code]?.title ?? code.replaceAll('_', ' ')

/** What a person can do about it. */
export const refusalTodo = (code: string, device: string | null): string =>
  (TEXTS[code]?.todo ?? '').replaceAll('{device}', device ?? 'device')

/** The page that helps; null when there is none. */
export function refusalHelp(
  code: string,
  org: string,
  device: string,
): { href: string; label: string } | null {
  const help = TEXTS[code]?.help
  if (help === undefined) return null
  return {
    href: paths.deviceCredentials(org, device),
    label: help === 'topics' ? `Topics of ${device}` : `Credentials of ${device}`,
  }
}

const TEXTS: Record<string, RefusalText> = {
  payload_invalid: {
    title: 'Invalid payload',
    todo: 'Correct what the device sends.',
  },
  topic_denied: {
    title: 'Topic not allowed',
    todo: 'A device may only use its own topics; correct the topic in its code.',
    help: 'topics',
  },
  not_authorized: {
    title: 'Topic not allowed',
    todo: 'The token or the application was not granted this topic; grant it, or correct the topic.',
  },
  origin_refused: {
    title: 'Page of another origin',
    todo: 'If the page is yours, add its origin to those of the application that the detail names, or for people to ALLOWED_ORIGINS; else find out who opened it.',
  },
  timestamp_refused: {
    title: 'Timestamp out of range',
    todo: 'Set the clock of the device, or send samples without ts.',
  },
  telemetry_dropped: {
    title: 'Dropped: database behind',
    todo: 'Send with QoS 1, so that the device sends again what was not stored.',
  },
  telemetry_set_aside: {
    title: 'Set aside: could not be stored',
    todo: 'An administrator finds the message on the page Settings, with the reason; correct what the device sends.',
  },
  too_many_samples: {
    title: 'Too many samples in a minute',
    todo: 'Let the device send fewer samples of one key, or spread their times.',
  },
  too_many_corrections: {
    title: 'Too many corrections',
    todo: 'Wait until the corrections that were sent are worked off, and send the message again.',
  },
  not_retained: {
    title: 'Topic not retained',
    todo: 'The message was delivered. Publish it without the retain flag: the platform stores telemetry itself.',
  },
  retained_quota: {
    title: 'Retained messages: quota exceeded',
    todo: 'The message was delivered. Clear topics that are not needed by empty retained messages, or raise maxRetained… in MQTT_LIMITS.',
  },
  bad_credentials: {
    title: 'Wrong secret',
    todo: 'A client uses an old secret: rotate the credential and store the new secret on the device.',
    help: 'credentials',
  },
  expired: {
    title: 'Credential expired',
    todo: 'Create a new credential and store it on the device. A rotation does not make this one last longer.',
    help: 'credentials',
  },
  revoked: {
    title: 'Credential revoked',
    todo: 'Create a new credential if the device should connect again.',
    help: 'credentials',
  },
  wrong_client_id: {
    title: 'Wrong client id',
    todo: 'Use the id of the device as client id, alone or followed by a colon and a suffix: {device} or {device}:suffix.',
  },
  wrong_device: {
    title: 'Credential of another device',
    todo: 'Over HTTP, send the telemetry of a device to its own address, with its own credential.',
    help: 'credentials',
  },
  duplicate_client_id: {
    title: 'Duplicate client id',
    todo: 'Give each client its own device and credential, or its own client id: {device}:suffix.',
    help: 'credentials',
  },
  malformed: { title: 'Malformed packet', todo: 'The client violates MQTT; update its library.' },
  too_large: {
    title: 'Packet too large',
    todo: 'Send smaller messages: a packet of a device may have 256 KiB, unless LIMITS=device.packetBytes says otherwise.',
  },
  rate: { title: 'Rate limit exceeded', todo: 'Let the client connect and send less often.' },
  refused_messages: {
    title: 'Too many refused messages',
    todo: 'Most of what the device sends is refused, and checking it takes too much time: it is read more slowly, and cut off when that goes on. Correct its payloads; its other refusals say what is wrong.',
  },
  quota: {
    title: 'Quota exceeded',
    todo: 'The detail says which. The overview shows the quotas of the organization; a client that holds more connections, subscriptions or messages than allowed has to reduce them, unless MQTT_LIMITS raises the limit.',
  },
  timeout: { title: 'Timeout', todo: 'The client took too long; check its network.' },
  unsupported_protocol: { title: 'Unsupported MQTT version', todo: 'Set the client to MQTT 5 or 3.1.1.' },
  server_unavailable: { title: 'Platform not ready', todo: 'The client tries again by itself.' },
}
