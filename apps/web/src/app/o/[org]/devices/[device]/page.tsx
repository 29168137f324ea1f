import type { Metadata } from 'next'
import { LiveView } from '@/app/views'

export const metadata: Metadata = { title: 'Live' }

export default LiveView
