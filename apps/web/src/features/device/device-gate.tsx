'use client'

import { later } from '@/lib/later'

export const DeviceGate = later(() => import('./device-frame').then((module) => module.DeviceFrame))
