package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestHealthyAsksWhoServesHere(t *testing.T) {
	t.Parallel()
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/readyz" {
			t.Errorf("asked for %s", r.URL.Path)
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte("ready\n"))
	}))
	defer server.Close()
	address := strings.TrimPrefix(server.URL, "http://")
	_, port, _ := strings.Cut(address, ":")
	for _, listen := range []string{address, "0.0.0.0:" + port} {
		s := shell{fake: &fake{}, environ: []string{"PORTICO_LISTEN=" + listen, "PORTICO_BASE_URL=https://portal.example.com"}}
		status = http.StatusOK
		if code, out, errs := s.run(t, "healthy"); code != exitOK || out != "ready\n" {
			t.Errorf("%s: code %d, output %q, errors %q", listen, code, out, errs)
		}
		status = http.StatusServiceUnavailable
		if code, _, errs := s.run(t, "healthy"); code != exitFailure || !strings.Contains(errs, "not ready") {
			t.Errorf("%s: code %d, errors %q", listen, code, errs)
		}
	}
	server.Close()
	s := shell{fake: &fake{}, environ: []string{"PORTICO_LISTEN=" + address}}
	if code, _, errs := s.run(t, "healthy"); code != exitFailure || !strings.Contains(errs, "nobody answers") {
		t.Errorf("code %d, errors %q", code, errs)
	}
}
