import { Command } from 'commander';
import { stringify } from 'yaml';
import type { WrittenSettings } from '../settings-schema.ts';
import { settingsFor } from './common.ts';

/** As long as the shortest secret that is let through, so that what is shown can be read again. */
const HIDDEN = '*'.repeat(16);

/** `shoal config`: the settings in force, as YAML on standard output. */
export function configCommand(): Command {
  return new Command('config')
    .description('print the settings that are in force, secrets hidden')
    .action((_options: unknown, command: Command) => {
      process.stdout.write(printSettings(settingsFor(command).written));
    });
}

/** The settings in the form of `config/shoal.yaml`; secrets, also those inside URLs, are stars. */
export function printSettings(settings: WrittenSettings): string {
  const { nats, redis, smtp, mail, privacy } = settings;
  return stringify({
    ...settings,
    nats: { ...nats, url: hideInUrl(nats.url) },
    redis: { ...redis, url: hideInUrl(redis.url) },
    smtp: { ...smtp, password: hide(smtp.password) },
    mail: {
      ...mail,
      secret: hide(mail.secret),
      dkim: { ...mail.dkim, privateKey: hide(mail.dkim.privateKey) },
    },
    privacy: { ...privacy, secret: hide(privacy.secret) },
  });
}

function hide(secret: string): string {
  return secret === '' ? '' : HIDDEN;
}

/** A user without a password is a token for NATS: it is hidden too. */
function hideInUrl(text: string): string {
  if (!URL.canParse(text)) return HIDDEN;
  const credentials = /^([a-z+]+:\/\/)([^@/]*)@/i.exec(text);
  if (credentials === null) return text;
  const [all, scheme = '', user = ''] = credentials;
  const shown = user.includes(':') ? `${user.slice(0, user.indexOf(':'))}:${HIDDEN}` : HIDDEN;
  return `${scheme}${shown}@${text.slice(all.length)}`;
}
