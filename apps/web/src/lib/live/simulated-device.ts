import { connectDevice, type SimulatedKind, simulatedSignals } from '@heliograph/device-sdk'

export interface SimulatedDeviceOptions {
  url: string
  clientId: string
  username: string
  password: string
  org: string
  device: string
}

const SEND_EVERY_MS = 1_000

/** Simulates the device in this tab, with its own credential and the SDK for devices. */
export function startSimulatedDevice(options: SimulatedDeviceOptions): { stop(): void } {
  const device = connectDevice(options)
  const signals = simulatedSignals(likelyKind(options.device), Date.now())
  const send = () => {
    const { values, event } = signals.read(Date.now())
    void device.telemetry(values)
    if (event !== undefined) void device.event(event)
  }
  send()
  const timer = setInterval(send, SEND_EVERY_MS)
  return {
    stop() {
      clearInterval(timer)
      void device.close()
    },
  }
}

/** The kind of machine that the id suggests. */
function likelyKind(device: string): SimulatedKind {
  return KINDS.find(([, pattern]) => pattern.test(device))?.[0] ?? 'pump'
}

const KINDS: [SimulatedKind, RegExp][] = [
  ['pump', /pump/i],
  ['greenhouse', /greenhouse|glasshouse/i],
  ['freezer', /freez|fridge|cool/i],
  ['weather', /weather|wind|station|outdoor/i],
  ['tank', /tank|level|water/i],
  ['meter', /meter|power|energy|solar/i],
]
