import { describe, expect, it } from 'vitest'
import { environmentVariables } from '../check/environment-documents.mjs'
import { inProject } from '../foundation/paths.mjs'
import { parseConfiguration } from './configuration.mjs'

describe('parseConfiguration', () => {
  it('has the defaults of the contract, also for variables that are empty', () => {
    const defaults = {
      host: '127.0.0.1',
      port: 3000,
      mqttPort: 1883,
      mqttsPort: 0,
      httpsPort: 0,
      databaseUrl: undefined,
      dataDir: inProject('.data'),
    }
    expect(parseConfiguration({})).toEqual(defaults)
    expect(parseConfiguration({ PORT: '', HOST: '', MQTT_PORT: '', DATABASE_URL: '', DATA_DIR: '' })).toEqual(
      defaults,
    )
  })

  it('has the defaults that the platform has', async () => {
    const variables = await environmentVariables()
    const defaultOf = (name: string) => variables.find((variable) => variable.name === name)?.fallback
    const { host, port, mqttPort, dataDir } = parseConfiguration({})
    expect({ host, port, mqttPort, dataDir }).toEqual({
      host: defaultOf('HOST'),
      port: Number(defaultOf('PORT')),
      mqttPort: Number(defaultOf('MQTT_PORT')),
      dataDir: inProject(defaultOf('DATA_DIR') ?? ''),
    })
  })

  it('turns MQTT over TCP off by 0, and takes an absolute data directory as it is', () => {
    expect(parseConfiguration({ MQTT_PORT: '0', DATA_DIR: '/srv/data' })).toMatchObject({
      mqttPort: 0,
      dataDir: '/srv/data',
    })
  })

  it.each([
    [{ PORT: '0' }, 'PORT is "0"'],
    [{ PORT: '65536' }, 'PORT is "65536"'],
    [{ MQTT_PORT: '-1' }, 'MQTT_PORT is "-1"'],
    [{ MQTTS_PORT: 'tls' }, 'MQTTS_PORT is "tls"'],
    [{ PORT: '1883' }, 'have to differ'],
    [{ DATABASE_URL: 'mysql://x' }, 'DATABASE_URL'],
    [{ DATABASE_URL: 'postgresql://u:p@h:port/d' }, 'DATABASE_URL'],
  ])('refuses %o', (env, message) => {
    expect(() => parseConfiguration(env)).toThrow(message)
  })
})
