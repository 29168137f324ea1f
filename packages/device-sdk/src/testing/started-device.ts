import { onTestFinished, vi } from 'vitest'
import { connectDevice, type Device, type DeviceOptions } from '../device/device.js'
import { type Script, scriptedBroker } from './scripted-broker.js'

/** A device at a broker that follows the scripts, one a connection. Both end with the test. */
export async function startDevice(scripts: Script[], options: Partial<DeviceOptions> = {}) {
  const broker = await scriptedBroker(scripts)
  const device = connectDevice({
    url: broker.url,
    org: 'acme',
    device: 'pump-7',
    username: 'cred',
    password: 'secret',
    backoff: { baseMs: 5, maximumMs: 20 },
    ...options,
  })
  onTestFinished(async () => {
    await device.close({ timeoutMs: 0 })
    await broker.close()
  })
  return { broker, device }
}

export const eventually = <T>(check: () => T | Promise<T>) =>
  vi.waitFor(check, { timeout: 25_000, interval: 10 })

export const state = (device: Device) => device.client.state.state
