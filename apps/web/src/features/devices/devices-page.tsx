'use client'

import { later } from '@/lib/later'

export const DevicesPage = later(() => import('./device-list').then((module) => module.DeviceList))
