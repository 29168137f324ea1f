import type { Metadata } from 'next'
import { LivePage } from '@/features/device/live-page'

export const metadata: Metadata = { title: 'Live' }

export default LivePage
