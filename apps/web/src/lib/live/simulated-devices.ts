'use client'

import { useSyncExternalStore } from 'react'
import { z } from 'zod'
import { ownMqttUrl } from './own-mqtt-url'
import type { SimulatedDeviceOptions } from './simulated-device'

interface Running {
  device: string
  options: SimulatedDeviceOptions
  stop: () => void
}

/** The simulated devices that run in this tab, in the order in which they were started. */
let running: Running[] = []
const listeners = new Set<() => void>()

/** Runs a device in this tab, with a credential of its own, until it is stopped or the tab is closed. */
export async function simulateDevice(options: SimulatedDeviceOptions): Promise<void> {
  const { startSimulatedDevice } = await import('./simulated-device')
  stopSimulatedDevice(options.device)
  const { stop } = startSimulatedDevice(options)
  setRunning([...running, { device: options.device, options, stop }])
}

export function stopSimulatedDevice(device: string): void {
  for (const one of running) if (one.device === device) one.stop()
  setRunning(running.filter((one) => one.device !== device))
}

/** Starts the devices of the organization again that ran in this tab before it was reloaded. */
export async function resumeSimulatedDevices(org: string): Promise<void> {
  for (const options of takeKept())
    if (options.org === org) await simulateDevice({ ...options, url: ownMqttUrl() })
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

function setRunning(next: Running[]): void {
  if (running.length === 0 && next.length > 0) {
    window.addEventListener('beforeunload', askBeforeEnd)
    window.addEventListener('pagehide', keep)
    window.addEventListener('pageshow', takeKept)
  } else if (next.length === 0) {
    window.removeEventListener('beforeunload', askBeforeEnd)
    window.removeEventListener('pagehide', keep)
    window.removeEventListener('pageshow', takeKept)
  }
  running = next
  for (const listener of listeners) listener()
}

/** The browser asks whether to leave the page, in words of its own. */
function askBeforeEnd(event: BeforeUnloadEvent): void {
  event.preventDefault()
}

const STORAGE_KEY = 'heliograph:simulated-devices'
const Kept = z.array(
  z.object({
    url: z.string(),
    clientId: z.string(),
    username: z.string(),
    password: z.string(),
    org: z.string(),
    device: z.string(),
  }),
)

/**
 * Keeps them only from the end of the page to its next load: a secret lies no longer in the storage of the tab, and a
 * duplicate of the tab does not run the same devices.
 */
function keep(): void {
  sessionStorage.setItem(STORAGE_KEY, JSON.stringify(running.map(({ options }) => options)))
}

function takeKept(): SimulatedDeviceOptions[] {
  const text = sessionStorage.getItem(STORAGE_KEY)
  sessionStorage.removeItem(STORAGE_KEY)
  try {
    return Kept.parse(JSON.parse(text ?? '[]'))
  } catch {
    return []
  }
}
