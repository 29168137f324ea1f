import type { Metadata } from 'next'
import { DevicesView } from '@/app/views'

export const metadata: Metadata = { title: 'Devices' }

export default DevicesView
