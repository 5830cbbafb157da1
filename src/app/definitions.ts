import { loadTemplates } from '../adapters/eta/templates.ts';
import { ShoalErrors, type ShoalError } from '../base/error.ts';
import { UTC } from '../base/zone.ts';
import { parseCampaigns, type Known } from '../campaign/folder.ts';
import type { Campaign } from '../campaign/campaign.ts';
import type { Definitions } from '../compile/definitions.ts';
import { needsLocalTime } from '../compile/wait.ts';
import { loadSegments, readSources } from './definitions-folder.ts';
import type { Settings } from './settings.ts';
import { zoneTable } from './zone-table.ts';
import { zoneOf } from './zone.ts';

/**
 * Reads all that users define: segments, campaigns, templates, and the configured zone's offsets.
 *
 * @param now ms since the epoch
 * @throws ShoalErrors everything that is wrong in the folders
 */
export async function loadDefinitions(settings: Settings, now: number): Promise<Definitions> {
  const { folders, timezone, mail, privateAttributes: privateNames } = settings;
  const { forgetAnonymousAfterMs } = settings;
  const errors: ShoalError[] = [];
  const collect = async <T>(loading: Promise<T>): Promise<T | undefined> => {
    try {
      return await loading;
    } catch (error) {
      if (!(error instanceof ShoalErrors)) throw error;
      errors.push(...error.errors);
      return undefined;
    }
  };
  const segments = await collect(loadSegments(folders.segments, privateNames));
  const templates = await collect(loadTemplates(folders.templates));
  const campaigns = await collect(
    loadCampaigns(folders.campaigns, {
      segments: segments && new Set(segments.map(({ id }) => id)),
      templates: templates && new Set(templates.names),
      sender: mail.from,
      quietHours: mail.quietHours,
      privateNames,
    }),
  );
  if (segments === undefined || campaigns === undefined || errors.length > 0) {
    throw new ShoalErrors(errors);
  }
  const zone = timezone === UTC.name ? UTC : zoneOf(timezone, now);
  const zones = campaigns.some(needsLocalTime) ? zoneTable(now) : undefined;
  return { segments, campaigns, zone, zones, forgetAnonymousAfterMs };
}

async function loadCampaigns(folder: string, known: Known): Promise<readonly Campaign[]> {
  return parseCampaigns(await readSources(folder), folder, known);
}
