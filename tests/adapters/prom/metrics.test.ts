import { expect, it } from 'vitest';
import { createMetrics, metricsText } from '../../../src/adapters/prom/metrics.ts';

it('shows counters and gauges with their labels', async () => {
  const metrics = createMetrics(false);
  const events = metrics.counter('shoal_events_total', 'Events.', ['partition']);
  events.add(2, { partition: 1 });
  events.add(3, { partition: 1 });
  metrics.gauge('shoal_lag_milliseconds', 'Lag.').set(7);
  const text = await metricsText([await metrics.snapshot()]);
  expect(text).toContain('# HELP shoal_events_total Events.\n# TYPE shoal_events_total counter\n');
  expect(text).toContain('shoal_events_total{partition="1"} 5\n');
  expect(text).toContain('shoal_lag_milliseconds 7\n');
});

it('shows how figures spread, over several threads', async () => {
  const snapshots = await Promise.all(
    [3, 30].map(async (ms) => {
      const metrics = createMetrics(false);
      metrics.histogram('shoal_stored_ms', 'Until stored.', [5, 50]).observe(ms);
      return structuredClone(await metrics.snapshot());
    }),
  );
  const text = await metricsText(snapshots);
  expect(text).toContain('shoal_stored_ms_bucket{le="5"} 1\n');
  expect(text).toContain('shoal_stored_ms_bucket{le="50"} 2\n');
  expect(text).toContain('shoal_stored_ms_sum 33\n');
});

it('adds up what several threads counted, after crossing as plain objects', async () => {
  const snapshots = await Promise.all(
    [1, 2].map(async (partition) => {
      const metrics = createMetrics(false);
      metrics.counter('shoal_events_total', 'Events.').add(partition);
      metrics.gauge('shoal_members', 'Members.', ['partition']).set(10, { partition });
      return structuredClone(await metrics.snapshot());
    }),
  );
  const text = await metricsText(snapshots);
  expect(text).toContain('shoal_events_total 3\n');
  expect(text).toContain('shoal_members{partition="1"} 10\n');
  expect(text).toContain('shoal_members{partition="2"} 10\n');
});

it('shows the process on the thread that is asked to', async () => {
  expect(await metricsText([await createMetrics(true).snapshot()])).toContain('process_cpu_');
  expect(await metricsText([await createMetrics(false).snapshot()])).not.toContain('process_cpu_');
});
