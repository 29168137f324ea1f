import schema from '@asyncapi/specs/schemas/3.0.0-without-$id.json' with { type: 'json' }
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { asyncApiDocument } from './asyncapi.js'
import { channels } from './channels.js'

const document = JSON.parse(JSON.stringify(asyncApiDocument('1.2.3')))

describe('asyncApiDocument', () => {
  it('is valid AsyncAPI 3', () => {
    const ajv = new Ajv({ strict: false, validateFormats: true })
    addFormats.default(ajv)
    const validate = ajv.compile(schema)
    expect(validate(document), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true)
  })

  it('names every channel, with its address and its direction', () => {
    expect(Object.keys(document.channels)).toEqual(Object.keys(channels))
    expect(document.channels.telemetry.address).toBe('{org}/devices/{device}/telemetry')
    expect(document.channels.app.address).toBe('{org}/apps/{app}/{path}')
    expect(document.operations.receiveTelemetry.action).toBe('receive')
    expect(document.operations.sendDesiredState.bindings.mqtt).toMatchObject({ qos: 1, retain: true })
    expect(Object.keys(document.operations)).toHaveLength(Object.keys(channels).length + 1)
  })

  it('has the reason codes, and the user properties of telemetry', () => {
    expect(document.info.description).toContain('- `payload_invalid`: 0x99')
    const { headers } = document.components.messages.telemetry
    expect(Object.keys(headers.properties)).toEqual(['time', 'stored'])
    expect(document.components.messages.notice).not.toHaveProperty('headers')
  })

  it('describes every parameter', () => {
    for (const channel of Object.values<{ address: string; parameters: object }>(document.channels)) {
      for (const [name, { description }] of Object.entries<{ description: string }>(
        channel.parameters as never,
      )) {
        expect(channel.address).toContain(`{${name}}`)
        expect(description.length).toBeGreaterThan(0)
      }
    }
  })

  it('has no dangling reference', () => {
    for (const [, path] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const target = path?.split('/').reduce((place, name) => place?.[name], document)
      if (!path?.startsWith('definitions')) expect(target, path).toBeDefined()
    }
  })
})
