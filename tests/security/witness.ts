import net from 'node:net'
import type { Platform } from '../support/platform.js'
import { closed } from '../support/raw-socket.js'

/** What a client was sent: the head and the body of an answer, or what came over MQTT. */
export interface Seen {
  /** Which call it was. */
  where: string
  text: string
}

export interface Call {
  where: string
  method?: string
  path: string
  headers?: Record<string, string>
  /** Sent as it is when it is a text, else as JSON. */
  body?: unknown
}

/** Sends requests and bytes, and keeps all that comes back. */
export class Witness {
  readonly seen: Seen[] = []

  constructor(private readonly platform: Platform) {}

  /** Sends a request and returns the parsed body, if it is JSON. */
  async call({ where, method = 'GET', path, headers = {}, body }: Call): Promise<Record<string, unknown>> {
    const answer = await fetch(new URL(path, this.platform.url), {
      method,
      redirect: 'manual',
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await answer.text()
    const head = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join('\n')
    this.seen.push({ where, text: `${head}\n\n${text}` })
    const isJson = /[/+]json\b/.test(answer.headers.get('content-type') ?? '')
    return { ...(isJson ? JSON.parse(text) : {}), headers: answer.headers, status: answer.status }
  }

  /** Sends packets over MQTT, and keeps what comes until the connection ends, or the last of them, a ping, is answered. */
  async speak(where: string, ...packets: Buffer[]): Promise<void> {
    const socket = net.connect(this.platform.mqttPort, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(Buffer.concat([...packets, pingreq]))
    let received = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      if (received.includes(pingresp)) socket.destroy()
    })
    await closed(socket)
    this.seen.push({ where, text: received.toString('latin1') })
  }
}

const pingreq = Buffer.of(0xc0, 0)
const pingresp = Buffer.of(0xd0, 0)

/** Long texts are cut off in lines of the log; so much of a secret is as good as all of it. */
const mostShown = 40

function escapeJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

/** How a secret may be written: as it is, percent-encoded, in JSON, and in base64 wherever it stands in what was encoded. */
export function formsOf(secret: string): string[] {
  return [secret, secret.slice(0, mostShown)].flatMap((text) => {
    const json = escapeJson(text)
    return [text, encodeURIComponent(text), json, escapeJson(json), ...base64FormsOf(text)]
  })
}

/** Base64 of a text behind none, one or two other bytes, without the characters that depend on what stands around it. */
function base64FormsOf(text: string): string[] {
  return [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)])
    const whole = bytes.toString('base64').replace(/=+$/, '')
    const own = whole.slice(before === 0 ? 0 : before + 1, bytes.length % 3 === 0 ? undefined : -1)
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')]
  })
}
