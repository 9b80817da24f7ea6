package controller

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"hallward/devices/contract"
)

// metrics are the engine's figures, names after the Prometheus convention.
type metrics struct {
	events  *prometheus.CounterVec
	batches prometheus.Histogram
	seconds prometheus.Histogram
	broken  prometheus.Gauge
}

func newMetrics() *metrics {
	return &metrics{
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hallward_events_total", Help: "Events stored in the hall's journal, by type."}, []string{"type"}),
		batches: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "hallward_batch_commands", Help: "Commands that shared one fsync.", Buckets: prometheus.ExponentialBuckets(1, 2, 9)}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "hallward_batch_seconds", Help: "Time of a batch from the rules to the disk.", Buckets: prometheus.ExponentialBuckets(0.0001, 2, 14)}),
		broken: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "hallward_journal_broken", Help: "1 while the journal takes nothing."}),
	}
}

func (m *metrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{m.events, m.batches, m.seconds, m.broken}
}

func (m *metrics) count(events []contract.Event) {
	for _, e := range events {
		m.events.WithLabelValues(e.Type).Inc()
	}
}

func (m *metrics) batch(commands int, d time.Duration) {
	m.batches.Observe(float64(commands))
	m.seconds.Observe(d.Seconds())
}
