package portal

import (
	"log/slog"
	"net/http"
	"time"
)

// NewServer returns a server for the portal with limits on how long a client
// may take. An upload or download may last as long as the read and write limits;
// a handler that streams lifts them for itself (http.ResponseController).
func NewServer(addr string, h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Addr:              addr,
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       5 * time.Minute,
		WriteTimeout:      10 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}
