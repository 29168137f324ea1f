import type { Metadata } from 'next'
import { JoinView } from '@/app/views'

export const metadata: Metadata = { title: 'Join' }

export default JoinView
