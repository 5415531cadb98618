// Package gauges shows how the program does to Prometheus, on a listener of its
// own. It promises that nothing personal is shown (connections, streams and
// routes have names, accounts and people do not appear), that nothing is
// measured per request but the request itself, and that what is read from the
// database is read once per scrape, within a time limit. It hides the library.
package gauges

import (
	"context"
	"database/sql"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"portico/sync/store"
)

// Options are what is shown. Vitals and Pools are needed.
type Options struct {
	Vitals func(ctx context.Context) (store.Vitals, error)
	Pools  func() map[string]sql.DBStats
	Queue  func(ctx context.Context) error // reaches the job queue; nil shows nothing
	Backup func() time.Time                // the last one; nil or zero shows nothing
	// Version is release and revision.
	Version string
	Log     *slog.Logger
	Now     func() time.Time
}

// Metrics counts and shows. It is safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
	log      *slog.Logger
}

// New returns the metrics of one process.
func New(o Options) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "portico_http_requests_total",
			Help: "Requests answered, by route, method and class of status."}, []string{"route", "method", "class"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "portico_http_request_seconds",
			Help:    "How long answers took, by route.",
			Buckets: []float64{.001, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}}, []string{"route"}),
		log: o.Log,
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "portico_build_info", Help: "Always 1; the labels say which program this is.",
		ConstLabels: prometheus.Labels{"version": o.Version}})
	build.Set(1)
	m.registry.MustRegister(build, m.requests, m.took, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), &vitals{o})
	return m
}

// Served counts one request. route is the template of its path, never the path.
func (m *Metrics) Served(route, method string, status int, took time.Duration) {
	if route == "" {
		route = "none"
	}
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
	default:
		method = "other" // whatever a stranger calls it
	}
	class := "gone" // who asked left before the answer
	if status > 0 {
		class = strconv.Itoa(status/100) + "xx"
	}
	m.requests.WithLabelValues(route, method, class).Inc()
	m.took.WithLabelValues(route).Observe(took.Seconds())
}

// Limits of the listener.
const (
	scrapeMost  = 10 * time.Second
	scrapesMost = 2 // at once
)

// Handler answers /metrics, and /livez for processes that serve no pages.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		// A database that is away must not hide what can be told without it.
		ErrorHandling: promhttp.ContinueOnError, ErrorLog: scribe{m.log},
		MaxRequestsInFlight: scrapesMost, Timeout: scrapeMost,
	}))
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("alive\n")) })
	return mux
}

// scribe lets the library log in the house's way.
type scribe struct{ log *slog.Logger }

// Println implements promhttp.Logger.
func (s scribe) Println(v ...any) {
	for _, one := range v {
		if err, ok := one.(error); ok {
			s.log.Warn("some metrics are missing", "error", err)
		}
	}
}
