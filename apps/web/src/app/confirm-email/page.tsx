import type { Metadata } from 'next'
import { ConfirmEmailView } from '@/app/views'

export const metadata: Metadata = { title: 'Confirm e-mail' }

export default ConfirmEmailView
