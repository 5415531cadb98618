package bus

import "log/slog"

// OpenOn is Open on a stream of another name, so that tests do not meet.
func OpenOn(r *Redis, key string, log *slog.Logger) (*Bus, error) {
	b := New(log)
	s, err := join(r, key, b)
	b.shared = s
	return b, err
}

// Stream is what the stream is called.
const Stream = stream
