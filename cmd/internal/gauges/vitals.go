package gauges

import (
	"context"
	"math"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"portico/sync/action"
	"portico/sync/store"
)

// readMost is how long the database may take to tell.
const readMost = 5 * time.Second

// vitals asks when it is scraped and keeps nothing.
type vitals struct{ o Options }

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("portico_"+name, help, labels, nil)
}

// What is shown beside requests. Ages are seconds and 0 when there is nothing.
var (
	up          = desc("database_up", "Whether the database told all of this.")
	actions     = desc("actions", "Actions that have not come to their end, by state. Alert on unknown and dead.", "state")
	actionAge   = desc("action_oldest_age_seconds", "Age of the oldest action that is still on its way.")
	events      = desc("outbox_events", "Events that the relay has not taken yet.")
	eventAge    = desc("outbox_oldest_age_seconds", "Age of the oldest of them.")
	deliveries  = desc("webhook_deliveries_due", "Webhook deliveries that have not come to their end.")
	deliveryAge = desc("webhook_oldest_age_seconds", "Age of the oldest of them.")
	streamLag   = desc("stream_lag_seconds", "Time since the last whole pass; +Inf before the first.", "connection", "stream")
	streamFails = desc("stream_failures", "Failed passes in a row.", "connection", "stream")
	streamHeld  = desc("stream_held", "Whether a census waits for a person to confirm deletions.", "connection", "stream")
	paused      = desc("stream_paused", "Whether an administrator has paused the connection.", "connection", "stream")
	runs        = desc("runs_last_hour", "Runs that began within the last hour, by how they ended.", "connection", "stream", "state")
	held        = desc("held", "Whether nothing leaves until `portico release`.")
	queueUp     = desc("queue_up", "Whether the job queue answers; without it work is slower, not lost.")
	mails       = desc("mails_waiting", "Mails that are owed and not sent yet.")
	backupAt    = desc("last_backup_timestamp_seconds", "When `portico backup` last made one here.")
	poolOpen    = desc("db_connections", "Connections to the database, by pool and use.", "pool", "use")
	poolWaits   = desc("db_waits_total", "How often somebody waited for a connection.", "pool")
	poolWaited  = desc("db_wait_seconds_total", "How long they waited.", "pool")
)

// Describe implements prometheus.Collector: what is there depends on the
// database, so that nothing is described ahead.
func (v *vitals) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (v *vitals) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), readMost)
	defer cancel()
	g := reading{out, v.o.Now()}
	now, err := v.o.Vitals(ctx)
	g.set(up, truth(err == nil))
	if err != nil {
		v.o.Log.Warn("the database tells no metrics", "error", err)
	} else {
		g.work(now)
		g.set(mails, float64(now.Mails))
		g.streams(now)
	}
	if v.o.Queue != nil {
		g.set(queueUp, truth(v.o.Queue(ctx) == nil))
	}
	if v.o.Backup != nil && !v.o.Backup().IsZero() {
		g.set(backupAt, float64(v.o.Backup().Unix()))
	}
	for pool, s := range v.o.Pools() {
		g.set(poolOpen, float64(s.InUse), pool, "busy")
		g.set(poolOpen, float64(s.Idle), pool, "idle")
		out <- prometheus.MustNewConstMetric(poolWaits, prometheus.CounterValue, float64(s.WaitCount), pool)
		out <- prometheus.MustNewConstMetric(poolWaited, prometheus.CounterValue, s.WaitDuration.Seconds(), pool)
	}
}

// reading is everything at one moment.
type reading struct {
	out chan<- prometheus.Metric
	now time.Time
}

func (g reading) set(d *prometheus.Desc, value float64, labels ...string) {
	g.out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
}

func (g reading) age(since time.Time) float64 {
	if since.IsZero() {
		return 0
	}
	return max(0, g.now.Sub(since).Seconds())
}

func (g reading) work(v store.Vitals) {
	for _, state := range action.States {
		if !state.Final() {
			g.set(actions, float64(v.Actions[state]), string(state))
		}
	}
	g.set(actionAge, g.age(v.Oldest))
	g.set(events, float64(v.Events))
	g.set(eventAge, g.age(v.OldestEvent))
	g.set(deliveries, float64(v.Deliveries))
	g.set(deliveryAge, g.age(v.OldestDelivery))
	g.set(held, truth(v.Hold.On()))
}

func (g reading) streams(v store.Vitals) {
	for _, s := range v.Streams {
		lag := math.Inf(1)
		if !s.Completed.IsZero() {
			lag = g.age(s.Completed)
		}
		g.set(streamLag, lag, s.Connection, s.Stream)
		g.set(streamFails, float64(s.Failures), s.Connection, s.Stream)
		g.set(streamHeld, truth(s.Held), s.Connection, s.Stream)
		g.set(paused, truth(s.Paused), s.Connection, s.Stream)
	}
	for _, r := range v.Runs {
		g.set(runs, float64(r.Count), r.Connection, r.Stream, string(r.State))
	}
}

func truth(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
