package shelf

import (
	"encoding/json"
	"fmt"
)

// saved is a shelf as it is written down.
type saved struct {
	Last   int
	Things []*Thing
}

// Save is everything on the shelf, as JSON. What was deleted without a trace cannot
// be restored from it.
func (s *Shelf) Save() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return json.Marshal(saved{s.last, s.things})
}

// Load replaces everything by what Save gave. Numbers come back as JSON has them:
// every one is a float64.
func (s *Shelf) Load(data []byte) error {
	var in saved
	if err := json.Unmarshal(data, &in); err != nil {
		return fmt.Errorf("read shelf: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last, s.things, s.undo = in.Last, in.Things, map[int]Thing{}
	return nil
}
