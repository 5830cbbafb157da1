import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { createLogger } from '../../adapters/pino/logger.ts';
import { ShoalError } from '../../base/error.ts';
import { isAddress } from '../../campaign/address.ts';
import type { Definitions } from '../../compile/definitions.ts';
import { campaignOf, LetterPreview } from '../../roles/gateway/letter-preview.ts';
import type { Rendered } from '../../roles/ports/mail.ts';
import { loadDefinitions } from '../definitions.ts';
import { sampleExtras } from '../letters/check-letters.ts';
import { letterParts } from '../letters/letter-parts.ts';
import { privateValuesFor } from '../private/values.ts';
import { sampleLetter } from '../letters/sample-letter.ts';
import { sendTestLetter } from '../letters/test-letter.ts';
import { connectLog } from '../service/role-context.ts';
import type { Settings } from '../settings.ts';
import { stopSignal } from '../stop-signal.ts';
import { systemClock } from '../system-clock.ts';
import { settingsFor } from './common.ts';

interface PreviewFlags {
  readonly customer?: string;
  readonly sample?: boolean;
  readonly out?: string;
  readonly sendTo?: string;
  readonly server?: string;
}

/** `shoal campaign`: what is done with one campaign. */
export function campaignCommand(): Command {
  return new Command('campaign')
    .description('show a letter of a campaign, or send it as a test')
    .addCommand(previewCommand());
}

function previewCommand(): Command {
  return new Command('preview')
    .description('write the letter that a customer would get now, without sending it to them')
    .argument('<campaign>', "the campaign's id")
    .option('--customer <id>', 'whose letter: asks the running Shoal what it knows of them')
    .option('--sample', 'the letter of somebody whom there is not; needs no servers')
    .option('--out <folder>', 'where <campaign>.html and <campaign>.txt are written', 'preview')
    .option('--send-to <address>', 'also sends it over SMTP, marked [test]; no ledger counts it')
    .option('--server <url>', 'the address of NATS')
    .exitOverride()
    .action(async (id: string, flags: PreviewFlags, command: Command) => {
      checkFlags(flags);
      const settings = settingsFor(command, { 'nats.url': flags.server });
      const definitions = await loadDefinitions(settings, systemClock.now());
      const campaign = campaignOf(definitions.campaigns, id);
      const letter = await letterFor(settings, definitions, id, flags.customer);
      const say = (line: string): void => void process.stdout.write(`${line}\n`);
      say(`subject  ${letter.subject}`);
      const [html, text] = await written(flags.out ?? 'preview', id, letter);
      say(`html     ${html}\ntext     ${text}`);
      if (flags.sendTo === undefined) return;
      await sendTestLetter(settings, campaign, letter, flags.sendTo);
      say(`sent to  ${flags.sendTo}`);
    });
}

/** @throws ShoalError `wrong-usage` (stop) */
function checkFlags({ customer, sample = false, sendTo }: PreviewFlags): void {
  const wrong = (message: string, hint: string): ShoalError =>
    new ShoalError({ code: 'wrong-usage', remedy: 'stop', message, hint });
  if (sample === (customer !== undefined)) {
    throw wrong(
      'a preview is of one customer, or of the sample',
      'add --customer <id> or --sample',
    );
  }
  if (sendTo !== undefined && !isAddress(sendTo)) {
    throw wrong(`${JSON.stringify(sendTo)} is no mail address`, 'such as me@example.com');
  }
}

/** @param customer undefined: of the sample */
async function letterFor(
  settings: Settings,
  definitions: Definitions,
  id: string,
  customer: string | undefined,
): Promise<Rendered> {
  const parts = await letterParts(settings, definitions, privateValuesFor(settings, 'campaign'));
  if (customer === undefined) {
    const campaign = campaignOf(definitions.campaigns, id);
    const extras = sampleExtras(definitions, true);
    const { templates } = parts;
    return sampleLetter(campaign, definitions.segments, templates, {
      ...extras,
      privateNames: settings.privateAttributes,
    });
  }
  const { signal } = stopSignal();
  const logger = createLogger(settings.log.level, { role: 'campaign' });
  const nats = await connectLog(settings, logger, 'campaign', signal);
  try {
    const { partitions } = settings;
    return await new LetterPreview({ ...parts, bus: nats.bus, partitions }).letter(id, customer);
  } finally {
    await nats.close();
  }
}

/** @returns the paths of both files */
async function written(
  folder: string,
  id: string,
  { html, text }: Rendered,
): Promise<readonly [string, string]> {
  const paths = [join(folder, `${id}.html`), join(folder, `${id}.txt`)] as const;
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(paths[0], html);
    await writeFile(paths[1], text);
    return paths;
  } catch (cause) {
    throw new ShoalError({
      code: 'output-unwritable',
      remedy: 'stop',
      message: 'the preview cannot be written',
      where: folder,
      hint: 'name another folder with --out',
      cause,
    });
  }
}
