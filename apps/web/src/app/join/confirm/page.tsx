import type { Metadata } from 'next'
import { ConfirmJoinView } from '@/app/views'

export const metadata: Metadata = { title: 'Join' }

export default ConfirmJoinView
