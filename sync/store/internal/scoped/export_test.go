package scoped

// Waiting counts who waits for the writer.
func (db *DB) Waiting(p Priority) int {
	db.lane.mu.Lock()
	defer db.lane.mu.Unlock()
	return len(db.lane.queues[p])
}
