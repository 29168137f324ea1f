import fs from 'node:fs'
import { parse } from 'smol-toml'

/** An input of Telegraf that reads MQTT, with the options that examples/telegraf uses. */
export interface MqttConsumer {
  servers: string[]
  topics: string[]
  username: string
  password: string
  client_id: string
  persistent_session?: boolean
  qos: 0 | 1 | 2
  topic_tag: string
  data_format: 'json_v2'
  topic_parsing: { topic: string; measurement: string; tags: string }[]
  json_v2: { object: JsonObject[] }[]
}

interface JsonObject {
  path: '@this'
  disable_prepend_keys?: boolean
  tags?: string[]
  timestamp_key?: string
  timestamp_format?: 'unix_ms'
}

export interface Metric {
  measurement: string
  tags: Record<string, string>
  fields: Record<string, unknown>
  /** null: the time at which it arrived. */
  timestampMs: number | null
}

/**
 * The options of inputs.mqtt_consumer and of an object of json_v2 (docs.influxdata.com/telegraf/v1). Telegraf does not start with one
 * that it does not know.
 */
const knownOptions = new Set([
  ...['servers', 'topics', 'topic_tag', 'qos', 'connection_timeout', 'max_undelivered_messages'],
  ...['persistent_session', 'client_id', 'username', 'password', 'data_format', 'topic_parsing', 'json_v2'],
])
const knownOfTopic = new Set(['topic', 'measurement', 'tags', 'fields', 'types'])
const knownOfObject = new Set([
  ...['path', 'optional', 'timestamp_key', 'timestamp_format', 'timestamp_timezone', 'disable_prepend_keys'],
  ...['included_keys', 'excluded_keys', 'tags', 'renames', 'fields'],
])

/** The MQTT inputs of a configuration, with the environment filled in. Throws on an option that Telegraf does not know. */
export function readMqttConsumers(file: string, environment: Record<string, string>): MqttConsumer[] {
  const text = fs
    .readFileSync(file, 'utf8')
    .replace(/\$\{(\w+)\}/g, (_, name) => environment[name] ?? `no ${name}`)
  const { inputs } = parse(text) as unknown as { inputs: { mqtt_consumer: MqttConsumer[] } }
  for (const input of inputs.mqtt_consumer) {
    assertKnown(input, knownOptions)
    for (const part of input.topic_parsing) assertKnown(part, knownOfTopic)
    for (const object of objectsOf(input)) assertKnown(object, knownOfObject)
  }
  return inputs.mqtt_consumer
}

/** What Telegraf makes of a message, by the rules of its documentation. */
export function metricsOf(input: MqttConsumer, topic: string, payload: string): Metric[] {
  const document: unknown = JSON.parse(payload)
  const ofTopic = input.topic_parsing
    .map((parsing) => readTopic(parsing, topic))
    .find((read) => read !== null)
  if (ofTopic === undefined) throw new Error(`no topic_parsing of ${topic}`)
  const records = Array.isArray(document) ? document : [document]
  return objectsOf(input).flatMap((object) =>
    records.map((record) => {
      const { tags, fields, timestampMs } = readObject(object, record as Record<string, unknown>)
      return { measurement: ofTopic.measurement, tags: { ...ofTopic.tags, ...tags }, fields, timestampMs }
    }),
  )
}

const objectsOf = ({ json_v2 }: MqttConsumer) => json_v2.flatMap(({ object }) => object)

function assertKnown(table: object, known: ReadonlySet<string>): void {
  for (const option of Object.keys(table))
    if (!known.has(option)) throw new Error(`Telegraf knows no option ${option}`)
}

/** Levels of the topic become the measurement and tags where a name stands at their place; `_` stands for none. */
function readTopic(
  { topic: pattern, measurement, tags }: MqttConsumer['topic_parsing'][number],
  topic: string,
) {
  const levels = topic.split('/')
  const expected = pattern.split('/')
  const matches =
    expected.length === levels.length && expected.every((level, at) => level === '+' || level === levels[at])
  if (!matches) return null
  const named = (names: string) =>
    names.split('/').flatMap((name, at) => (name === '_' ? [] : [[name, levels[at] ?? ''] as const]))
  return { measurement: named(measurement)[0]?.[1] ?? '', tags: Object.fromEntries(named(tags)) }
}

function readObject(
  { disable_prepend_keys, tags: tagKeys = [], timestamp_key }: JsonObject,
  record: Record<string, unknown>,
): Pick<Metric, 'tags' | 'fields' | 'timestampMs'> {
  const metric: Pick<Metric, 'tags' | 'fields' | 'timestampMs'> = { tags: {}, fields: {}, timestampMs: null }
  const add = (prefix: string, values: Record<string, unknown>) => {
    for (const [key, value] of Object.entries(values)) {
      const name = disable_prepend_keys || prefix === '' ? key : `${prefix}_${key}`
      if (typeof value === 'object' && value !== null) add(name, value as Record<string, unknown>)
      else if (name === timestamp_key) metric.timestampMs = Number(value)
      else if (tagKeys.includes(name)) metric.tags[name] = String(value)
      else metric.fields[name] = value
    }
  }
  add('', record)
  return metric
}
