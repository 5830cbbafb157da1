import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ShoalErrors } from '../../src/base/error.ts';
import { printSettings } from '../../src/app/commands/config.ts';
import { projectPath } from '../../src/app/root.ts';
import { variableOf } from '../../src/app/settings-environment.ts';
import { settingPaths } from '../../src/app/settings-schema.ts';
import { readSettings, type SettingsSources } from '../../src/app/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'shoal-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(text: string): string {
  const file = join(folder, 'shoal.yaml');
  writeFileSync(file, text);
  return file;
}

function faultsOf(sources: SettingsSources): string {
  try {
    readSettings(sources);
  } catch (error) {
    if (error instanceof ShoalErrors) return String(error).replaceAll(folder, '…');
    throw error;
  }
  return 'none';
}

describe('what wins', () => {
  const file = fileWith('http: { port: 1, host: a }\ngrace: 2s\n');

  test('the file over the defaults', () => {
    const settings = readSettings({ file });
    expect(settings.http).toEqual({ host: 'a', port: 1, engine: 'auto' });
    expect(settings.graceMs).toBe(2_000);
    expect(settings.partitions).toBe(16);
  });

  test('a variable over the file, a flag over a variable', () => {
    const environment = { SHOAL_HTTP_PORT: '2', SHOAL_HTTP_HOST: 'b', HOME: '/' };
    const settings = readSettings({ file, environment, flags: new Map([['http.port', '3']]) });
    expect(settings.http).toMatchObject({ host: 'b', port: 3 });
  });

  test('a secret from a file, without the end of its line', () => {
    const secret = join(folder, 'secret');
    writeFileSync(secret, 'pass word\n');
    const settings = readSettings({ environment: { SHOAL_SMTP_PASSWORD_FILE: secret } });
    expect(settings.smtp.password).toBe('pass word');
  });
});

describe('what is refused, all at once', () => {
  const rows: readonly [name: string, sources: () => SettingsSources, faults: readonly string[]][] =
    [
      [
        'an unknown setting in the file',
        () => ({ file: fileWith('htp: { port: 1 }\nhttp: { prt: 1 }') }),
        [
          'unknown setting "http.prt"\n  at …/shoal.yaml\n  hint: did you mean "http.port"?',
          'unknown setting "htp"\n  at …/shoal.yaml\n  hint: did you mean "http"?',
        ],
      ],
      [
        'an unknown variable',
        () => ({ environment: { SHOAL_HTPP_PORT: '1' } }),
        ['unknown variable "SHOAL_HTPP_PORT"', 'did you mean "SHOAL_HTTP_PORT"?'],
      ],
      [
        'an unknown flag value',
        () => ({ flags: new Map([['log.levle', 'info']]) }),
        ['unknown setting "log.levle"\n  at the flag for log.levle'],
      ],
      [
        'values of a wrong kind',
        () => ({
          file: fileWith('grace: 1500\ntimezone: Mars/Olympus\ncheckpoint: { interval: soon }'),
          environment: { SHOAL_HTTP_PORT: 'many', SHOAL_ALLOW_VOLATILE_REDIS: 'perhaps' },
        }),
        [
          'setting "grace" is wrong: ',
          'setting "timezone" is no time zone of the IANA list',
          'setting "checkpoint.interval" is no duration',
          'setting "http.port" is wrong: Invalid input: expected number, received string\n' +
            '  at SHOAL_HTTP_PORT',
          '  at SHOAL_ALLOW_VOLATILE_REDIS',
        ],
      ],
      [
        'what mail cannot be sent by',
        () => ({
          file: fileWith(
            'mail: { quietHours: { from: "21:00" }, caps: 3/7, consent: maybe, publicUrl: "ftp://a",' +
              ' secret: short, ratePerSecond: 0, dkim: { domain: example.com } }',
          ),
        }),
        [
          'setting "mail.quietHours" is no pair of times such as { from: "21:00", to: "08:00" }',
          'setting "mail.caps" is no list of caps such as 3/7d 1/day',
          'setting "mail.consent" is wrong: ',
          'setting "mail.publicUrl" is no address such as https://mail.example.com',
          'setting "mail.secret" is shorter than 16 characters',
          'setting "mail.ratePerSecond" is wrong: ',
          'setting "mail.dkim" is wanting: domain, selector and privateKey are given together',
        ],
      ],
      [
        'what cannot be private',
        () => ({
          file: fileWith('privateAttributes: email address.city\nprivacy: { secret: short }'),
        }),
        [
          'setting "privateAttributes" is no list of names such as email firstName',
          'setting "privacy.secret" is shorter than 16 characters',
        ],
      ],
      [
        'a secret given twice',
        () => ({ environment: { SHOAL_REDIS_URL: 'redis://a', SHOAL_REDIS_URL_FILE: '/a' } }),
        ['"SHOAL_REDIS_URL_FILE" and the variable without _FILE are both set'],
      ],
      [
        'no secret but _FILE',
        () => ({ environment: { SHOAL_CLUSTER_FILE: '/a' } }),
        ['unknown variable "SHOAL_CLUSTER_FILE"'],
      ],
      [
        'a key twice',
        () => ({ file: fileWith('grace: 1s\ngrace: 2s\n') }),
        ['Map keys must be unique\n  at …/shoal.yaml:2'],
      ],
      ['a file that is not there', () => ({ file: join(folder, 'none') }), ['cannot be read']],
    ];

  test.each(rows)('%s', (_name, sources, faults) => {
    const said = faultsOf(sources());
    for (const fault of faults) expect(said).toContain(fault);
  });

  test('variables that Kubernetes sets for a service called shoal are passed over', () => {
    const environment = {
      SHOAL_SERVICE_HOST: '10.0.0.1',
      SHOAL_PORT: 'tcp://10.0.0.1:8686',
      SHOAL_PORT_8686_TCP_ADDR: '10.0.0.1',
    };
    expect(faultsOf({ environment })).toBe('none');
  });
});

