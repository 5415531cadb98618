package rest

import (
	"net/http"
	"strings"

	"portico/sync/fault"
)

// Auth signs one request. It is called for every attempt, so that a rotated
// credential is used at once.
type Auth func(*http.Request) error

// Basic signs in with a name and a password (RFC 7617).
func Basic(user, password func() (string, error)) Auth {
	return func(r *http.Request) error {
		u, err := user()
		if err != nil {
			return err
		}
		p, err := password()
		if err != nil {
			return err
		}
		r.SetBasicAuth(u, p)
		return nil
	}
}

// Header sends a value in a header of the system's own.
func Header(name string, value func() (string, error)) Auth {
	return func(r *http.Request) error {
		v, err := value()
		if err != nil {
			return err
		}
		if strings.ContainsAny(v, "\r\n") {
			return fault.New(fault.Setup, "The credential has a line break in it; enter it again.")
		}
		r.Header.Set(name, v)
		return nil
	}
}

// Bearer sends a token (RFC 6750).
func Bearer(token func() (string, error)) Auth {
	return Header("Authorization", func() (string, error) {
		t, err := token()
		return "Bearer " + t, err
	})
}

// Query sends a value as a parameter of the address. Config.Hidden has to name the
// parameter, so that no recording and no error shows it.
func Query(name string, value func() (string, error)) Auth {
	return func(r *http.Request) error {
		v, err := value()
		if err != nil {
			return err
		}
		q := r.URL.Query()
		q.Set(name, v)
		r.URL.RawQuery = q.Encode()
		return nil
	}
}
