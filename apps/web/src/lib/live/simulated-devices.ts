'use client'

import { useSyncExternalStore } from 'react'
import type { SimulatedDeviceOptions } from './simulated-device'

/** The simulated devices that run in this tab, in the order in which they were started. */
let running: { device: string; stop: () => void }[] = []
const listeners = new Set<() => void>()

/** Runs a device in this tab, with a credential of its own, until it is stopped or the tab is closed. */
export async function simulateDevice(options: SimulatedDeviceOptions): Promise<void> {
  const { startSimulatedDevice } = await import('./simulated-device')
  stopSimulatedDevice(options.device)
  const { stop } = startSimulatedDevice(options)
  setRunning([...running, { device: options.device, stop }])
}

export function stopSimulatedDevice(device: string): void {
  for (const one of running) if (one.device === device) one.stop()
  setRunning(running.filter((one) => one.device !== device))
}

export function useSimulatedDevices(): readonly { device: string }[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => running,
    () => NONE,
  )
}

const NONE: { device: string }[] = []

function setRunning(next: typeof running): void {
  running = next
  for (const listener of listeners) listener()
}
