package jobs

// Nudge calls the handler of t in this process, at once and beside the queue.
// A task that is at work already gets another round when it is done, because
// the reason for this ring may be younger than what the running one has seen.
// It reports false, and does nothing, when too much is going on or the server
// stops: the queue brings the task anyway.
func (s *Server) Nudge(t Task) bool {
	if _, ok := s.handlers[t.Name]; !ok {
		return false
	}
	key := t.key()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return false
	}
	if _, busy := s.nudged[key]; busy {
		s.nudged[key] = true
		return true
	}
	select {
	case s.slots <- struct{}{}:
	default:
		return false
	}
	s.nudged[key] = false
	s.work.Add(1)
	go s.rounds(key, t)
	return true
}

func (s *Server) rounds(key string, t Task) {
	defer s.work.Done()
	defer func() { <-s.slots }()
	for {
		s.serve(t)
		if !s.another(key) {
			return
		}
	}
}

// another reports whether the key was nudged again meanwhile.
func (s *Server) another(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.nudged[key] && !s.stopped {
		s.nudged[key] = false
		return true
	}
	delete(s.nudged, key)
	return false
}
