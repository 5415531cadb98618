package faults

import (
	"encoding/json"
	"net/http"
)

// status is what the control endpoint tells.
type status struct {
	Armed      []Fault   `json:"armed"`
	Down       bool      `json:"down"`
	Violations int       `json:"violations"`
	Requests   []Request `json:"requests"`
}

// Control is the endpoint that turns the knobs from another process. It obeys
// everybody who can reach it, so it belongs on a loopback address of a test:
//
//	GET    what is armed, what arrived
//	POST   {"kind":…, …}  arm one fault
//	PUT    {"down":true}  go down or come back
//	DELETE disarm every fault, forget the log
func (k *Knobs) Control() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var f Fault
		var d struct{ Down bool }
		var err error
		switch r.Method {
		case http.MethodGet, http.MethodDelete:
		case http.MethodPost:
			if err = json.NewDecoder(r.Body).Decode(&f); err == nil {
				k.Set(f)
			}
		case http.MethodPut:
			if err = json.NewDecoder(r.Body).Decode(&d); err == nil {
				k.Down(d.Down)
			}
		default:
			http.Error(w, "GET, POST, PUT or DELETE", http.StatusMethodNotAllowed)
			return
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if r.Method == http.MethodDelete {
			k.Clear()
			k.Forget()
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(k.status())
	})
}

func (k *Knobs) status() status {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := status{Armed: []Fault{}, Down: k.down, Violations: k.violations, Requests: append([]Request{}, k.log...)}
	for _, a := range k.armed {
		s.Armed = append(s.Armed, a.Fault)
	}
	return s
}
