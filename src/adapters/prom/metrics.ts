/*
 * The Metrics port on prom-client. Each thread keeps a registry of its own; the main thread asks
 * the others for theirs (plain objects, which may cross threads) and shows one text of all.
 */
import {
  AggregatorRegistry,
  Counter,
  Gauge,
  Histogram,
  Registry,
  collectDefaultMetrics,
  type MetricObjectWithValues,
  type MetricValue,
} from 'prom-client';
import type { Metrics } from '../../roles/ports/metrics.ts';

/** The figures of one thread at one moment, as plain objects. */
export type MetricsSnapshot = readonly MetricObjectWithValues<MetricValue<string>>[];

export interface PromMetrics extends Metrics {
  snapshot(): Promise<MetricsSnapshot>;
}

/** @param withProcess also the figures of the process (memory, event loop); for one thread only */
export function createMetrics(withProcess: boolean): PromMetrics {
  const registry = new Registry();
  if (withProcess) collectDefaultMetrics({ register: registry });
  return {
    counter: (name, help, labelNames = []) => {
      const counter = new Counter({ name, help, labelNames, registers: [registry] });
      return { add: (value, labels = {}) => counter.inc(labels, value) };
    },
    gauge: (name, help, labelNames = []) => {
      const gauge = new Gauge({ name, help, labelNames, registers: [registry] });
      return { set: (value, labels = {}) => gauge.set(labels, value) };
    },
    histogram: (name, help, bounds) => {
      const buckets = [...bounds];
      const histogram = new Histogram({ name, help, buckets, registers: [registry] });
      return { observe: (value) => histogram.observe(value) };
    },
    snapshot: () => registry.getMetricsAsJSON(),
  };
}

/**
 * Prometheus' text of several threads' figures; samples of one name and the same labels are added
 * up.
 */
export function metricsText(snapshots: readonly MetricsSnapshot[]): Promise<string> {
  // The library's types ask for less than its code does: it takes what `getMetricsAsJSON` gives.
  return AggregatorRegistry.aggregate(snapshots.map((metrics) => [...metrics])).metrics();
}

/** The content type of that text. */
export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;
