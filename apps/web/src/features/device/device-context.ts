'use client'

import type { Device } from '@heliograph/protocol'
import { createContext, useContext } from 'react'

export const DeviceContext = createContext<Device | null>(null)

/** The device whose pages these are. */
export function useCurrentDevice(): Device {
  const device = useContext(DeviceContext)
  if (!device) throw new Error('useCurrentDevice needs a DeviceFrame above it')
  return device
}
