import { connectDevice, type Device, type SimulatedKind, simulatedSignals } from '@heliograph/device-sdk'
import { type IssuedCredential, telemetry } from '@heliograph/protocol'

export interface MachineOptions {
  credential: IssuedCredential
  url: string
  kind: SimulatedKind
  seed: number
  ratePerSecond: number
  onError(error: Error): void
}

export interface Machine {
  readonly device: Device
  stop(timeoutMs: number): Promise<void>
}

const shortestTickMs = 5
/** After a pause, as of a suspended computer, at most so many missed messages are sent. */
const maximumCatchUp = 100

/** Connects one simulated device and lets it send, steadily, `ratePerSecond` messages a second. */
export function startMachine(options: MachineOptions): Machine {
  const { credential, kind, seed, ratePerSecond } = options
  const address = telemetry.match(credential.topics.telemetry)
  if (address === null) throw new Error(`${credential.topics.telemetry} is not a telemetry topic`)
  const { username, password, clientId } = credential
  const device = connectDevice({ ...address, url: options.url, username, password, clientId })
  device.client.on('problem', ({ error }) => options.onError(error))

  const signals = simulatedSignals(kind, seed)
  const tickMs = Math.max(shortestTickMs, 1_000 / ratePerSecond)
  const startedAt = performance.now() - Math.random() * tickMs
  let sent = 0
  const tick = () => {
    const due = Math.floor(((performance.now() - startedAt) * ratePerSecond) / 1_000) - sent
    sent += due
    for (let count = 0; count < Math.min(due, maximumCatchUp); count += 1) send()
  }
  const send = () => {
    const { values, event } = signals.read(Date.now())
    void device.telemetry(values)
    if (event !== undefined) void device.event(event)
  }
  // Ticks come more often than messages, so that late timers do not lower the rate.
  const timer = setInterval(tick, Math.max(shortestTickMs, tickMs / 4))

  return {
    device,
    stop: (timeoutMs) => {
      clearInterval(timer)
      return device.close({ timeoutMs })
    },
  }
}
