package config

import "log/slog"

// Secret is a setting that must never be seen. Every way of printing it yields
// three stars; Reveal is the one way to the value.
type Secret string

const stars = "***"

// Reveal returns the value, for handing it to the one client that needs it.
func (s Secret) Reveal() string { return string(s) }

// String hides the value, and only tells whether there is one.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return stars
}

// GoString hides the value from %#v.
func (s Secret) GoString() string { return s.String() }

// LogValue hides the value from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText hides the value from encoders of JSON and YAML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
