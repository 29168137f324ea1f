import type { Metadata } from 'next'
import { AccountView } from '@/app/views'

export const metadata: Metadata = { title: 'Your account' }

export default AccountView
