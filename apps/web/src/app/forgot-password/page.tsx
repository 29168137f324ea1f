import type { Metadata } from 'next'
import { ForgotPasswordView } from '@/app/views'

export const metadata: Metadata = { title: 'Forgotten password' }

export default ForgotPasswordView
