import { randomBytes } from 'node:crypto'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { vi } from 'vitest'
import type { HttpClient } from '../../support/http-client.js'
import type { Platform } from '../../support/platform.js'

/** A credential as the platform issues it. */
export interface Credential {
  id: string
  clientId: string
  username: string
  password: string
  topics: Record<'telemetry' | 'events' | 'presence' | 'notices' | 'reported', string>
}

export interface Token {
  url: string
  clientId: string
  username: string
  password: string
  expiresAt: string
}

/** A registered device with a credential. */
export interface TestDevice {
  id: string
  credential: Credential
}

export interface Message {
  topic: string
  text: string
  json: unknown
  retain: boolean
}

/** Waits until a check passes. The limit is so long that it is reached only when the check can never pass. */
export const eventually = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 30_000, interval: 20 })

export async function registerDevice(client: HttpClient, id = uniqueId()): Promise<TestDevice> {
  await client.send('POST', '/api/v1/devices', { name: id, id })
  const credential = await client.send<Credential>('POST', `/api/v1/devices/${id}/credentials`, {})
  return { id, credential }
}

export function uniqueId(): string {
  return `device-${randomBytes(4).toString('hex')}`
}

/** Connects a device once, without reconnecting. Rejects when it is refused. */
export function connectDevice(
  platform: Pick<Platform, 'mqttTcpUrl'>,
  { credential }: TestDevice,
  options: IClientOptions & { url?: string } = {},
): Promise<MqttClient> {
  const { clientId, username, password } = credential
  const { url = platform.mqttTcpUrl, ...more } = options
  return mqtt.connectAsync(url, { clientId, username, password, ...once, ...more }, false)
}

export function connectToken(token: Token, options: IClientOptions = {}): Promise<MqttClient> {
  const { url, clientId, username, password } = token
  return mqtt.connectAsync(url, { clientId, username, password, ...once, ...options }, false)
}

const once: IClientOptions = { protocolVersion: 4, reconnectPeriod: 0, connectTimeout: 20_000 }

export function requestToken(client: HttpClient, input: object = {}): Promise<Token> {
  return client.send<Token>('POST', '/api/v1/mqtt/tokens', input)
}

/** Records all messages that a client receives from now on. */
export function record(client: MqttClient): Message[] {
  const messages: Message[] = []
  client.on('message', (topic, payload, { retain }) => {
    const text = payload.toString('utf8')
    messages.push({ topic, text, json: text === '' ? null : JSON.parse(text), retain })
  })
  return messages
}

/** Subscribes and records; rejects when the filter is denied. */
export async function watch(client: MqttClient, filter: string): Promise<Message[]> {
  const messages = record(client)
  await client.subscribeAsync(filter, { qos: 1 })
  return messages
}

/** Resolves when the client's connection ends. */
export function closed(client: MqttClient): Promise<void> {
  return new Promise((resolve) => client.once('close', () => resolve()))
}

/** The return code with which a connection is refused. */
export async function refusalCode(connecting: Promise<MqttClient>): Promise<unknown> {
  try {
    await (await connecting).endAsync(true)
  } catch (error) {
    return (error as { code?: unknown }).code
  }
  return 'accepted'
}
