package scoped

// Wanted reports whether a person waits for the writer. Bulk work asks between
// its chunks: it commits when somebody waits and otherwise goes on, because a
// large transaction writes each page of the disk once.
func (tx *Tx) Wanted() bool { return tx.db.lane.waits(Person) }

// waits reports whether anybody of the priority waits for the turn.
func (l lane) waits(p Priority) bool {
	if l.mu == nil { // PostgreSQL has many writers
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.queues[p]) > 0
}
