import { Inject, Injectable } from '@nestjs/common'
import { CONFIG, type Config, givenSecrets } from '../config/config.js'
import { hideSecrets, writtenForms } from './hide-secrets.js'
import { Secrets } from './secrets.js'

/** Texts of clients that others read, without secrets in them: those by their form, and those of the configuration, which have none. */
@Injectable()
export class ClientTexts {
  private readonly formless: string[]

  constructor(@Inject(CONFIG) config: Config, secrets: Secrets) {
    const authSecrets = secrets.numberedAuthSecrets.map(({ value }) => value)
    this.formless = [...authSecrets, ...givenSecrets(config)].flatMap(writtenForms)
  }

  withoutSecrets(text: string): string {
    return hideSecrets(text, this.formless)
  }
}