test('what is shown can be read again, and holds no secret', () => {
  const flags = new Map([
    ['nats.url', 'nats://token@a:4222'],
    ['redis.url', 'redis://ann:hunter2@b:6379'],
    ['smtp.password', 'hunter2'],
    ['mail.secret', 'hunter2-hunter2-hunter2'],
    ['mail.dkim.domain', 'example.com'],
    ['mail.dkim.selector', 'shoal'],
    ['mail.dkim.privateKey', 'hunter2'],
    ['privacy.secret', 'hunter2-hunter2-hunter2'],
  ]);
  const shown = printSettings(readSettings({ flags }).written);
  expect(shown).not.toMatch(/hunter2|token/);
  expect(shown).toContain('url: redis://ann:****************@b:6379');
  expect(faultsOf({ file: fileWith(shown) })).toBe('none');
});

test('config/shoal.yaml names every setting, with its default', () => {
  const text = readFileSync(projectPath('config/shoal.yaml'), 'utf8');
  // Without the one "# " that comments a setting out, the defaults are what remains.
  const uncommented = text.replaceAll(/^# ?((?: *# .*)|(?: *\w+:(?: .*)?))$/gm, '$1');
  expect(parse(uncommented)).toEqual(parse(printSettings(readSettings().written)));
});

test('what the settings say of mail, as the program uses it', () => {
  expect(readSettings().mail).toEqual({
    from: { name: 'Shoal', address: 'shoal@example.com' },
    quietHours: undefined,
    caps: [],
    consent: 'opt-out',
    ratePerSecond: 200,
    publicUrl: undefined,
    secret: undefined,
    opens: false,
    dkim: undefined,
  });
  const environment = {
    SHOAL_MAIL_QUIET_HOURS_FROM: '21:00',
    SHOAL_MAIL_QUIET_HOURS_TO: '08:30',
    SHOAL_MAIL_CAPS: '3/7d 1/day',
    SHOAL_MAIL_PUBLIC_URL: 'https://mail.example.com/',
    SHOAL_MAIL_OPENS: 'true',
  };
  expect(readSettings({ environment }).mail).toMatchObject({
    quietHours: { fromMinute: 1_260, toMinute: 510 },
    caps: [
      { kind: 'rolling', max: 3, withinMs: 7 * 86_400_000 },
      { kind: 'calendar', max: 1, per: 'day' },
    ],
    publicUrl: 'https://mail.example.com',
    opens: true,
  });
});

test('what the settings say of private attributes, as the program uses it', () => {
  const { privateAttributes, privacy } = readSettings();
  expect([[...privateAttributes], privacy]).toEqual([[], { secret: undefined }]);
  const secret = join(folder, 'privacy');
  writeFileSync(secret, 'a secret of a test, long enough\n');
  const environment = {
    SHOAL_PRIVATE_ATTRIBUTES: 'email, firstName',
    SHOAL_PRIVACY_SECRET_FILE: secret,
  };
  const read = readSettings({ environment });
  expect([...read.privateAttributes]).toEqual(['email', 'firstName']);
  expect(read.privacy).toEqual({ secret: 'a secret of a test, long enough' });
});

test('a variable is named after its setting', () => {
  expect(variableOf('http.port')).toBe('SHOAL_HTTP_PORT');
  expect(variableOf('allowVolatileRedis')).toBe('SHOAL_ALLOW_VOLATILE_REDIS');
  expect(settingPaths().get('http.port')).toBe('number');
});
